import Events
import Foundation
import Kafka
import Pipeline
import TestBroker
import TestTimeline
import Testing
import UCI

extension PipelineOnARealBroker {
    /// Previews of other models and exports of features, from real people's histories: every number is counted once more
    /// from the table and its expected scores, and nothing is written to the cluster. What was published is what the fold
    /// gives, and a copy with one byte altered is not.
    ///
    /// With 300 clients drawn by a printed seed, or as many as `PLAINSCORE_UCI_CLIENTS` says.
    @Suite(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"))
    struct ReplayModelTests {
        @Test func `previews and exports equal a count over the expected scores, and leave no trace; replays verify`()
            throws
        {
            let seed = UInt64.random(in: 0 ... .max)
            print("drawn by seed \(seed)")
            let data = try UCIData()
            var random = SeededRandom(seed: seed)
            let clients = Array(data.clients.shuffled(using: &random).prefix(UCIData.clientCount ?? 300))
            let expected = clients.map { data.expected[$0.id]! }
            let deployment = try Deployment()
            try deployment.startAll()
            try feed(clients, into: deployment)
            deployment.stopAll()

            let before = try topics(deployment)
            try previewOfTheOtherBaseline(expected, in: deployment, seed)
            try previewOfOneBin(clients, expected, in: deployment, seed)
            try previewAsOf(expected, in: deployment, seed)
            try export(clients, in: deployment, seed)
            #expect(try topics(deployment) == before)
            let groups = try Broker.kafka("tool", "groups", "--bootstrap-server", deployment.servers, "--list")
                .split(separator: "\n").filter { $0.hasPrefix(deployment.prefix) }
            let names = deployment.names
            let known = RawTopic.allCases.map(names.consumerGroup) + [names.aggregatorGroup, names.publisherGroup]
            #expect(Set(groups.map(String.init)) == Set(known))
            try expectOutputs(in: deployment)
            try expectEqualEverywhere(in: deployment)
            try expectAlteredBytesAreNamed(in: deployment)
            try expectStrayRecordIsNamed(in: deployment)
        }

        // MARK: - Previews

        private func previewOfTheOtherBaseline(
            _ expected: [UCIData.Expected], in deployment: Deployment, _ seed: UInt64
        ) throws {
            let (preview, page) = try preview(
                repository.appendingPathComponent("deploy/models/uci-mean.pmml").path, in: deployment)
            let scores = expected.map { Int($0.scores[5]) }
            try expect(preview, page, before: scores, after: scores, seed)
            #expect(
                preview.reasons.personsChanged == expected.count { $0.reasonsMax != $0.reasonsMean }, "seed \(seed)")
            let codes = Set(expected.flatMap { $0.reasonsMax + $0.reasonsMean }).sorted()
            #expect(preview.reasons.codes.map(\.code) == codes, "seed \(seed)")
            for shift in preview.reasons.codes {
                let has = expected.map { ($0.reasonsMax.contains(shift.code), $0.reasonsMean.contains(shift.code)) }
                #expect(shift.before == has.count { $0.0 } && shift.after == has.count { $0.1 }, "seed \(seed)")
                #expect(shift.appears == has.count { !$0.0 && $0.1 }, "seed \(seed)")
                #expect(shift.disappears == has.count { $0.0 && !$0.1 }, "seed \(seed)")
            }
            let rows = page.rows("Persons scored by both who have the reason").map { $0.dropFirst().map(\.self) }
            #expect(
                rows
                    == preview.reasons.codes.map {
                        ["\($0.before)", "\($0.after)", "\($0.appears)", "\($0.disappears)"]
                    })
            #expect(preview.largest.isEmpty)
        }

