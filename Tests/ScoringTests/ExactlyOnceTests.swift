import Events
import Scoring
import TestTimeline
import Testing

/// What is sent twice counts once; what is missing or foreign stops the fold.
@Suite struct ExactlyOnceTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()

    private func folded(_ timeline: TimelineBuilder) throws -> (PartitionFold, FoldOutput) {
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        return (fold, try fold.fold(timeline.records))
    }

    private func example() throws -> TimelineBuilder {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100)), of: person)
        timeline.event(try make.statement("s1", at: day(13_000)), of: person)
        timeline.event(try make.repayment("r1", at: day(13_001), paid: 90_000), of: person)
        return timeline
    }

    @Test func `a repeat by coordinates is dropped and changes nothing`() throws {
        let once = try folded(try example())
        var timeline = try example()
        for index in 0..<4 { try timeline.repeated(index) }
        let twice = try folded(timeline)
        #expect(twice.1.results == once.1.results)
        #expect(twice.0.outcomes.repeats == 4 && twice.0.outcomes.total == once.0.outcomes.total)
    }

    @Test func `an event published again under new coordinates is a duplicate by id`() throws {
        var timeline = try example()
        timeline.event(try make.statement("s1", at: day(13_000)), of: person)
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100)), of: person)
        let (fold, output) = try folded(timeline)
        #expect(fold.outcomes[.duplicate] == 2)
        let once = try folded(try example()).1
        #expect(output.ends.count == once.ends.count)
    }

    @Test func `an id used again with other content is a conflict`() throws {
        var timeline = try example()
        let source = timeline.event(try make.statement("s1", at: day(13_000), balance: 1), of: person)
        let (_, output) = try folded(timeline)
        #expect(output.refusals == [FoldRefusal(source: source, reason: .conflict)])
    }

    @Test func `more events on one day than the limit are refused`() throws {
        var timeline = try example()
        for number in 0...FoldLimits.eventsPerPersonAndDay {
            timeline.event(try make.repayment("x\(number)", at: day(13_002)), of: person)
        }
        let (fold, output) = try folded(timeline)
        #expect(output.refusals.map(\.reason) == [.limit] && fold.outcomes[.limit] == 1)
    }

    @Test(arguments: [(0, 0), (1, 1)])
    func `an event older than the horizon on the clock is counted, and moves nothing`(_ older: Int, _ out: UInt64)
        throws
    {
        var timeline = try example()
        timeline.tick(day(13_050))
        timeline.event(try make.statement("old", at: day(13_050 - 799 - older)), of: person)
        let (fold, _) = try folded(timeline)
        #expect(fold.outcomes[.outOfHorizon] == out)
    }

    @Test func `a repeat with a later stamp means that the raw topic was made again`() throws {
        var timeline = try example()
        let source = Coordinates(topic: .accounts, partition: 0, offset: 0)
        timeline.append(
            .event(person, try make.statement("s9", at: day(13_000))), from: source, appendedAt: day(84_000))
        #expect(throws: FoldError.rawTopicRemade(source)) { try folded(timeline) }
    }

    @Test func `a gap, a first record without properties, another timeline and another secret stop the fold`() throws {
        let timeline = try example()
        #expect(throws: FoldError.gap(expected: 0, got: 1)) {
            var output = FoldOutput()
            let record = timeline.records[1]
            try PartitionFold(partition: 0, scorecard: try card("max")).fold(
                offset: 1, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, into: &output)
        }
        #expect(throws: FoldError.noProperties(offset: 0)) {
            try PartitionFold(partition: 0, scorecard: try card("max")).fold(timeline.records[1...])
        }
        var other = timeline
        var properties = TimelineProperties.example
        properties.identity += 1
        other.append(
            .tick(time: 0, secretFingerprint: 7, properties),
            from: Coordinates(topic: .consents, partition: 0, offset: 9))
        #expect(throws: FoldError.otherTimeline(offset: 4)) { try folded(other) }
        var secret = timeline
        secret.tick(day(13_000), fingerprint: 7)
        secret.tick(day(13_001), fingerprint: 8)
        #expect(throws: FoldError.otherSecret(offset: 5)) { try folded(secret) }
    }

    @Test func `a flipped bit anywhere in a record is found`() throws {
        let record = try example().records[2]
        for index in record.value.indices {
            var value = record.value
            value[index] ^= 1 << UInt8(index % 8)
            #expect(throws: (any Error).self) {
                try TimelineRecord(key: unsafe record.key.span.bytes, value: unsafe value.span.bytes, partition: 0)
            }
        }
        #expect(throws: TimelineError.checksum) {
            try TimelineRecord(key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: 1)
        }
    }
}
