import Events
import Scoring
import TestTimeline
import Testing

/// Windows close without an event, on the right day, and each day that matters is a change of its own.
@Suite struct WindowTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    let fold: PartitionFold

    init() throws { fold = PartitionFold(partition: 0, scorecard: try card("max")) }

    /// A late month in a 365-day window, then a good one.
    private func timeline(properties: TimelineProperties = .example) throws -> TimelineBuilder {
        var timeline = TimelineBuilder(properties: properties)
        timeline.event(try make.granted("c1", at: day(13_000), until: day(13_365)), of: person)
        timeline.event(try make.statement("s1", at: day(13_000), daysPastDue: 60), of: person)
        timeline.event(try make.granted("c2", at: day(13_300), until: day(13_665)), of: person)
        timeline.event(try make.statement("s2", at: day(13_300)), of: person)
        return timeline
    }

    @Test(arguments: [(13_364, 0), (13_365, 1), (13_400, 1)])
    func `a late month leaves a 365-day window on the 365th day after it`(_ today: Int, _ rollOffs: Int) throws {
        var timeline = try timeline()
        timeline.tick(day(today))
        let results = try fold.fold(timeline.records).decoded()
        let rolled = results.filter { $0.cause.kind == .rollOff }
        #expect(rolled.map(\.day) == Array(repeating: 13_365, count: rollOffs))
        if let roll = rolled.first { #expect(roll.score! > roll.previousScore!) }
    }

    @Test func `a person's day ends at their own time of day`() throws {
        var properties = TimelineProperties.example
        properties.dayOffset = .spread
        let offset = DayOffset.spread.milliseconds(for: person)
        #expect(offset == Timestamp.dayMilliseconds - 1)
        // Seen with the offset, midnight of day 13,000 lies in day 13,000, and ends 1 ms into it.
        var timeline = try timeline(properties: properties)
        timeline.tick(day(13_365) - offset - 1)
        let records = timeline.records.count
        timeline.tick(day(13_365) - offset)
        let before = try fold.fold(timeline.records[..<records]).decoded()
        #expect(before.allSatisfy { $0.cause.kind != .rollOff })
        let chain = fold.chain
        let rolled = try fold.fold(timeline.records[records...]).decoded(after: chain)
        #expect(rolled.map(\.day) == [13_365])
    }

    @Test func `an event dated ahead lets the days up to its own pass first`() throws {
        var timeline = try timeline()
        timeline.event(try make.statement("s3", at: day(13_365), daysPastDue: 90), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.suffix(2).map(\.cause.kind) == [.rollOff, .event])
        #expect(results.suffix(2).map(\.day) == [13_365, 13_365])
        #expect(results.last?.previousScore == results[results.count - 2].score)
    }

    @Test func `those due at one moment are rolled in the order of their keys, however they came`() throws {
        var timeline = TimelineBuilder()
        let keys = [3, 1, 4, 2].map { PersonKey(high: 7, low: $0) }
        for key in keys {
            timeline.event(
                try make.granted("c", grant: "g\(key.low)", at: day(13_000), until: day(13_100)), of: key)
        }
        timeline.tick(day(13_100))
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.filter(\.isEnd).map { $0.recipients[0].grant.text } == ["g1", "g2", "g3", "g4"])
    }

    @Test func `a live timeline rolls at most K due persons with a record, and the rest with the next`() throws {
        var properties = TimelineProperties.example
        properties.mode = .live
        properties.rollsPerTick = 3
        properties.rollsPerRecord = 2
        var timeline = TimelineBuilder(properties: properties)
        let persons = (1...8).map { PersonKey(high: UInt64(9 - $0), low: UInt64($0)) }
        for person in persons {
            timeline.event(try make.granted("c", at: day(13_000), until: day(13_010)), of: person)
        }
        timeline.tick(day(13_011))
        for number in 1...3 {
            timeline.event(try make.statement("s\(number)", at: day(13_011)), of: PersonKey(high: 99, low: 99))
        }
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map(\.timelineOffset) == [9, 9, 9, 10, 10, 11, 11, 12])
        #expect(results.allSatisfy { $0.isEnd })
    }

    @Test func `a person touched while others still wait to be rolled is rolled first`() throws {
        var properties = TimelineProperties.example
        properties.mode = .live
        properties.rollsPerTick = 1
        properties.rollsPerRecord = 1
        var timeline = TimelineBuilder(properties: properties)
        let persons = (1...5).map { PersonKey(high: UInt64($0), low: UInt64($0)) }
        for person in persons {
            timeline.event(try make.granted("c", at: day(13_000), until: day(13_010)), of: person)
        }
        timeline.tick(day(13_011))
        timeline.event(try make.statement("s", at: day(13_011)), of: persons[4])
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map(\.timelineOffset) == [6, 7, 7])
        #expect(fold.outcomes.waiting == 1, "the grant had ended, so the statement waits")
    }
}
