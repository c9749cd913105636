import Events
import Scoring
import TestTimeline
import Testing

/// What features are worth on a history small enough to work them out by hand from `schemas/features.md`.
@Suite struct FeatureExampleTests {
    let person = PersonKey(high: 1, low: 1)

    /// Day 20,000 is 2024-10-04; 19,966 and 19,996 are the ends of August and September.
    private static func events() throws -> [Event] {
        let make = EventMaker()
        return [
            try make.statement("s1", at: day(19_966), limit: 0, balance: 500, daysPastDue: 31),
            try make.repayment("r1", on: 19_970, due: 19_968, paid: 19_971, amount: 300, of: 300, .paid),
            try make.repayment("r2", on: 19_970, due: 19_975, paid: 19_972, amount: 50, of: 200, .partial),
            try make.cashFlow("c1", on: 19_971, .in, .income, amount: 1_000, balance: -1),
            try make.cashFlow("c2", on: 19_971, .out, .household, amount: 333, balance: 0),
            try make.repayment(
                "r3", on: 19_980, obligation: "visa", due: 19_980, paid: nil, amount: 0, of: 100, .missed, kind: .card),
            try make.repayment(
                "r4", on: 19_981, obligation: "visa", due: 19_980, paid: 19_981, amount: 100, of: 100, .paid,
                kind: .card),
            try make.repayment(
                "r5", on: 19_982, obligation: "car", due: 19_982, paid: 19_982, amount: 80, of: 80, .reversed),
            try make.bill("b1", on: 19_990, paid: 19_990, amount: 60, of: 60, .paid),
            try make.bill("b2", on: 19_991, paid: nil, amount: 0, of: 60, .missed, currency: "USD"),
            try make.statement("s2", at: day(19_996), limit: 3_000, balance: -1),
            try make.cashFlow("c3", on: 19_999, .out, .cash, amount: 10, balance: 5),
            try make.rental("v1", on: 19_999, dueBack: 19_990, returned: 19_999, held: 300, kept: 100),
            try make.rental("v2", on: 20_000, dueBack: 20_010, returned: nil, held: 50, kept: 0),
        ]
    }

    static let values: [(String, Int64?)] = [
        ("repayment.count.30d", 3), ("repayment.count.90d", 5), ("repayment[paid].count.90d", 2),
        ("repayment[card].count.90d", 2), ("repayment[card,missed].count.90d", 1),
        ("repayment[on_time].count.90d", 0), ("repayment[late].count.90d", 2), ("repayment[late].share_bp.90d", 4_000),
        ("repayment.days_late.max.90d", 3), ("repayment.days_late.min.90d", 0), ("repayment.days_late.mean.90d", 1),
        ("repayment.days_late.latest", nil), ("repayment[missed].days_late.mean.90d", nil),
        ("repayment.paid.sum.90d", 450), ("repayment.due.sum.90d", 780), ("repayment.paid.latest", 0),
        ("repayment.due.min.30d", 80), ("repayment.due.max.30d", 100), ("repayment.paid_to_due_bp.90d", 5_769),
        ("repayment[missed].days_since", 20), ("repayment.days_since", 18),
        ("repayment[partial].longest_streak.90d", 1),
        ("repayment[paid].longest_streak.90d", 1), ("repayment[due<=200].longest_streak.90d", 4),
        ("repayment[due<200].longest_streak.90d", 3),
        ("repayment.obligations_open.90d", 2), ("repayment.obligations_open.30d", 1),
        ("repayment.paid_to_limit_bp.90d", 750), ("repayment.paid_to_limit_bp.30d", 333),
        // 450 × 30 ÷ 34 days of tenure.
        ("repayment.paid.per30d.90d", 397), ("repayment.paid.per30d.30d", 88),
        ("statement.balance_to_limit_bp.latest", -4), ("statement.balance_to_limit_bp.min.90d", -4),
        ("statement.balance.mean.90d", 249), ("statement.balance.min.90d", -1), ("statement.balance.max.90d", 500),
        ("statement[days_past_due>=31].count.90d", 1), ("statement[days_past_due>31].count.90d", 0),
        ("statement[unpaid].count.90d", 1), ("statement[unpaid,balance<0].count.90d", 0),
        ("statement.limit.latest", 3_000),
        ("cashflow.balance.mean.90d", 1), ("cashflow[balance<=0].balance.mean.90d", -1),
        ("cashflow[balance<0].days.90d", 1), ("cashflow.days.90d", 2), ("cashflow.months.90d", 2),
        ("cashflow[balance<0].days_since", 29), ("cashflow[in].amount.sum.90d", 1_000),
        ("cashflow[out,cash].amount.max.90d", 10), ("cashflow.out_to_in_bp.30d", 3_430),
        ("cashflow.amount.per30d.90d", 1_185),
        ("rental.days_late.latest", nil), ("rental[late].count.30d", 1), ("rental.count.30d", 2),
        ("rental.deposit_kept_to_held_bp.30d", 2_857),
        ("bill.count.90d", 1), ("bill[on_time].share_bp.90d", 10_000), ("bill[missed].due.latest", nil),
        ("bill[rent].days_since", nil), ("bill.paid_to_due_bp.90d", 10_000),
        ("person.tenure_days", 34), ("person.events.30d", 10), ("person.events.90d", 13),
        ("person.active_months.30d", 2), ("person.active_months.90d", 3),
    ]

