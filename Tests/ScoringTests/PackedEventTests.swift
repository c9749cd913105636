import Events
import Scoring
import TestTimeline
import Testing

/// An event is packed into few bits, and what does not fit lies elsewhere: what is read is what came, at every edge.
@Suite struct PackedEventTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    static let today = 20_000

    /// The values of features after these events, before and after the state has gone through a snapshot.
    private func values(_ names: [String], _ events: [Event], daysLater: Int = 0) throws -> [Int64?] {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: Self.today, to: person)
        for event in events { timeline.event(event, of: person) }
        if daysLater > 0 { timeline.tick(day(Self.today + daysLater)) }
        let card = try FeatureProbe(["cashflow.count.30d", "cashflow.months.730d"]).card
        let fold = PartitionFold(partition: 0, scorecard: card)
        _ = try fold.fold(timeline.records)
        let features = try names.map { try Feature($0) }
        var state: [UInt8] = []
        fold.encodeState(into: &state)
        let restored = try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: card)
        let read = fold.inspection(of: person, features: features)
        #expect(restored.inspection(of: person, features: features) == read)
        #expect(restored.stateDigest == fold.stateDigest)
        return read!.values
    }

    private static let edges: [Int64] = [
        1, 0xFF_FFFF, 0x100_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 0x1_0000_0001,
        EventRules.amountMax,
    ]
    private static let balances: [Int64] = [0, -0x8000_0001] + edges + edges.map { -$0 }

    @Test(arguments: edges, balances)
    func `an amount and a balance of any size`(_ amount: Int64, _ balance: Int64) throws {
        let names = ["cashflow.amount.latest", "cashflow.balance.latest"]
        let event = try make.cashFlow("e", on: Self.today, amount: amount, balance: balance)
        #expect(try values(names, [event]) == [amount, balance])
    }

    @Test(arguments: [0, 1, 62, 63, 64, 65, 125, 126, 127, 128, 129, 4_000])
    func `any number of days late`(_ days: Int) throws {
        let event = try make.repayment(
            "e", on: Self.today, due: Self.today - days, paid: Self.today, amount: 5, of: 5, .paid)
        #expect(try values(["repayment.days_late.latest"], [event]) == [Int64(days)])
    }

    /// One statement of each month, and one payment.
    @Test(arguments: -13...13)
    func `a payment pays the statement of its month, however far that is from the event's`(_ months: Int) throws {
        let event = CalendarDate(days: Int32(Self.today))!
        let statements = try (-13...13).map {
            try make.statement("s\($0)", at: day(Self.today), periodEnd: Self.middle($0, monthsFrom: event))
        }
        let payment = try make.repayment(
            "p", on: Self.today, due: Self.today, paid: Int(Self.middle(months, monthsFrom: event).days), amount: 5,
            of: 5,
            .paid)
        let names = ["statement[unpaid].count.30d"]
        #expect(try values(names, statements) == [27])
        #expect(try values(names, statements + [payment]) == [26])
    }

    /// The 15th of the month so many months from a date's.
    private static func middle(_ months: Int, monthsFrom date: CalendarDate) -> CalendarDate {
        let number = Int(date.monthNumber) + months
        return CalendarDate(year: number / 12, month: number % 12 + 1, day: 15)!
    }

    @Test func `an event in the sixth currency is not read as one in the first`() throws {
        let currencies = ["TWD", "EUR", "USD", "CHF", "SEK", "NOK"]
        let events = try currencies.map {
            try make.bill($0, on: Self.today, paid: nil, amount: 0, of: 7, .missed, currency: $0)
        }
        #expect(try values(["bill.count.30d", "bill.due.sum.30d"], events + events) == [1, 7])
    }

    /// More than a person's table of obligations holds.
    @Test func `three hundred obligations are three hundred`() throws {
        let events = try (0..<300).map { number in
            let on = Self.today + number / 150
            return try make.repayment(
                "e\(number)", on: on, obligation: "loan-\(number)", due: on, paid: nil, amount: 0, of: 5, .missed)
        }
        let paid = try make.repayment(
            "p", on: Self.today + 1, obligation: "loan-299", due: Self.today + 1, paid: Self.today + 1, amount: 5,
            of: 5,
            .paid)
        #expect(try values(["repayment.obligations_open.30d"], events) == [300])
        #expect(try values(["repayment.obligations_open.30d"], events + [paid]) == [299])
    }

    /// 848 days later the first are gone from memory, and with them what only they referred to.
    @Test func `what the events that are left refer to stays theirs when the oldest go`() throws {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: Self.today, to: person)
        for (offset, loan) in [(0, "a"), (130, "b"), (130, "c")] {
            let on = Self.today + offset
            timeline.event(
                try make.repayment(loan, on: on, obligation: loan, due: on, paid: nil, amount: 0, of: 5, .missed),
                of: person)
        }
        for offset in [0, 1, 130] {
            timeline.event(
                try make.cashFlow(
                    "f\(offset)", on: Self.today + offset, amount: Int64(offset) + 10, balance: Int64(offset) + 1_000),
                of: person)
        }
        let late = Self.today + 848
        timeline.tick(day(late))
        timeline.event(
            try make.repayment("p", on: late, obligation: "c", due: late, paid: late, amount: 5, of: 5, .paid),
            of: person)
        let fold = PartitionFold(partition: 0, scorecard: try FeatureProbe(["cashflow.count.30d"]).card)
        _ = try fold.fold(timeline.records)
        let names = ["repayment.obligations_open.730d", "cashflow.amount.latest", "cashflow.balance.latest"]
        let read = fold.inspection(of: person, features: try names.map { try Feature($0) })
        #expect(read?.values == [1, 140, 1_130])
    }

    /// The filter that says of most ids that they are new was made for many events, and has to know the few as well.
    @Test func `after most events have gone, one that comes twice is known again`() throws {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: Self.today, to: person)
        for number in 0..<80 {
            timeline.event(try make.cashFlow("e\(number)", on: Self.today + (number < 70 ? 0 : 30)), of: person)
        }
        timeline.tick(day(Self.today + 815))
        let late = try make.cashFlow("late", on: Self.today + 815)
        timeline.event(late, of: person)
        timeline.event(late, of: person)
        let fold = PartitionFold(partition: 0, scorecard: try FeatureProbe(["cashflow.count.30d"]).card)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.duplicate] == 1 && fold.outcomes[.conflict] == 0)
        #expect(fold.inspection(of: person, features: [try Feature("cashflow.count.730d")])?.values == [1])
    }

    /// By running totals, which count months by their neighbours.
    @Test(arguments: [(0, 14), (14, 0), (14, 29), (29, 14), (0, 29), (29, 0)])
    func `two events of one month are one month, whichever came first`(_ pair: (Int, Int)) throws {
        let first = Int(CalendarDate(year: 2025, month: 6, day: 1)!.days)
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: first, to: person)
        try timeline.fill(70, on: first, of: person)
        for (number, offset) in [pair.0, pair.1, 30].enumerated() {
            timeline.event(try make.cashFlow("e\(number)", on: first + offset), of: person)
        }
        let course = try FeatureProbe(["cashflow.months.365d"]).course(of: timeline)
        #expect(course.map(\.value) == ["0", "1", "2"])
    }
}