        /// 30 to 59 days late now: −30 points instead of −10.
        private func previewOfOneBin(
            _ clients: [UCIData.Client], _ expected: [UCIData.Expected], in deployment: Deployment, _ seed: UInt64
        ) throws {
            let files = try TemporaryFolder()
            let card = try String(contentsOfFile: deployment.model, encoding: .utf8)
            let changed = card.replacing("<Attribute partialScore=\"-10\">", with: "<Attribute partialScore=\"-30\">")
            try changed.write(toFile: files.path("one-bin.pmml"), atomically: false, encoding: .utf8)
            let (preview, page) = try preview(files.path("one-bin.pmml"), in: deployment)
            let before = expected.map { Int($0.scores[5]) }
            let isHeld = clients.map { $0.status[5] == 1 }
            try expect(preview, page, before: before, after: zip(before, isHeld).map { $1 ? $0 - 20 : $0 }, seed)
            #expect(preview.largest.count == min(10, isHeld.count { $0 }))
            if Chromium.path != nil {
                let shown = try Chromium.render(page.html, width: 390)
                #expect(shown.width <= 390 && shown.tables.count == 3 + preview.largest.count)
            }
            #expect(!page.text.contains(/uci-[0-9]{5}/), "a page names persons by their keys alone")
            for change in preview.largest {
                #expect(change.scoreAfter == change.scoreBefore - 20)
                let moved = change.characteristics.filter { $0.before?.points != $0.after?.points }
                #expect(moved.map(\.characteristic) == ["late_now"] && moved[0].after?.points == -30)
                #expect(page.text.contains("person \(change.person)"))
            }
        }

        private func previewAsOf(_ expected: [UCIData.Expected], in deployment: Deployment, _ seed: UInt64) throws {
            let scores = expected.map { Int($0.scores[2]) }
            let (preview, page) = try preview(
                repository.appendingPathComponent("deploy/models/uci-mean.pmml").path, in: deployment,
                ["--as-of", "2005-07-01", "--cut", "520"])
            #expect(preview.cut.score == 520 && !preview.cut.isMedian)
            try expect(preview, page, before: scores, after: scores, cut: 520, seed)
        }

        private func preview(_ model: String, in deployment: Deployment, _ more: [String] = []) throws -> (
            PreviewJSON, PreviewPage
        ) {
            let files = try TemporaryFolder()
            let words = [
                "replay", "--model", model, "--against", deployment.model, "--json", "--html", files.path("page.html"),
            ]
            let result = try Program.run(words + more + ["--prefix", deployment.prefix], bootstrap: deployment.servers)
            try #require(result.exitCode == 0, "\(result.errors)")
            let html = try String(contentsOfFile: files.path("page.html"), encoding: .utf8)
            #expect(try files.permissions("page.html") == 0o600)
            #expect(!html.contains("<script") && !html.contains("://"))
            let preview = try JSONDecoder().decode(PreviewJSON.self, from: Data(result.output.utf8))
            print(
                "preview: \(preview.persons.scoredByBoth) persons, \(preview.scores.changed) scores and the reasons of "
                    + "\(preview.reasons.personsChanged) change, PSI \(preview.psi.tenThousandths) / 10,000, at or above "
                    + "\(preview.cut.score): \(preview.cut.before), then \(preview.cut.after)")
            return (preview, try PreviewPage(html))
        }

        /// All numbers of a preview, counted anew from the scores of the same persons; the page has them too.
        private func expect(
            _ preview: PreviewJSON, _ page: PreviewPage, before: [Int], after: [Int], cut: Int? = nil, _ seed: UInt64
        ) throws {
            let differences = zip(before, after).map { $1 - $0 }
            #expect(preview.persons.live == before.count && preview.persons.scoredByBoth == before.count)
            #expect(preview.scores.higher == differences.count { $0 > 0 }, "seed \(seed)")
            #expect(preview.scores.lower == differences.count { $0 < 0 }, "seed \(seed)")
            #expect(preview.scores.sumOfDifferences == differences.reduce(0, +), "seed \(seed)")
            for step in preview.differences.steps {
                #expect(step.persons == differences.count { (step.from...step.through).contains($0) }, "seed \(seed)")
            }
            #expect(preview.differences.steps.reduce(0) { $0 + $1.persons } == before.count, "seed \(seed)")
            if preview.scores.changed > 0 {
                let rows = page.rows("Score after less score before, in steps of \(preview.differences.width)")
                #expect(rows.map { $0[1] } == preview.differences.steps.map { "\($0.persons)" })
            }

            var psi = 0.0
            for bin in preview.psi.bins {
                let range = (bin.from ?? .min)...(bin.through ?? .max)
                #expect(bin.before == before.count { range.contains($0) }, "seed \(seed)")
                #expect(bin.after == after.count { range.contains($0) }, "seed \(seed)")
                let (old, new) = (max(0.5, Double(bin.before)), max(0.5, Double(bin.after)))
                psi += (new - old) / Double(before.count) * log(new / old)
            }
            #expect(abs(Double(preview.psi.tenThousandths) - psi * 10_000) <= 0.500001, "seed \(seed)")
            #expect(
                page.rows("Persons by score").map { [$0[1], $0[2]] }
                    == preview.psi.bins.map { ["\($0.before)", "\($0.after)"] })

