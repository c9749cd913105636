import Events
import Foundation
import Kafka
import Log
import Pipeline
import ScorecardFiles
import Scoring
import TestBroker
import TestTimeline
import Testing
import UCI

extension PipelineOnARealBroker {
    /// Explanations of real people's scores, on a pipeline that runs: they say what was published, and what comes true.
    @Suite(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"))
    struct ExplainTests {
        @Test func `200 persons: points sum to the published score, values are the table's, forecasts come true`()
            throws
        {
            let seed = UInt64.random(in: 0 ... .max)
            print("drawn by seed \(seed)")
            let deployment = try Deployment()
            let drawn = try draw(400, by: seed)
            let explained = drawn.prefix(200)
            let persons = explained.map { "uci-\($0.digits)\n" }.joined()
            try deployment.startAll()
            try deployment.plainscore("produce", "-", input: try sample(drawn))
            try deployment.plainscore("lag", "--until-zero")

            let present = try explain(persons, in: deployment)
            #expect(present.count == 200)
            var view = SubscriberView()
            for change in try deployment.published().joined() { try view.take(change.value) }
            for (client, line) in zip(explained, present) {
                #expect(line.status == "scored" && line.score == view.latest["client-\(client.digits)"]?.score)
                let points = (line.characteristics ?? []).compactMap(\.points).reduce(line.initialScore ?? 0, +)
                #expect(points == line.score, "client \(client.id), seed \(seed)")
                let values = Dictionary(
                    uniqueKeysWithValues: (line.characteristics ?? []).map { ($0.feature, $0.value) })
                #expect(values == client.features, "client \(client.id), seed \(seed)")
            }

            try deployment.plainscore("produce", "-", input: explained.map(\.renewal).joined())
            try deployment.plainscore("lag", "--until-zero")
            try expectForecasts(of: explained, persons, in: deployment, seed)
            deployment.stopAll()
        }

        /// Ticks forward until the renewed grants have ended: at each tick exactly what was due has come.
        private func expectForecasts(
            of clients: ArraySlice<UCIData.Client>, _ persons: String, in deployment: Deployment, _ seed: UInt64
        ) throws {
            let forecasts = try explain(persons, in: deployment).map { $0.forecast ?? [] }
            #expect(forecasts.allSatisfy { $0.last?.time == "2006-10-01T00:00:00.000Z" })
            #expect(forecasts.joined().count > 600, "roll-offs, not the ends alone")
            let before = try deployment.published().map(\.count)
            var come: [String: [Announcement]] = [:]
            for date in ["2006-04-01", "2006-05-10", "2006-06-30", "2006-09-29", "2006-09-30", "2006-10-02"] {
                let tick = "\(date)T00:00:00Z"
                try deployment.plainscore("produce", "-", input: "{\"tick\":\"\(tick)\"}\n")
                try deployment.plainscore("lag", "--until-zero")
                come = [:]
                for (changes, old) in zip(try deployment.published(), before) {
                    for change in changes.dropFirst(old) {
                        let change = try JSONDecoder().decode(SubscriberView.Change.self, from: Data(change.value))
                        come[change.subscriberReference, default: []].append(Announcement(change))
                    }
                }
                for (client, forecast) in zip(clients, forecasts) {
                    let due = forecast.filter { $0.time <= "\(date)T00:00:00.000Z" }.flatMap(Announcement.all)
                    #expect(come["client-\(client.digits)"] ?? [] == due, "client \(client.id), \(date), seed \(seed)")
                }
            }
            let after = try Program.run(
                ["explain", "-", "--secret", deployment.secret, "--model", deployment.model, "--json", "--prefix"]
                    + [deployment.prefix], input: persons, bootstrap: deployment.servers)
            #expect(after.exitCode == 1)
            #expect(try ExplanationLine.all(after.output).map(\.status) == Array(repeating: "noConsent", count: 200))
        }

        @Test func `each thing that keeps a person from being explained is told by sentence and exit code`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let clients = try draw(3, by: 7)
            try deployment.plainscore("produce", "-", input: try sample(clients))
            let consent = clients[0].renewal.replacing("uci-\(clients[0].digits)", with: "newcomer")
            try deployment.plainscore("produce", "-", input: consent + clients[1].withdrawal)
            try deployment.plainscore("lag", "--until-zero")
            deployment.stopAll()

            let words = { [deployment] (person: String, secret: String, model: String) in
                ["explain", person, "--secret", secret, "--model", model, "--prefix", deployment.prefix]
            }
            func run(_ person: String, secret: String? = nil, model: String? = nil) throws -> Program.Result {
                try Program.run(
                    words(person, secret ?? deployment.secret, model ?? deployment.model), bootstrap: deployment.servers
                )
            }
            let good = try run("uci-\(clients[0].digits)")
            #expect(good.exitCode == 0 && good.output.hasPrefix("Score "), "\(good.errors)")
            #expect(good.output.contains("What comes next") && !good.output.contains("uci-\(clients[0].digits)\n"))
            let unknown = try run("nobody")
            #expect(unknown.exitCode == 1 && unknown.errors.contains("no record of this person is in the timeline"))
            #expect(!unknown.errors.contains("nobody"))
            let withdrawn = try run("uci-\(clients[1].digits)")
            #expect(withdrawn.exitCode == 1 && withdrawn.errors.contains("no live consent"))
            #expect(withdrawn.errors.contains("was withdrawn at 2005-10-01T00:00:00.000Z"))
            let newcomer = try run("newcomer")
            #expect(newcomer.exitCode == 0)
            #expect(newcomer.output.hasPrefix("No score yet: statement.days_past_due.latest is missing"))

            let files = try TemporaryFolder()
            let digits = Data((String(repeating: "0123456789abcdef", count: 4) + "\n").utf8)
            let isMade = FileManager.default.createFile(
                atPath: files.path("other"), contents: digits, attributes: [.posixPermissions: 0o600])
            #expect(isMade)
            let wrongSecret = try run("nobody", secret: files.path("other"))
            #expect(wrongSecret.exitCode == 11 && wrongSecret.errors.contains("wrong secret"))
            let mean = repository.appendingPathComponent("deploy/models/uci-mean.pmml").path
            let wrongModel = try run("nobody", model: mean)
            #expect(wrongModel.exitCode == 12)
            let other = try ModelFile.read(mean)
            #expect(wrongModel.errors.contains(other.hash.hex))
            #expect(wrongModel.errors.contains(deployment.scorecard.hash.hex))
            try expectOtherChain(in: deployment) { try run("uci-\(clients[0].digits)") }
        }

        /// What was published is another history than the timeline's: nothing is explained.
        private func expectOtherChain(in deployment: Deployment, _ explain: () throws -> Program.Result) throws {
            let admin = try KafkaAdmin(KafkaSettings(servers: deployment.servers))
            let (group, topic) = (deployment.names.aggregatorGroup, deployment.names.timeline)
            var offsets = try deployment.log.committed(group: group, topic: topic)
            for index in offsets.indices {
                var metadata = try #require(OffsetMetadata(offsets[index].metadata))
                metadata.chain.low ^= 1
                offsets[index].metadata = metadata.text
            }
            let condition = Condition(seconds: 20)
            // The group has members until their session ends.
            #expect(condition.holds { (try? admin.commit(group: group, topic: topic, offsets: offsets)) != nil })
            let result = try explain()
            #expect(result.exitCode == 13 && result.errors.contains("was committed"), "\(result.errors)")
        }

        private func explain(_ persons: String, in deployment: Deployment) throws -> [ExplanationLine] {
            let words = ["explain", "-", "--secret", deployment.secret, "--model", deployment.model, "--json"]
            func run(_ more: [String]) throws -> Program.Result {
                try Program.run(
                    words + more + ["--prefix", deployment.prefix], input: persons, bootstrap: deployment.servers)
            }
            let whole = try run([])
            #expect(whole.exitCode == 0, "\(whole.errors.prefix(500))")
            // From the snapshots of the aggregator, which goes on with them meanwhile, it says the same.
            let short = try run(["--state", deployment.stateFolder])
            #expect(short.output == whole.output && short.errors.isEmpty)
            return try ExplanationLine.all(whole.output)
        }

        private func draw(_ count: Int, by seed: UInt64) throws -> [UCIData.Client] {
            var random = SeededRandom(seed: seed)
            return Array(try UCIData().clients.shuffled(using: &random).prefix(count))
        }

        /// The events of these clients, from the table's own rows.
        private func sample(_ clients: [UCIData.Client]) throws -> String {
            let csv = UCIData.folder.appendingPathComponent("UCI_Credit_Card.csv")
            let lines = try String(contentsOf: csv, encoding: .utf8).split(whereSeparator: \.isNewline)
            let files = try TemporaryFolder()
            let rows = clients.map { lines[$0.id] }
            try ([lines[0]] + rows).joined(separator: "\n").write(
                toFile: files.path("drawn.csv"), atomically: false, encoding: .utf8)
            return try Program.run(["sample", "uci", "--csv", files.path("drawn.csv")]).output
        }
    }
}

extension UCIData.Client {
    fileprivate var digits: String {
        let digits = String(id)
        return String(repeating: "0", count: 5 - digits.count) + digits
    }

    /// The grant once more, from 2005-10-01 for a year.
    fileprivate var renewal: String { consent("c2", "\"GRANTED\",\"expiresAt\":1159660800000") }

    fileprivate var withdrawal: String { consent("w", "\"WITHDRAWN\"") }

    private func consent(_ suffix: String, _ action: String) -> String {
        """
        {"eventId":"uci-\(digits)-\(suffix)","person":"uci-\(digits)","producer":"uci-operator","occurredAt":1128124800000,\
        "consent":{"grant":"grant-uci-\(digits)","purpose":"LENDING","subscriberReference":"client-\(digits)",\
        "action":\(action)}}

        """
    }
}
