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
}
