import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// `plainscore outcomes` accounts for every raw record, at rest and while records are on their way, and says where one
    /// is missing; `plainscore dead-letters show` lists what was refused.
    @Suite struct OutcomesTests {
        struct Account: Decodable {
            struct Topic: Decodable {
                let topic: String
                let read: Int
                let refused: Int
                let inTimeline: Int?
            }
            let balanced: Bool
            let rawRecordsRead: Int
            let difference: Int
            let classes: [String: Int]
            let onTheWay: Int
            let topics: [Topic]
        }

        @Test func `every class is counted, and the classes balance the records read`() throws {
            let deployment = try Deployment()
            #expect(try account(deployment).rawRecordsRead == 0)
            let none = try deployment.plainscore("dead-letters", "show")
            #expect(none == "no dead letters: nothing was refused\n")
            try deployment.startAll()
            let sample = try Program.run(["sample", "uci", "--clients", "20", "--month", "1"]).lines
            let statement = String(try #require(sample.first { $0.contains("\"statement\"") }))
            let conflict = statement.replacing("\"minimumDue\":0", with: "\"minimumDue\":1")
            let stranger = statement.replacing("uci-00100", with: "stranger")
            let old = statement.replacing("\"occurredAt\":11", with: "\"occurredAt\":9").replacing("s-1", with: "s-0")
            // One after the other: raw topics are read side by side, and what comes before a tick decides.
            let ticks = ["2005-05-02", "2005-05-03"].map { "{\"tick\":\"\($0)T00:00:00Z\"}" }
            let others = [statement, conflict, stranger, old, "nonsense", "{\"a\":1}"]
            for lines in [sample.map(String.init), others, ticks] {
                try deployment.plainscore("produce", "-", "--allow-bad", input: lines.joined(separator: "\n") + "\n")
                try deployment.plainscore("lag", "--until-zero")
            }

            let account = try account(deployment)
            let events = sample.count - 1
            #expect(account.balanced && account.difference == 0 && account.onTheWay == 0)
            #expect(
                account.classes == [
                    "applied": events, "duplicate": 1, "conflict": 1, "noConsent": 1, "outOfHorizon": 1, "refused": 2,
                    "clock": 3 * 4, "waiting": 0, "waitingOverflow": 0, "limit": 0, "voided": 0, "superseded": 0,
                    "datedAhead": 0, "otherCurrency": 0,
                ])
            #expect(account.classes.values.reduce(0, +) == account.rawRecordsRead)
            for topic in account.topics { #expect(topic.inTimeline == topic.read - topic.refused, "\(topic.topic)") }
            let text = try outcomes(deployment)
            #expect(text.exitCode == 0 && text.output.contains("raw records read: balanced"))

            try expectDeadLetters(in: deployment, conflict)
            try expectBalanceOnTheWay(in: deployment)
            try expectMissing(in: deployment)
        }

        private func expectDeadLetters(in deployment: Deployment, _ conflict: String) throws {
            let all = try deployment.plainscore("dead-letters", "show")
            #expect(all.hasSuffix("3 refused: conflict 1 · malformedProtobuf 1 · unknownField 1\n"), "\(all)")
            #expect(all.contains("original: nonsense\n") && all.contains("original: {\"a\":1}\n"))
            let lines = try deployment.plainscore("dead-letters", "show", "--json", "--reason", "conflict").split(
                separator: "\n")
            #expect(lines.count == 1)
            let letter = try #require(
                try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
            // The fold has no bytes: these are the raw topic's.
            #expect(letter["original"] as? String == String(conflict.prefix(200)))
            #expect(letter["originalByteCount"] as? Int == conflict.utf8.count && letter["appendedAt"] is String)
            #expect((letter["mend"] as? String)?.contains("an id of its own") == true)
            #expect(
                try deployment.plainscore("dead-letters", "show", "--topic", "bills")
                    == "no dead letter is of that kind\n")
        }

        /// Without an aggregator records wait in the timeline, and are accounted for there.
        private func expectBalanceOnTheWay(in deployment: Deployment) throws {
            deployment.kill9("aggregator")
            let more = try Program.run(["sample", "uci", "--clients", "20", "--month", "2"]).output
            try deployment.plainscore("produce", "-", input: more)
            let condition = Condition(seconds: 30)
            let isRead = try condition.holds {
                try RawTopic.events.allSatisfy { try deployment.lag(of: "\($0.name)-consumer") == 0 }
            }
            #expect(isRead)
            let account = try account(deployment)
            #expect(account.balanced && account.onTheWay == more.split(separator: "\n").count - 1)
            try deployment.start("aggregator")
            try deployment.plainscore("lag", "--until-zero")
            let after = try self.account(deployment)
            #expect(after.balanced && after.onTheWay == 0 && after.rawRecordsRead == account.rawRecordsRead)
            // From the snapshots it is the same sum; the topics are not told apart then.
            deployment.stopAll()
            let short = try self.account(deployment, "--state", deployment.stateFolder)
            #expect(short.classes == after.classes && short.balanced)
            #expect(short.topics.allSatisfy { $0.inTimeline == nil })
        }

        /// Three records that a consumer is made to pass over.
        private func expectMissing(in deployment: Deployment) throws {
            let topic = deployment.names.raw(.payments)
            let writer = try deployment.log.writer()
            let value = Array("never read".utf8)
            for _ in 0..<3 {
                try writer.append(
                    writer.topic(topic), partition: 1, key: unsafe value.span.bytes, value: unsafe value.span.bytes)
            }
            try writer.flush(milliseconds: 30_000)
            let end = try deployment.log.watermarks(topic: topic, partition: 1).upperBound
            let admin = try KafkaAdmin(KafkaSettings(servers: deployment.servers))
            let place = CommittedOffset(partition: 1, offset: end, metadata: "")
            let condition = Condition(seconds: 20)
            // The group has a member until its session ends.
            let isSet = condition.holds {
                (try? admin.commit(group: deployment.names.consumerGroup(.payments), topic: topic, offsets: [place]))
                    != nil
            }
            #expect(isSet)
            let missing = try outcomes(deployment)
            #expect(missing.exitCode == 1 && missing.output.contains("NOT BALANCED, 3 missing (payments 3)"))
        }

        private func outcomes(_ deployment: Deployment, _ more: String...) throws -> Program.Result {
            try Program.run(
                ["outcomes", "--model", deployment.model, "--prefix", deployment.prefix] + more,
                bootstrap: deployment.servers)
        }

        private func account(_ deployment: Deployment, _ more: String...) throws -> Account {
            let words = ["outcomes", "--model", deployment.model, "--json", "--prefix", deployment.prefix]
            let result = try Program.run(words + more, bootstrap: deployment.servers)
            return try JSONDecoder().decode(Account.self, from: Data(result.output.utf8))
        }
    }
}
