import Events
import Foundation
import Pipeline
import TestBroker
import TestTimeline
import Testing
import Wire

extension PipelineOnARealBroker {
    /// The other ways to run it: a live timeline, and a broker without transactions.
    @Suite struct ModesTests {
        @Test func `a live timeline ticks by itself, and a change follows its event`() throws {
            let deployment = try Deployment(history: false)
            try deployment.startAll()
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let make = EventMaker()
            let person = Identifier("ann")!
            let events = [
                try make.granted("c", at: now, until: now + day(30)), try make.statement("s1", at: now),
                try make.statement("s2", at: now + 1, daysPastDue: 60),
            ].map { String(decoding: EventEncoder.json(person: person, event: $0), as: UTF8.self) }
            // A tick that states a time would set the clock of a live timeline.
            let told = try Program.run(
                ["produce", "-", "--prefix", deployment.names.prefix], input: "{\"tick\":\(now)}\n",
                bootstrap: deployment.servers)
            #expect(told.exitCode == 1 && told.errors.contains("line 1"))
            // Both statements before the consent would wait for it, and be one first change: so one after the other.
            for (sent, changes) in [(events[..<2], 1), (events[2...], 2)] {
                try deployment.plainscore("produce", "-", input: sent.joined(separator: "\n") + "\n")
                try #require(try Condition(seconds: 30).holds { try deployment.published().joined().count == changes })
            }

            // The consents consumer ticks every 10 s; the fold's clock follows the broker's stamps.
            let clocks = try Condition(seconds: 40).holds {
                try deployment.replayed().outcomes[.clock] >= UInt64(2 * 4 * deployment.partitions.count)
            }
            #expect(clocks, "two ticks of each of four raw partitions, carried to each timeline partition")
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
            let (expected, _) = try deployment.replayed()
            #expect(try deployment.published() == expected)
            let watched = try deployment.plainscore("watch", "--purpose", "lending", "--json", "--until-idle", "1")
            #expect(watched.split(separator: "\n").count == 2)
        }

        @Test func `plain commits, for a broker without transactions, publish the same`() throws {
            let deployment = try Deployment()
            for role in Deployment.roles where role != "publisher" { try deployment.start(role) }
            try deployment.start("publisher", ["--without-transactions"])
            try deployment.plainscore("produce", "-", input: try Program.run(["sample", "uci"]).output)
            try deployment.plainscore("lag", "--until-zero")
            let (expected, _) = try deployment.replayed()
            #expect(try deployment.published() == expected)
            #expect(expected.joined().count >= 300)
            #expect(deployment.journalText("publisher").contains("withoutTransactions"))
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        }
    }
}
