import Foundation
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// Each alert of `deploy/alerts.yaml` on what the roles really serve: names, labels and values are theirs, and promtool
    /// says what fires. `deploy/alerts.test.yaml` tries the rules on figures of its own.
    @Suite(.enabled(if: Shell.has("promtool"), "no promtool (Debian: prometheus): no alert was provoked"))
    struct ProvokedAlertsTests {
        private let rules = repository.appendingPathComponent("deploy/alerts.yaml")
        private let text: String
        /// The metrics that the rules ask for.
        private let asked: Set<String>

        /// What was done, and the alert that must fire of it, for this role.
        private struct Provocation {
            let alert: String
            let role: String?
            let film: Film

            init(_ alert: String, _ role: String?, _ pair: AlertStage.Pair) {
                self.alert = alert
                self.role = role
                film = Film(before: pair.before, after: pair.after)
            }
        }

        init() throws {
            text = try String(contentsOf: rules, encoding: .utf8)
            asked = Set(text.matches(of: /\b(?:plainscore|process)_[a-z_]+/).map { String($0.output) } + ["up"])
        }

        @Test func `each alert fires when what it is about happens, and none while all is well`() async throws {
            let stage = try AlertStage()
            let healthy = try await stage.run()
            let provoked = try await provoke(stage, healthy.after)
            let alerts = text.matches(of: /- alert: (\w+)/).map(\.output.1)
            #expect(provoked.map(\.alert).sorted() == alerts.map(String.init).sorted())
            expectAllMomentsKnown(healthy.after)

            let well = test(of: Film(before: healthy.before, after: healthy.after))
            try run([well] + provoked.map { test(of: $0) }, rules: rules.path)
            // The check can fail: what fires in a healthy film, or does not in a provoked one, is found.
            try expectFailure(of: well, replacing: "== 0\n        for: 1m", with: "== 1\n        for: 1m")
            let stuck = try #require(provoked.first { $0.alert == "PlainscoreLoopStuck" })
            try expectFailure(of: test(of: stuck), replacing: "> 60\n", with: "> 6000\n")
        }

        private func provoke(_ stage: AlertStage, _ healthy: Scrape) async throws -> [Provocation] {
            let died = try await stage.consentsConsumerDies(healthy)
            let snapshots = try await stage.stateFolderGoes()
            let lag = try await stage.rentalsComeFasterThanTheyAreRead()
            let stuck = try await stage.brokerStands()
            let refused = try await stage.producerSendsNonsense(stuck.after)
            let waiting = try await stage.paymentsConsumerWaitsForADeadOne()
            let clock = try await stage.clockStands(since: died.after)
            try await stage.stateFolderComesBack()
            try stage.consentsConsumerComesBack()
            let aborted = try await stage.brokerRefusesScoreChanges()
            return [
                Provocation("PlainscoreRoleDown", nil, died),
                Provocation("PlainscoreLoopStuck", AlertStage.slow, stuck),
                Provocation("PlainscoreNotReady", "payments-consumer", waiting),
                Provocation("PlainscoreLagging", AlertStage.slow, lag),
                Provocation("PlainscoreLatencyHigh", AlertStage.slow, lag),
                Provocation("PlainscoreClockStands", "aggregator", clock),
                Provocation("PlainscoreRefusals", "payments-consumer", refused),
                Provocation("PlainscoreAborts", "publisher", aborted),
                Provocation("PlainscoreSnapshotsFail", "aggregator", snapshots),
                Provocation("PlainscoreSnapshotOld", "aggregator", snapshots),
                // A member given up with records in flight, which is a matter of chance; a fault of the program; a full
                // machine; a topic that somebody has altered; a broker's clock that jumped (`ClockJumpTests`): the scrape is
                // real, and one value of it is altered.
                Provocation("PlainscoreClockInDoubt", "aggregator", (healthy, clockInDoubt(healthy))),
                Provocation("PlainscoreFenced", "bills-consumer", (healthy, fenced(healthy))),
                Provocation("PlainscoreForeignStamps", "bills-consumer", (healthy, foreignStamps(healthy))),
                Provocation("PlainscoreUnaccounted", "aggregator", (healthy, unaccounted(healthy))),
                Provocation("PlainscoreMemoryShort", "aggregator", (healthy, memoryShort(healthy))),
            ]
        }

        private func fenced(_ scrape: Scrape) -> Scrape {
            let labels: KeyValuePairs = ["role": "bills-consumer"]
            return scrape.altering(
                "plainscore_fences_total", labels, to: scrape.sum("plainscore_fences_total", labels) + 1)
        }

        private func foreignStamps(_ scrape: Scrape) -> Scrape {
            scrape.altering("plainscore_foreign_stamps_total", ["role": "bills-consumer"], to: 1)
        }

        private func clockInDoubt(_ scrape: Scrape) -> Scrape {
            scrape.altering("plainscore_clock_doubt_seconds", ["partition": "0"], to: 3_600)
        }

        private func unaccounted(_ scrape: Scrape) -> Scrape {
            scrape.altering("plainscore_unaccounted_records", ["partition": "0"], to: 1)
        }

        private func memoryShort(_ scrape: Scrape) -> Scrape {
            let limit = scrape.max("plainscore_memory_limit_bytes", ["role": "aggregator"]) ?? 0
            return scrape.altering("process_resident_memory_bytes", ["role": "aggregator"], to: 0.95 * limit)
        }

        /// What a film must know of: a gauge in seconds is a moment or an age.
        private func expectAllMomentsKnown(_ scrape: Scrape) {
            let seconds = scrape.types.filter { $0.value == "gauge" && $0.key.hasSuffix("_seconds") }.map(\.key)
            #expect(Set(seconds) == Film.moments.union(Film.ages))
        }

        // MARK: - promtool

        private func test(of provocation: Provocation) -> String {
            let role = provocation.role.map { ",role=\"\($0)\"" } ?? ""
            let expected = "{labels: '{alertname=\"\(provocation.alert)\"\(role)}', value: 1}"
            return test(
                provocation.alert, provocation.film,
                """
                    - expr: group by (alertname, role) (ALERTS{alertstate="firing",alertname="\(provocation.alert)"\(role)})
                      eval_time: \(Film.minutes)m
                      exp_samples: [\(expected)]
                """)
        }

        private func test(of healthy: Film) -> String {
            let minutes = stride(from: 5, through: Film.minutes, by: 5)
            return test(
                "healthy", healthy,
                minutes.map {
                    """
                        - expr: ALERTS
                          eval_time: \($0)m
                          exp_samples: []
                    """
                }.joined(separator: "\n"))
        }

        private func test(_ name: String, _ film: Film, _ expectations: String) -> String {
            """
              - name: \(name)
                interval: 1m
                input_series:
            \(film.series(of: asked).map { "      - \($0)" }.joined(separator: "\n"))
                promql_expr_test:
            \(expectations)
            """
        }

        private func expectFailure(of test: String, replacing old: String, with new: String) throws {
            let files = try TemporaryFolder()
            try #require(text.contains(old))
            try text.replacing(old, with: new).write(
                toFile: files.path("alerts.yaml"), atomically: false, encoding: .utf8)
            #expect(throws: Shell.Failure.self) { try run([test], rules: files.path("alerts.yaml")) }
        }

        private func run(_ tests: [String], rules: String) throws {
            let files = try TemporaryFolder()
            let text =
                "rule_files: [\(rules)]\nevaluation_interval: 1m\ntests:\n" + tests.joined(separator: "\n") + "\n"
            try text.write(toFile: files.path("test.yaml"), atomically: false, encoding: .utf8)
            try Shell.expect("promtool", "test", "rules", files.path("test.yaml"))
        }
    }
}