            let score = cut ?? before.sorted()[(before.count + 1) / 2 - 1]
            #expect(preview.cut.score == score, "seed \(seed)")
            #expect(
                preview.cut.before == before.count { $0 >= score } && preview.cut.after == after.count { $0 >= score })
            #expect(preview.cut.fallen == zip(before, after).count { $0 >= score && $1 < score }, "seed \(seed)")
            let facts = page.facts
            #expect(facts["Persons scored by both"] == "\(before.count)")
            #expect(facts["Scores that change"] == "\(preview.scores.changed)")
            #expect(facts["Persons whose reasons change"] == "\(preview.reasons.personsChanged)")
            #expect(
                facts["Population stability index"]
                    == String(format: "%.4f", Double(preview.psi.tenThousandths) / 10_000))
            #expect(facts["The same, after"] == String(format: "%.2f %%", Double(preview.cut.afterBasisPoints) / 100))
        }

        // MARK: - Export

        private func export(_ clients: [UCIData.Client], in deployment: Deployment, _ seed: UInt64) throws {
            let files = try TemporaryFolder()
            let asked = clients.flatMap { client in (1...6).map { (client: client, month: $0) } }
            let lines = asked.map { "uci-\($0.client.digits),\(UCIData.Client.monthStart($0.month + 1)),kept" }
            try (["person,time,note"] + lines).joined(separator: "\n")
                .write(toFile: files.path("times.csv"), atomically: false, encoding: .utf8)
            let words = [
                "export", "--as-of", files.path("times.csv"), "--secret", deployment.secret, "--model",
                deployment.model,
            ]
            let rows = try deployment.rows(words)
            #expect(rows[0].dropFirst(2) == deployment.scorecard.characteristics.map(\.feature.name)[...])
            #expect(rows.count == 1 + asked.count)
            for (row, ask) in zip(rows.dropFirst(), asked) {
                #expect(row[0] == "uci-\(ask.client.digits)")
                let values = zip(rows[0], row).dropFirst(2).map { ($0, Int64($1)) }
                let features = ask.client.features(through: ask.month)
                #expect(values.allSatisfy { features[$0] == .some($1) }, "\(row), month \(ask.month), seed \(seed)")
            }
            let own = try deployment.rows(
                words + [
                    "--features", "statement.balance.latest,cashflow[in,transfer].count.30d,statement.balance.max.90d",
                ])
            #expect(
                own[0].dropFirst(2).joined(separator: "|")
                    == "statement.balance.latest|cashflow[in,transfer].count.30d|statement.balance.max.90d")
            for (row, ask) in zip(own.dropFirst(), asked) {
                // The statement of three months before is of the day before the window's first, or of an earlier one.
                let balances = ask.client.bill.prefix(ask.month).map { $0 * 100 }
                #expect(row[2] == "\(balances.last!)" && row[3] == "0", "\(row), seed \(seed)")
                #expect(row[4] == "\(balances.suffix(3).max()!)" || ask.month > 3, "\(row), seed \(seed)")
            }
            let late = try Program.run(
                words + ["--features", "statement.balance.latst", "--prefix", deployment.prefix],
                bootstrap: deployment.servers)
            #expect(late.exitCode == 2 && late.errors.contains("did you mean 'statement.balance.latest'?"))
        }

        // MARK: - The cluster

        /// Each month goes through before its tick is sent, and that before the next month, so that what was published before
        /// each tick is that of its month.
        private func feed(_ clients: [UCIData.Client], into deployment: Deployment) throws {
            let csv = UCIData.folder.appendingPathComponent("UCI_Credit_Card.csv")
            let lines = try String(contentsOf: csv, encoding: .utf8).split(whereSeparator: \.isNewline)
            let files = try TemporaryFolder()
            try ([lines[0]] + clients.map { lines[$0.id] }).joined(separator: "\n").write(
                toFile: files.path("drawn.csv"), atomically: false, encoding: .utf8)
            for month in 1...6 {
                let events = try Program.run(
                    ["sample", "uci", "--csv", files.path("drawn.csv"), "--month", "\(month)"]).output
                let lines = events.split(separator: "\n").map { "\($0)\n" }
                for part in [lines.dropLast(), lines.suffix(1)] {
                    try deployment.plainscore("produce", "-", input: part.joined())
                    try deployment.plainscore("lag", "--until-zero")
                }
            }
        }

        /// Every topic with its ends, and what each group has committed.
        private func topics(_ deployment: Deployment) throws -> [String] {
            let settings = KafkaSettings(servers: deployment.servers)
            var lines: [String] = []
            for (topic, count) in try KafkaAdmin(settings).topics() where !topic.hasPrefix("__") {
                for partition in 0..<count {
                    let kept = try deployment.log.watermarks(topic: topic, partition: partition)
                    lines.append("\(topic)-\(partition) \(kept)")
                }
            }
            let names = deployment.names
            let groups =
                RawTopic.events.map { (names.consumerGroup($0), names.raw($0)) }
                + [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)]
            for (group, topic) in groups {
                lines += try deployment.log.committed(group: group, topic: topic).map { "\(group) \($0)" }
            }
            return lines.sorted()
        }
    }
}

