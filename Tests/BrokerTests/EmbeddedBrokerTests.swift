import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// The whole pipeline on `plainscore dev-broker`, which needs no Java.
@Suite(.serialized)
struct EmbeddedBrokerTests {
    @Test func `300 clients through the seven roles: the expected scores, and the same bytes as one fold`() throws {
        let broker = try EmbeddedBroker("--history", "--day-offset", "none")
        let deployment = try Deployment(on: broker)
        try deployment.startAll()
        try deployment.plainscore("produce", "-", input: try Program.run(["sample", "uci"]).output)
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")

        var view = SubscriberView()
        for change in try deployment.published().joined() { try view.take(change.value) }
        #expect(try view.scoresEqualToExpected() == 300)
        #expect(view.faults.isEmpty, "\(view.faults.prefix(5))")
        let (expected, _) = try deployment.replayed()
        #expect(try deployment.published() == expected)
        #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        #expect(broker.stop() == 0)
        #expect(broker.errors.isEmpty)
    }

    @Test func `4 MiB pass, each record accounted for; with two more it ends and says what it has dropped`() throws {
        let broker = try EmbeddedBroker("--partitions", "1")
        let deployment = try Deployment(on: broker)
        try deployment.startAll()
        var random = SystemRandomNumberGenerator()
        let lines = (0..<384).map { _ in randomText(16 << 10, using: &random) }
        // Each of them is refused, and so is sent on whole: it fills payments and dead letters alike.
        try deployment.plainscore("produce", "-", "--allow-bad", input: lines[..<256].joined(separator: "\n"))
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
        let letters = try deployment.records(deployment.names.deadLetters, 0)
        #expect(letters.map { String(decoding: $0.value, as: UTF8.self) } == Array(lines[..<256]))
        #expect(broker.ended(within: 0) == nil)

        let more = lines[256...].joined(separator: "\n")
        _ = try Program.run(["produce", "-", "--allow-bad"], input: more, bootstrap: deployment.servers)
        #expect(broker.ended(within: 30) == 1)
        let said = broker.errors.split(separator: "\n")
        #expect(said.contains { $0.contains("payments[0] has grown above 5 MiB: its records 0 to ") })
        #expect(said.last?.contains("use a real Kafka") == true)
        deployment.stopAll()
    }

    @Test func `topics create and topics check say that this broker takes no admin requests`() throws {
        let broker = try EmbeddedBroker()
        for words in [["topics", "check"], ["topics", "create", "--prefix", "other-"]] {
            let result = try Program.run(words, bootstrap: broker.servers)
            #expect(result.exitCode != 0 && result.errors.contains("takes no admin requests"), "\(words)")
        }
        // The timeline is complete, and other options contradict it as on any broker.
        #expect(try Program.run(["topics", "create"], bootstrap: broker.servers).output.contains("nothing to do"))
        let other = try Program.run(["topics", "create", "--partitions", "7"], bootstrap: broker.servers)
        #expect(other.exitCode == 10)
    }
}
