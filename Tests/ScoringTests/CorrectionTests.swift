import Events
import Scoring
import TestTimeline
import Testing

/// Taking an event back by its id: as if it had never been sent, in whichever order things come.
@Suite struct CorrectionTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    let probe: FeatureProbe
    let fold: PartitionFold

    init() throws {
        probe = try FeatureProbe(["cashflow.count.30d"])
        fold = PartitionFold(partition: 0, scorecard: probe.card)
    }

    @Test func `a correction takes the wrong event back, and is the cause of the change`() throws {
        var timeline = try started()
        timeline.event(try make.cashFlow("right", on: 20_000), of: person)
        timeline.event(try make.cashFlow("wrong", on: 20_003), of: person)
        timeline.event(try make.correction("x", of: "wrong", at: day(20_004)), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map { probe.values($0)[0] } == ["0", "1", "2", "1"])
        #expect(results.last?.cause.kind == .correction && results.last?.cause.event?.id.text == "x")
        // The wrong one had dated the person's day.
        #expect(results.map(\.day).suffix(3) == [20_000, 20_003, 20_000])
    }

    /// W the wrong event, C its correction, R the right one under its own id.
    @Test(arguments: ["WCR", "WRC", "CWR", "CRW", "RWC", "RCW", "WCRW", "CWRW", "WWCR", "CWCRW"], [0, 70])
    func `whatever the order, only the right event is left`(_ order: String, _ filler: Int) throws {
        var timeline = try started()
        try timeline.fill(filler, on: 20_000, of: person)
        timeline.tick(day(20_001))
        for letter in order {
            let event =
                switch letter {
                case "W": try make.cashFlow("wrong", on: 20_003, amount: 5)
                case "C": try make.correction("x", of: "wrong", at: day(20_000))
                default: try make.cashFlow("right", on: 20_002, amount: 7)
                }
            timeline.event(event, of: person)
        }
        let probe = try FeatureProbe(["cashflow.amount.sum.30d", "cashflow.amount.latest", "cashflow.days.30d"])
        let fold = PartitionFold(partition: 0, scorecard: probe.card)
        let last = try #require(try fold.fold(timeline.records).decoded().last)
        #expect(probe.values(last) == ["7", "7", "1"] && last.day == 20_002)
        // What came before its correction was applied, and once; what came after is void.
        let wrongs = order.count { $0 == "W" }
        let before = order.prefix { $0 != "C" }.count { $0 == "W" }
        #expect(fold.outcomes[.voided] == UInt64(wrongs - before))
        #expect(fold.outcomes[.duplicate] == UInt64(max(0, before - 1) + order.count { $0 == "C" } - 1))
    }

    @Test func `a correction of everything leaves an empty person, who stands at the clock's day`() throws {
        var timeline = try started()
        timeline.tick(day(20_001))
        for number in 0..<3 {
            timeline.event(try make.cashFlow("c\(number)", on: 20_002 + number), of: person)
        }
        for number in 0..<3 {
            timeline.event(try make.correction("x\(number)", of: "c\(number)", at: day(20_002)), of: person)
        }
        let last = try #require(try fold.fold(timeline.records).decoded().last)
        #expect(probe.values(last) == ["0"] && last.day == 20_001)
    }

    /// The void begins on the clock's day or the correction's own, the later, and lasts 800 days.
    @Test(arguments: [(19_500, 20_799, true), (19_500, 20_800, false), (20_001, 20_800, true), (20_001, 20_801, false)])
    func `an id is void for the horizon`(_ dated: Int, _ today: Int, _ isVoid: Bool) throws {
        var timeline = try started()
        timeline.tick(day(20_000))
        timeline.event(try make.correction("x", of: "c", at: day(dated)), of: person)
        timeline.tick(day(today))
        timeline.event(try make.cashFlow("c", on: today), of: person)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.voided] == (isVoid ? 1 : 0))
    }

    /// 800 days on the clock.
    @Test(arguments: [(19_200, true), (19_201, false)])
    func `a correction dated at the horizon or before comes too late`(_ dated: Int, _ isTooLate: Bool) throws {
        var timeline = try started()
        timeline.tick(day(20_000))
        timeline.event(try make.cashFlow("c", on: 20_000), of: person)
        timeline.event(try make.correction("x", of: "c", at: day(dated)), of: person)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.outOfHorizon] == (isTooLate ? 1 : 0))
        let read = fold.inspection(of: person, features: [try Feature("cashflow.count.30d")])
        #expect(read?.values == [isTooLate ? 1 : 0])
    }

    @Test func `consents and corrections cannot be taken back, nor another producer's events`() throws {
        var timeline = try started()
        timeline.event(try make.cashFlow("c", on: 20_000), of: person)
        timeline.event(try make.correction("x", of: "grant-0", at: day(20_000)), of: person)
        timeline.event(try make.correction("y", of: "z", at: day(20_000)), of: person)
        var shop = make
        shop.producer = Identifier("shop")!
        timeline.event(try shop.correction("z", of: "c", at: day(20_000)), of: person)
        let last = try #require(try fold.fold(timeline.records).decoded().last)
        #expect(fold.personCount == 1 && probe.values(last) == ["1"] && fold.outcomes[.voided] == 0)
    }

    @Test func `an event may be sent again with other content once its correction has come, under another id only`()
        throws
    {
        var timeline = try started()
        timeline.event(try make.cashFlow("c", on: 20_000, amount: 5), of: person)
        timeline.event(try make.correction("x", of: "c", at: day(20_000)), of: person)
        timeline.event(try make.cashFlow("c", on: 20_000, amount: 6), of: person)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.voided] == 1 && fold.outcomes[.conflict] == 0)
    }

    private func started() throws -> TimelineBuilder {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        return timeline
    }
}