extension Deployment {
    /// Cells of what a command prints as CSV.
    fileprivate func rows(_ words: [String]) throws -> [[String]] {
        let result = try Program.run(words + ["--prefix", prefix], bootstrap: servers)
        try #require(result.exitCode == 0, "\(result.errors)")
        return result.lines.map { line in
            var cells = [""]
            var isQuoted = false
            for character in line {
                if character == "\"" {
                    isQuoted.toggle()
                } else if character == ",", !isQuoted {
                    cells.append("")
                } else {
                    cells[cells.count - 1].append(character)
                }
            }
            return cells
        }
    }
}

extension UCIData.Client {
    fileprivate var digits: String {
        let digits = String(id)
        return String(repeating: "0", count: 5 - digits.count) + digits
    }

    /// `features` as they stand at the end of a month, 1 … 6.
    fileprivate func features(through month: Int) -> [String: Int64?] {
        let late = status.prefix(month).map { 30 * max(0, $0) }
        let paidMinor = paid.prefix(month).map { $0 * 100 }
        func floor(_ numerator: Int64, _ denominator: Int64) -> Int64 {
            Int64((Double(numerator) / Double(denominator)).rounded(.down))
        }
        return [
            "statement.days_past_due.latest": late[month - 1],
            "statement.days_past_due.max.365d": late.max(),
            "statement[days_past_due>=60].count.365d": Int64(late.count { $0 >= 60 }),
            "statement.balance_to_limit_bp.latest": floor(bill[month - 1] * 10_000, limit),
            "repayment.paid_to_limit_bp.365d": floor(paidMinor.reduce(0, +) * 10_000, limit * 100 * Int64(month)),
            "statement.limit.latest": limit * 100,
            "statement[unpaid].count.365d": Int64(paidMinor.count { $0 == 0 }),
            "repayment.paid.max.365d": paidMinor.filter { $0 > 0 }.max(),
        ]
    }
}
