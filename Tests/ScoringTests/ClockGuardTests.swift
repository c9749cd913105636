import Events
import Scoring
import TestTimeline
import Testing

/// The clock of a live timeline when a broker's clock is wrong (invariant 2).
@Suite struct ClockGuardTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    let start = day(20_000)
    private let minute: Int64 = 60_000

    /// Seconds ahead, and how far the clock then moves.
    private static let jumps: [(Int64, Int64)] = [(60, 60), (1_800, 1_800), (1_801, 0), (86_400, 0), (34_560_000, 0)]

    @Test(arguments: jumps)
    func `a tick up to half an hour ahead is followed, one further ahead is not`(_ ahead: Int64, _ moved: Int64) throws
    {
        var timeline = live()
        timeline.tickLive(start + ahead * 1000)
        let fold = try fold(timeline)
        #expect(fold.clock == start + moved * 1000)
        #expect((fold.clockDoubt == nil) == (moved == ahead))
    }

    @Test func `a single tick of 400 days ahead ends no grant, and the clock goes on after it`() throws {
        var timeline = live()
        timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
        timeline.tickLive(start + day(400))
        timeline.event(try make.statement("s", at: start), of: person)
        #expect(try fold(timeline).clockDoubt == ClockDoubt(clock: start, claimed: start + day(400)))
        timeline.stamp = start
        timeline.tickLive(start + minute)
        let fold = try fold(timeline)
        #expect(fold.personCount == 1 && fold.clock == start + minute && fold.clockDoubt == nil)
        #expect(fold.outcomes[.applied] == 2)
    }

    @Test func `time that goes back refuses nothing and stops nothing`() throws {
        var timeline = live()
        timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
        timeline.stamp = start - day(400)
        timeline.tickLive(start - day(400))
        // Dated now, and so far ahead of its own stamp.
        timeline.event(try make.statement("s", at: start), of: person)
        let fold = try fold(timeline)
        #expect(fold.clock == start && fold.outcomes[.applied] == 2)
    }

    @Test func `an event more than a day ahead of stamp and clock is refused by the fold`() throws {
        var timeline = live()
        timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
        timeline.stamp = start
        timeline.event(try make.statement("a", at: start + day(1)), of: person)
        timeline.stamp = start
        let source = timeline.event(try make.statement("b", at: start + day(1) + 10), of: person)
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        let output = try fold.fold(timeline.records)
        #expect(output.refusals == [FoldRefusal(source: source, reason: .datedAhead)])
        #expect(fold.outcomes[.datedAhead] == 1 && fold.outcomes[.applied] == 2)
    }

    @Test func `three events dated about the tick confirm it`() throws {
        var timeline = live()
        timeline.event(try make.granted("c", at: start, until: start + day(30)), of: person)
        let later = start + day(31)
        timeline.tickLive(later)
        for number in 0..<3 {
            timeline.event(try make.statement("s\(number)", at: later - minute), of: person)
        }
        #expect(try fold(timeline).clock == start)
        timeline.tickLive(later + minute)
        let fold = try fold(timeline)
        #expect(fold.clock == later + minute && fold.personCount == 0)
    }

    @Test func `stamps of other records that lead there step by step confirm it`() throws {
        var timeline = live()
        for step in 1...100 as ClosedRange<Int64> {
            timeline.stamp = start + step * 20 * minute
            timeline.event(try make.statement("s\(step)", at: start), of: person)
        }
        timeline.tickLive(start + 100 * 20 * minute)
        #expect(try fold(timeline).clock == start + 100 * 20 * minute)
    }

    @Test func `the operator's word confirms it, and an earlier one does not`() throws {
        var timeline = live()
        let later = start + day(31)
        timeline.tickLive(later)
        timeline.append(.clock(accepted: start + day(1)), from: Coordinates(topic: .control, partition: 0, offset: 1))
        timeline.tickLive(later + minute)
        #expect(try fold(timeline).clock == start)
        timeline.append(.clock(accepted: later), from: Coordinates(topic: .control, partition: 0, offset: 2))
        timeline.tickLive(later + 2 * minute)
        #expect(try fold(timeline).clock == later + 2 * minute)
    }

    @Test func `a restart in doubt goes on in doubt`() throws {
        var timeline = live()
        timeline.tickLive(start + day(3))
        timeline.event(try make.statement("s", at: start + day(3)), of: person)
        let whole = try fold(timeline)
        var state: [UInt8] = []
        whole.encodeState(into: &state)
        let restarted = try PartitionFold(
            state: unsafe state.span.bytes, partition: 0, scorecard: try card("max"))
        #expect(restarted.clockDoubt == whole.clockDoubt && restarted.stateDigest == whole.stateDigest)
    }

    @Test func `in a timeline for history each tick is followed`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        timeline.tick(day(14_000))
        #expect(try fold(timeline).clock == day(14_000))
    }

    /// A live timeline that has ticked once.
    private func live() -> TimelineBuilder {
        var properties = TimelineProperties.example
        properties.mode = .live
        var timeline = TimelineBuilder(properties: properties)
        timeline.stamp = start - 1
        timeline.tickLive(start)
        return timeline
    }

    private func fold(_ timeline: TimelineBuilder) throws -> PartitionFold {
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        return fold
    }
}

extension TimelineBuilder {
    /// A tick as a live timeline has it: its time is its stamp.
    fileprivate mutating func tickLive(_ time: Int64) {
        stamp = time - 1
        tick(time)
    }
}
