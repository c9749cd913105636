import Events
import Scoring
import TestTimeline
import Testing

/// Where order matters it is (occurred-at, producer, event id), whichever event came first.
@Suite struct OrderTests {
    let person = PersonKey(high: 1, low: 1)

    /// Millisecond, producer and id of two events; the second goes last.
    static let pairs: [((Int64, String, String), (Int64, String, String))] = [
        ((0, "b", "b"), (1, "a", "a")), ((1_000, "b", "b"), (2_000, "a", "a")), ((999, "b", "b"), (1_000, "a", "a")),
        ((0, "a", "b"), (0, "b", "a")), ((0, "a", "a"), (0, "a", "b")), ((0, "a", "a"), (0, "a", "aa")),
        ((0, "a", "B"), (0, "a", "a")), ((0, "a", "z"), (0, "aa", "a")), ((0, "a", "a9"), (0, "a", "aA")),
    ]

    @Test(arguments: pairs, [false, true])
    func `the latest of two events`(_ pair: ((Int64, String, String), (Int64, String, String)), _ isReversed: Bool)
        throws
    {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        var events: [Event] = []
        for (amount, (millisecond, producer, id)) in [(1 as Int64, pair.0), (2, pair.1)] {
            var make = EventMaker()
            make.producer = Identifier(producer)!
            events.append(try make.cashFlow(id, on: 20_000, amount: amount, millisecond: millisecond))
        }
        for event in isReversed ? events.reversed() : events { timeline.event(event, of: person) }
        let course = try FeatureProbe(["cashflow.amount.latest"]).course(of: timeline)
        #expect(course.last?.value == "2")
    }

    @Test func `many events of one moment stand in the order of their ids, however they come`() throws {
        var random = SeededRandom(seed: 1)
        let ids = (0..<90).map { "e\($0)" }
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        let make = EventMaker()
        for id in ids.shuffled(using: &random) {
            let amount = Int64(ids.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.firstIndex(of: id)!) + 1
            timeline.event(try make.cashFlow(id, on: 20_000, amount: amount), of: person)
        }
        // Taken back from the last on, what is left shows the order.
        for id in ids.sorted(by: { $1.utf8.lexicographicallyPrecedes($0.utf8) }).prefix(5) {
            timeline.event(try make.correction("x-\(id)", of: id, at: day(20_000)), of: person)
        }
        let course = try FeatureProbe(["cashflow.amount.latest"]).course(of: timeline)
        #expect(course.suffix(6).map(\.value) == ["90", "89", "88", "87", "86", "85"])
    }
}
