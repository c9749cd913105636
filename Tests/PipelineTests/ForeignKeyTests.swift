import Events
import Pipeline
import TestTimeline
import Testing
import Wire

/// Records whose key is not their event's person.
@Suite struct ForeignKeyTests {
    @Test func `they count as any other, and each consumer's journal warns of them once`() throws {
        let pipeline = try SimulatedPipeline(seed: 5)
        let make = EventMaker()
        let time = day(13_000)
        func line(_ event: Event) throws -> [UInt8] {
            EventEncoder.json(person: try #require(Identifier("ann")), event: event)
        }
        pipeline.produce(try make.granted("c", grant: "g", at: time, until: time + day(45)), of: "ann")
        try pipeline.run()
        #expect(try warnings(pipeline) == 0)

        pipeline.produce(try line(make.statement("s1", at: time)), to: .accounts, key: "\"ann\"")
        try pipeline.run()
        pipeline.produce(try line(make.statement("s2", at: time + 1)), to: .accounts, key: "bob")
        pipeline.append(try line(make.statement("s3", at: time + 2)), to: .accounts)
        // What is refused, and a tick, belong to nobody.
        pipeline.produce(Array("nonsense".utf8), to: .bills, key: "x")
        pipeline.tick(time + day(1))
        try pipeline.run()
        #expect(try warnings(pipeline) == 1)
        #expect(try pipeline.replayed().outcomes.map { $0[.applied] }.reduce(0, +) == 4)
        try pipeline.stop()
    }

    private func warnings(_ pipeline: SimulatedPipeline) throws -> Int {
        try pipeline.journalText().split(separator: "\n").count { $0.contains("\"event\":\"foreignKeys\"") }
    }
}