    /// A person with few events is scanned, one with many has running totals.
    @Test(arguments: values, [0, 70])
    func `a feature by hand, of few and of many events`(_ row: (name: String, value: Int64?), _ filler: Int) throws {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 19_900, to: person)
        try timeline.fill(filler, on: 19_950, of: person)
        for event in try Self.events() { timeline.event(event, of: person) }
        timeline.tick(day(20_000))
        let course = try FeatureProbe([row.name], near: row.value.map { [$0] } ?? []).course(of: timeline)
        #expect(course.last?.value == FeatureProbe.text(row.value), "\(row.name)")
    }

    @Test func `a sum of the largest amounts is exact, and a ratio beyond 64 bits is held at the largest number`()
        throws
    {
        let make = EventMaker()
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        for index in 0..<200 {
            let event = try make.repayment(
                "r\(index)", on: 20_000, due: 20_000, paid: 20_000, amount: EventRules.amountMax,
                of: index == 0 ? 1 : 0, .paid)
            timeline.event(event, of: person)
        }
        let sum = 200 * EventRules.amountMax
        let ratio = try FeatureProbe(["repayment.paid_to_due_bp.30d"], near: [.max]).course(of: timeline)
        #expect(ratio.last?.value == "\(Int64.max)")
        let paid = try FeatureProbe(["repayment.paid.sum.30d"], near: [sum]).course(of: timeline)
        #expect(paid.last?.value == "\(sum)")
    }

    @Test func `a history in another currency than the model's is no history`() throws {
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: 20_000, to: person)
        timeline.event(
            try EventMaker().bill("b", on: 20_000, paid: nil, amount: 0, of: 60, .missed, currency: "USD"), of: person)
        timeline.tick(day(20_010))
        for (name, value) in [
            ("bill.count.30d", 0), ("bill.due.latest", nil), ("person.tenure_days", 0), ("person.events.30d", 0),
        ] as [(String, Int64?)] {
            #expect(try FeatureProbe([name]).course(of: timeline).last?.value == FeatureProbe.text(value), "\(name)")
        }
    }

    /// Months by the calendar: the last day of one and the first of the next, in a leap year and not.
    @Test(
        arguments: [
            ("2024-02-28", "2024-02-29", 1), ("2024-02-29", "2024-03-01", 2), ("2023-02-28", "2023-03-01", 2),
            ("2023-12-31", "2024-01-01", 2), ("2024-04-01", "2024-04-30", 1), ("2024-04-30", "2024-05-01", 2),
        ] as [(String, String, Int64)])
    func `two days lie in one calendar month or in two`(_ first: String, _ last: String, _ months: Int64) throws {
        let days = [first, last].map { text in Int(CalendarDate(unsafe Array(text.utf8).span.bytes)!.days) }
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: days[0], to: person)
        for (index, day) in days.enumerated() {
            timeline.event(try EventMaker().cashFlow("c\(index)", on: day), of: person)
        }
        let course = try FeatureProbe(["cashflow.months.90d"]).course(of: timeline)
        #expect(course.last?.value == "\(months)")
    }

    /// A statement is unpaid where nothing was paid in the calendar month of its period end.
    @Test(
        arguments: [
            ("2024-02-29", "2024-02-01", 0), ("2024-02-29", "2024-02-29", 0), ("2024-02-29", "2024-03-01", 1),
            ("2024-02-29", "2024-01-31", 1), ("2023-02-28", "2023-03-01", 1),
        ] as [(String, String, Int64)])
    func `a payment counts for the month of its paid date`(_ end: String, _ paid: String, _ unpaid: Int64) throws {
        let end = CalendarDate(unsafe Array(end.utf8).span.bytes)!
        let paidDay = Int(CalendarDate(unsafe Array(paid.utf8).span.bytes)!.days)
        let make = EventMaker()
        var timeline = TimelineBuilder()
        try timeline.grantForLong(from: paidDay, to: person)
        timeline.event(try make.statement("s", at: day(Int(end.days) + 5), periodEnd: end), of: person)
        timeline.event(
            try make.repayment("r", on: paidDay, due: paidDay, paid: paidDay, amount: 5, of: 5, .paid), of: person)
        timeline.event(
            try make.repayment("x", on: Int(end.days), due: paidDay, paid: Int(end.days), amount: 5, of: 5, .reversed),
            of: person)
        let course = try FeatureProbe(["statement[unpaid].count.90d"]).course(of: timeline)
        #expect(course.last?.value == "\(unpaid)")
    }
}
