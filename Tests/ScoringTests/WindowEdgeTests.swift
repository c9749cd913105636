import Events
import Scoring
import TestTimeline
import Testing

/// A window of w days holds the events with D − w < day ≤ D: each edge, to the day, whichever way a value is kept.
@Suite struct WindowEdgeTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()

    /// Of one cash flow of 7 that came in: the value while it is in the window, and after.
    static let features: [(String, Int64?, Int64?)] = [
        ("cashflow.count", 1, 0), ("cashflow.amount.sum", 7, 0), ("cashflow.amount.mean", 7, nil),
        ("cashflow.amount.max", 7, nil), ("cashflow.days", 1, 0), ("cashflow.months", 1, 0),
        ("cashflow[in].share_bp", 10_000, nil), ("cashflow[in].longest_streak", 1, 0),
        ("cashflow.out_to_in_bp", 0, nil),
        ("person.events", 1, 0), ("person.active_months", 1, 0),
    ]

    @Test(arguments: features, Feature.windows)
    func `an event leaves a window of w days on the w-th day after its own`(
        _ feature: (name: String, inside: Int64?, outside: Int64?), _ window: Int32
    ) throws {
        for filler in [0, 70] {
            var timeline = try started(at: 20_000, filler)
            timeline.event(try make.cashFlow("c", on: 20_000, .in, amount: 7), of: person)
            timeline.tick(day(20_000 + Int(window) - 1))
            let probe = try FeatureProbe(["\(feature.name).\(window)d"], near: [10_000])
            let inside = try probe.course(of: timeline)
            #expect(inside.last?.value == FeatureProbe.text(feature.inside), "\(feature.name), \(filler) others")
            timeline.tick(day(20_000 + Int(window)))
            let outside = try probe.course(of: timeline).dropFirst(inside.count)
            #expect(outside.map(\.value) == [FeatureProbe.text(feature.outside)], "\(feature.name), \(filler) others")
            #expect(outside.map(\.day) == [20_000 + Int(window)])
        }
    }

    @Test(arguments: features, Feature.windows)
    func `an event that comes late is in the window from its first day on, and not a day before`(
        _ feature: (name: String, inside: Int64?, outside: Int64?), _ window: Int32
    ) throws {
        for filler in [0, 70] {
            for (late, value) in [(Int(window) - 1, feature.inside), (Int(window), feature.outside)] {
                var timeline = try started(at: 20_000, filler)
                timeline.tick(day(20_000 + late))
                timeline.event(try make.cashFlow("c", on: 20_000, .in, amount: 7), of: person)
                let course = try FeatureProbe(["\(feature.name).\(window)d"], near: [10_000]).course(of: timeline)
                #expect(
                    course.last?.value == FeatureProbe.text(value), "\(feature.name), \(late) days, \(filler) others")
            }
        }
    }

    @Test(arguments: [0, 70])
    func `what has no window looks at 800 days`(_ filler: Int) throws {
        for (name, inside, outside) in [
            ("cashflow.amount.latest", 7, nil), ("cashflow.days_since", 799, nil), ("person.tenure_days", 799, 0),
        ] as [(String, Int64?, Int64?)] {
            var timeline = try started(at: 20_000, filler)
            timeline.event(try make.cashFlow("c", on: 20_000, amount: 7), of: person)
            timeline.tick(day(20_799))
            let probe = try FeatureProbe([name])
            #expect(try probe.course(of: timeline).last?.value == FeatureProbe.text(inside), "\(name)")
            timeline.tick(day(20_800))
            let last = try probe.course(of: timeline).last
            #expect(last?.value == FeatureProbe.text(outside) && last?.day == 20_800, "\(name)")
        }
    }

    @Test(arguments: ["cashflow.days_since", "person.tenure_days"], [0, 70])
    func `a day count advances by one with each day that passes, each its own change`(_ name: String, _ filler: Int)
        throws
    {
        var timeline = try started(at: 20_000, filler)
        timeline.event(try make.cashFlow("c", on: 20_000), of: person)
        timeline.tick(day(20_003))
        let course = try FeatureProbe([name]).course(of: timeline).suffix(3)
        #expect(course.map(\.day) == [20_001, 20_002, 20_003] && course.map(\.value) == ["1", "2", "3"])
    }

    @Test(arguments: [0, 70])
    func `days_since counts from the last event, tenure from the first`(_ filler: Int) throws {
        var timeline = try started(at: 20_000, filler)
        for day in [20_004, 20_000, 20_007, 20_002] {
            timeline.event(try make.cashFlow("c\(day)", on: day), of: person)
        }
        timeline.tick(day(20_010))
        #expect(try FeatureProbe(["cashflow.days_since"]).course(of: timeline).last?.value == "3")
        #expect(try FeatureProbe(["person.tenure_days"]).course(of: timeline).last?.value == "10")
    }

    /// ⌊90 × 30 ÷ max(tenure, 30)⌋: the tenure counts from its 31st day on.
    @Test(arguments: [(0, 90), (29, 90), (30, 90), (31, 87), (60, 45)], [0, 70])
    func `per30d is the sum of thirty days, at least thirty`(_ row: (days: Int, value: Int64), _ filler: Int) throws {
        var timeline = try started(at: 20_000, filler)
        timeline.event(try make.cashFlow("c", on: 20_000, amount: 90), of: person)
        timeline.tick(day(20_000 + row.days))
        let course = try FeatureProbe(["cashflow.amount.per30d.90d"]).course(of: timeline)
        #expect(course.last?.value == "\(row.value)", "after \(row.days) days")
    }

    @Test(arguments: [0, 70])
    func `the extreme of a window is the next one once all that hold it have left`(_ filler: Int) throws {
        var timeline = try started(at: 20_000, filler)
        for (offset, amount) in [(0, 9), (2, 9), (3, 4), (5, 9), (6, 5)] as [(Int, Int64)] {
            timeline.event(try make.cashFlow("c\(offset)", on: 20_000 + offset, amount: amount), of: person)
        }
        timeline.tick(day(20_050))
        let course = try FeatureProbe(["cashflow.amount.max.30d"]).course(of: timeline).suffix(3)
        #expect(course.map(\.value) == ["9", "5", "missing"] && course.map(\.day).suffix(2) == [20_035, 20_036])
        let least = try FeatureProbe(["cashflow.amount.min.30d"]).course(of: timeline).suffix(3)
        #expect(least.map(\.value) == ["4", "5", "missing"] && least.map(\.day).suffix(2) == [20_033, 20_036])
    }

    /// A grant for long, and others that no feature reads: with 70 the person has running totals from the start.
    private func started(at number: Int, _ filler: Int) throws -> TimelineBuilder {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: number, to: person)
        try timeline.fill(filler, on: number, of: person)
        return timeline
    }
}
