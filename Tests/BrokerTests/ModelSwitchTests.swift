import Foundation
import Pipeline
import ScorecardFiles
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// Another scorecard while the timeline runs, with the operator's commands and a process that is killed in the middle.
    @Suite struct ModelSwitchTests {
        private static let persons = 60

        @Test
        func `each person whose score differs is told once though the aggregator is killed, and all replays agree`()
            throws
        {
            // One person is moved with each record, so that a switch takes as long as the test wants.
            let deployment = try Deployment(topicOptions: ["--rolls-per-record", "1"])
            let files = try TemporaryFolder()
            try deployment.startAll()
            try produce(Self.consents, to: deployment)
            try produce(Self.statements, to: deployment)

            let steeper = files.path("steeper.pmml")
            let text = try String(contentsOfFile: deployment.model, encoding: .utf8)
            try text.replacing(#"partialScore="-35""#, with: #"partialScore="-44""#)
                .write(toFile: steeper, atomically: false, encoding: .utf8)
            let refused = try Program.run(
                ["model", "switch", deployment.secret, "--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(refused.exitCode == 12 && refused.errors.contains("nothing was switched"), "\(refused.errors)")
            let said = try deployment.plainscore("model", "switch", steeper)
            #expect(said.contains("switched to plainscore-uci") && said.contains("takes effect"), "\(said)")
            try deployment.plainscore("lag", "--until-zero", "--timeout", "60")

            // A snapshot in the middle, then a few persons are touched while nobody folds.
            let middle = try #require(try snapshotUnderWay(deployment))
            deployment.kill9("aggregator")
            try deployment.plainscore(
                "produce", "-", input: (0..<8).map { Self.statement($0, "t", on: "2005-05-02", late: 60) }.joined())
            try deployment.start("aggregator")
            try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
            #expect(try changes(deployment).count { $0.contains(#""kind":"MODEL""#) } < Self.persons / 2)
            deployment.kill9("aggregator")
            try deployment.start("aggregator")
            try produce("{\"tick\":\"2005-05-03T00:00:00Z\"}\n", to: deployment)
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))

            // Those who were 60 days late lose 9 points more, once; nobody else hears of it.
            let hash = try ModelFile.read(steeper).hash.hex
            for person in 0..<Self.persons {
                let told = try changes(deployment).filter { $0.hasPrefix(#"{"grantId":"g-\#(person)","#) }
                let switches = told.filter {
                    $0.contains(#""kind":"MODEL","topic":"control","partition":0,"offset":2"#)
                }
                #expect(switches.count == (person.isMultiple(of: 2) ? 1 : 0), "person \(person): \(told)")
                for change in switches {
                    #expect(change.contains(hash))
                    let scores = try [/"score":(\d+)/, /"previousScore":(\d+)/].map { member in
                        Int(try #require(try member.firstMatch(in: change)).1)!
                    }
                    #expect(scores[1] - scores[0] == 9)
                }
            }
            #expect(try deployment.published() == deployment.replayed().changes)
            try expectEqual(["replay", "--verify"], deployment)
            try expectEqual(["replay", "--verify", "--from", middle], deployment)
            try expectEqual(["snapshot", "verify", deployment.stateFolder], deployment)
            try expectEqual(["verify", "--secret", deployment.secret], deployment, model: false)
        }

        // MARK: - What happens

        private static var consents: String {
            (0..<persons).map { person in
                #"{"eventId":"c","person":"p-\#(person)","producer":"portal","occurredAt":1114819200000,"consent":{"grant":"g-\#(person)","purpose":"LENDING","subscriberReference":"s","action":"GRANTED","expiresAt":1146355200000}}"#
                    + "\n"
            }.joined() + "{\"tick\":\"2005-04-30T00:00:00Z\"}\n"
        }

        /// Of even persons one that is 60 days late.
        private static var statements: String {
            (0..<persons).map { statement($0, "s", on: "2005-04-30", late: $0.isMultiple(of: 2) ? 60 : 0) }.joined()
                + "{\"tick\":\"2005-05-01T00:00:00Z\"}\n"
        }

        private static func statement(_ person: Int, _ id: String, on date: String, late: Int) -> String {
            #"{"eventId":"\#(id)","person":"p-\#(person)","producer":"bank","occurredAt":1114819200000,"currency":"TWD","statement":{"account":"a","periodEnd":"\#(date)","creditLimit":5000000,"balance":1200000,"minimumDue":60000,"daysPastDue":\#(late)}}"#
                + "\n"
        }

        private func produce(_ lines: String, to deployment: Deployment) throws {
            try deployment.plainscore("produce", "-", input: lines)
            try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
        }

        // MARK: - What came of it

        private func changes(_ deployment: Deployment) throws -> [String] {
            try deployment.published().joined().map { String(decoding: $0.value, as: UTF8.self) }
        }

        private struct SnapshotLine: Decodable {
            var path: String
            var offset: Int64
        }

        private func snapshots(_ deployment: Deployment) throws -> [SnapshotLine] {
            try Program.run(["snapshot", "list", deployment.stateFolder, "--json"]).lines
                .map { try JSONDecoder().decode(SnapshotLine.self, from: Data($0.utf8)) }
        }

        /// A copy of one that was cut while some persons were moved and others not.
        private func snapshotUnderWay(_ deployment: Deployment) throws -> String? {
            var found: String?
            _ = Condition(seconds: 30).holds {
                for file in (try? snapshots(deployment)) ?? [] {
                    let inspected = try? Program.run(["snapshot", "inspect", file.path])
                    if inspected?.output.contains("under way") == true { found = file.path }
                }
                return found != nil
            }
            return found
        }

        private func expectEqual(_ words: [String], _ deployment: Deployment, model: Bool = true) throws {
            let options = model ? ["--model", deployment.model] : []
            let result = try Program.run(
                words + options + ["--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(result.exitCode == 0, "\(words): \(result.output)\(result.errors)")
        }
    }
}
