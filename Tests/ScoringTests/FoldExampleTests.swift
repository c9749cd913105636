import Events
import Scoring
import TestTimeline
import Testing

/// Read this first: one person, one grant, and what the subscriber learns.
@Suite struct FoldExampleTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()

    @Test func `a consent, a statement and a late month become two numbered changes with their reasons`() throws {
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        timeline.event(try make.statement("s1", at: day(13_030), limit: 5_000_000, balance: 1_000_000), of: person)
        timeline.event(
            try make.statement("s2", at: day(13_060), limit: 5_000_000, balance: 1_000_000, daysPastDue: 60), of: person
        )
        let results = try fold.fold(timeline.records).decoded()

        #expect(results.count == 2)
        let first = results[0]
        let second = results[1]
        #expect(first.recipients.map(\.number) == [1] && second.recipients.map(\.number) == [2])
        #expect(first.recipients[0].subscriberReference.text == "client")
        #expect(first.previousScore == nil && second.previousScore == first.score)
        #expect(second.cause.event?.id.text == "s2" && second.cause.kind == .event)
        #expect(second.day == 13_060)
        // 523 and the points of eight bins; the late month costs 10 → −35, 1 → −1, 9 → −6 and 4 unpaid months −3 → −4.
        #expect(first.score == 523 + first.movements.compactMap(\.pointsAfter).reduce(0, +))
        let moved = second.movements.map { ($0.pointsAfter ?? 0) - ($0.pointsBefore ?? 0) }
        #expect(second.score! - first.score! == moved.reduce(0, +))
        #expect(moved[0] == -45 && moved[1] == -2)
        let reasons = fold.scorecard.reasons(bins: second.movements.map { $0.binAfter! })
        #expect(reasons.first == Reason(code: "U01", difference: 45))
    }
}
