import Events
import Foundation
import Pipeline
import Scoring
import TestTimeline
import Testing
import Wire

/// The roles on a simulated log: from raw bytes to what a subscriber gets.
@Suite struct PipelineTests {
    let make = EventMaker()

    @Test func `a consent and two statements arrive as two numbered score changes`() throws {
        let pipeline = try SimulatedPipeline(seed: 1)
        pipeline.produce(try make.granted("c", at: day(13_000), until: day(13_300)), of: "ann")
        try pipeline.run()
        pipeline.produce(try make.statement("s1", at: day(13_030)), of: "ann")
        pipeline.produce(try make.statement("s2", at: day(13_060), daysPastDue: 60), of: "ann")
        try pipeline.run()
        try pipeline.stop()
        let changes = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        #expect(changes.count == 2)
        #expect(changes[0].hasPrefix(#"{"grantId":"g","number":1,"opening":{"topic":"consents","partition":"#))
        #expect(changes[1].contains(#""number":2"#) && changes[1].contains(#""code":"U01""#))
        #expect(pipeline.published(.tenancy).joined().isEmpty)
    }

    @Test func `a correction on consents takes back a statement on accounts, and the score is what it was`() throws {
        let pipeline = try SimulatedPipeline(seed: 2)
        let wrong = try make.statement("wrong", at: day(13_060), daysPastDue: 60)
        for event in [
            try make.granted("c", at: day(13_000), until: day(13_300)), try make.statement("s1", at: day(13_030)),
            wrong,
            try make.correction("x", of: "wrong", at: day(13_061)), wrong,
        ] {
            pipeline.produce(event, of: "ann")
            try pipeline.run()
        }
        try pipeline.stop()
        let changes = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        try #require(changes.count == 3)
        #expect(changes[2].contains(#""cause":{"kind":"CORRECTION","eventId":"x","topic":"consents""#))
        let scores = changes.map { $0.split(separator: ",").first { $0.hasPrefix("\"score\":") } }
        #expect(scores[0] != nil && scores[0] == scores[2] && scores[0] != scores[1])
        #expect(pipeline.cluster.records(pipeline.names.deadLetters).isEmpty)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `whatever crashes, subscribers get what one fold of the timeline gives, each once and in order`(_ seed: UInt64)
        throws
    {
        try disturb(seed) { try $0.run(crashPercent: 12) }
    }

    @Test(arguments: 1000..<1030 as Range<UInt64>)
    func `two instances that take each other for dead change nothing either`(_ seed: UInt64) throws {
        try disturb(seed) { try $0.run(crashPercent: 5, zombiePercent: 8, names: SimulatedPipeline.withSeconds) }
    }

    @Test(arguments: 2000..<2016 as Range<UInt64>)
    func `with challengers loaded, crashes and doubles change nothing either`(_ seed: UInt64) throws {
        let challengers = [try modelFile("uci-mean"), try modelFile("cash-flow")]
        let pipeline = try disturb(seed, challengers) {
            try $0.run(crashPercent: 8, zombiePercent: 8, names: SimulatedPipeline.withSeconds)
        }
        // And what is published is what it would be without them.
        let alone = try pipeline.replayed(Models(pipeline.scorecard))
        #expect(pipeline.published(.lending).map { $0.map(\.unnumbered) } == alone.changes.map { $0.map(\.unnumbered) })
        #expect(try pipeline.scored() != alone.results)
    }

    @discardableResult
    private func disturb(
        _ seed: UInt64, _ challengers: [Scorecard] = [], _ run: (SimulatedPipeline) throws -> Void
    ) throws -> SimulatedPipeline {
        let pipeline = try SimulatedPipeline(seed: seed, challengers: challengers)
        pipeline.cluster.abortedCommitPercent = 10
        var random = SeededRandom(seed: seed)
        let people = (1...8).map { "person-\($0)" }
        var sent = 0
        var paid: [(person: String, id: String)] = []
        for round in 0..<6 {
            for number in 0..<25 {
                let person = people.randomElement(using: &random)!
                let time = day(13_000 + round * 30 + Int.random(in: 0..<25, using: &random))
                let id = "\(round)-\(number)"
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<2:
                    pipeline.produce(
                        try make.granted("c\(id)", grant: "g-\(person)", at: time, until: time + day(60)), of: person)
                case 2: pipeline.produce(try make.withdrawn("w\(id)", grant: "g-\(person)", at: time), of: person)
                case 3..<5:
                    pipeline.produce(try make.repayment("r\(id)", at: time), of: person)
                    paid.append((person, "r\(id)"))
                case 5:
                    let (person, wrong) = paid.randomElement(using: &random) ?? (person, "r-to-come")
                    pipeline.produce(try make.correction("x\(id)", of: wrong, at: time), of: person)
                case 6:
                    pipeline.produce(
                        Array("{\"nonsense\":\(number)}".utf8), to: RawTopic.events.randomElement(using: &random)!,
                        key: person)
                default:
                    let late = Int32.random(in: 0...3, using: &random) * 30
                    pipeline.produce(try make.statement("s\(id)", at: time, daysPastDue: late), of: person)
                }
                sent += 1
            }
            pipeline.tick(day(13_000 + round * 30 + 29))
            try run(pipeline)
        }
        try pipeline.run(names: SimulatedPipeline.withSeconds)
        let replayed = try pipeline.replayed()
        let (expected, outcomes) = (replayed.changes, replayed.outcomes)
        #expect(pipeline.published(.lending) == expected)
        #expect(try pipeline.scored() == replayed.results)
        #expect(pipeline.crashes > 5)
        #expect(expected.joined().count > 10)
        // Every raw record ends in one class: a tick is carried to each partition and counted in one of them here.
        let sum = outcomes.reduce(Outcomes(), +)
        let letters = pipeline.refusedByConsumers
        let ticks = 6 * 2 as UInt64
        let partitions = UInt64(outcomes.count)
        #expect(sum[.clock] == ticks * partitions && sum[.control] == partitions)
        #expect(sum.total - sum[.clock] - sum[.control] + UInt64(letters.count) == UInt64(sent))
        try pipeline.stop()
        for partition in replayed.states.indices {
            #expect(try pipeline.stoppedState(Int32(partition)) == replayed.states[partition])
        }
        return pipeline
    }

    @Test func `another secret and another model are refused with their own exit codes`() throws {
        let pipeline = try SimulatedPipeline(seed: 3)
        pipeline.produce(try make.granted("c", at: day(13_000), until: day(13_300)), of: "ann")
        pipeline.produce(try make.statement("s1", at: day(13_030)), of: "ann")
        try pipeline.run()
        try pipeline.stop()
        let log = pipeline.cluster.connect("other")
        let error = #expect(throws: RoleError.self) {
            try RawConsumer(
                topic: .payments, log: log, names: pipeline.names, identity: pipeline.identity,
                hasher: PersonHasher(secret: Array(repeating: 8, count: 32)), instance: "2",
                journal: .init(role: "test", instance: "1"), context: .init(clock: { 0 }, random: { 0 }))
        }
        #expect(error?.exitCode == .wrongSecret)
    }
}
