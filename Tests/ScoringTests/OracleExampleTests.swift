import Events
import Oracle
import TestTimeline
import Testing

/// The oracle itself, on examples small enough to work out by hand from schemas/features.md.
@Suite struct OracleExampleTests {
    /// Day 20,000 is 2024-10-04.
    private let today: Int32 = 20_000
    private let twd = Currency("TWD")!

    /// Statements of 2024-09-30 and 2024-08-31; two payments in September; two cash flows; a rental; one bill of dollars.
    private func history(on today: Int32) throws -> PlainHistory {
        let bodies: [(Int32, String, Event.Body)] = [
            (19_966, "TWD", .statement(statement(on: 19_966, limit: 0, balance: 500, daysPastDue: 31))),
            (19_970, "TWD", .repayment(repayment(due: 19_968, paid: 19_971, of: 300, 300, .paid))),
            (19_970, "TWD", .repayment(repayment(due: 19_975, paid: 19_972, of: 200, 50, .partial))),
            (19_971, "TWD", .cashFlow(flow(.in, 1_000, balance: -1, .income))),
            (19_971, "TWD", .cashFlow(flow(.out, 333, balance: 0, .household))),
            (19_990, "USD", .bill(bill(due: 19_990))),
            (19_996, "TWD", .statement(statement(on: 19_996, limit: 3_000, balance: -1, daysPastDue: 0))),
            (19_999, "TWD", .rental(rental(due: 19_990, back: 19_999, held: 300, kept: 100))),
        ]
        let events = try bodies.enumerated().map { number, entry in
            PlainEvent(
                try Event(
                    id: Identifier("e\(number)")!, producer: Identifier("bank")!, occurredAt: day(Int(entry.0)),
                    currency: Currency(entry.1), body: entry.2), day: entry.0)
        }
        return PlainHistory(events, on: today, currency: twd)
    }

    @Test(
        arguments: [
            ("repayment.count.30d", 0), ("repayment.count.90d", 2), ("repayment[paid].count.90d", 1),
            ("repayment[on_time].count.90d", 0), ("repayment[late].count.90d", 1),
            ("repayment.days_late.max.90d", 3), ("repayment.days_late.mean.90d", 1), ("repayment.days_late.latest", 0),
            ("repayment.paid_to_due_bp.90d", 7_000), ("repayment[late].share_bp.90d", 5_000),
            ("repayment.paid_to_limit_bp.90d", 583), ("repayment.paid_to_limit_bp.30d", 0),
            ("repayment.obligations_open.90d", 1), ("repayment.obligations_open.30d", 0),
            ("repayment[paid].days_since", 30), ("repayment[missed].days_since", nil), ("repayment.due.min.30d", nil),
            ("repayment.paid.per30d.90d", 308), ("repayment[paid>=300].longest_streak.90d", 1),
            ("statement.balance_to_limit_bp.latest", -4), ("statement.balance_to_limit_bp.min.90d", -4),
            ("statement.balance.mean.90d", 249), ("statement[days_past_due>=31].count.90d", 1),
            ("statement[days_past_due>31].count.90d", 0), ("statement[unpaid].count.90d", 1),
            ("statement[unpaid,balance<0].count.90d", 0), ("statement.limit.latest", 3_000),
            ("cashflow.balance.mean.90d", -1), ("cashflow[balance<0].days.90d", 1),
            ("cashflow[in].amount.sum.90d", 1_000),
            ("cashflow.out_to_in_bp.90d", 3_330), ("cashflow.out_to_in_bp.30d", 3_330),
            ("cashflow[household].days_since", 29), ("cashflow[income].months.90d", 1),
            ("rental.days_late.latest", 9), ("rental.deposit_kept_to_held_bp.30d", 3_333),
            ("bill.count.730d", 0), ("person.tenure_days", 34), ("person.events.30d", 4), ("person.events.90d", 7),
            ("person.active_months.90d", 3), ("person.active_months.30d", 2),
        ] as [(String, Int64?)])
    func `a feature's value by hand`(_ name: String, _ value: Int64?) throws {
        #expect(try history(on: today).value(of: PlainFeature(name)) == value)
    }

    @Test(
        arguments: [
            // The flows of day 19,971 leave 30 days on day 20,001.
            ("cashflow.count.30d", 20_001), ("cashflow.amount.per30d.90d", 20_001),
            // Needs the tenure, so all types and the horizon: the first statement leaves 90 days.
            ("cashflow[loan].amount.per30d.90d", 20_056),
            // A day count is due where its bin ends: the only one here holds 0 … 36.
            ("rental.days_since", 20_036), ("person.tenure_days", 20_003),
            // The bill is of another currency: it says nothing, and leaves all the same.
            ("bill.days_since", 20_790), ("bill.count.30d", 20_020),
            ("repayment.count.30d", nil), ("repayment.paid.latest", 20_770),
            ("repayment[late].share_bp.90d", 20_060), ("repayment[partial].count.180d", 20_150),
            ("statement[unpaid].count.30d", 20_026), ("statement[unpaid,days_past_due>31].count.30d", 20_026),
        ] as [(String, Int32?)])
    func `the next day on which a score can change, by hand`(_ name: String, _ next: Int32?) throws {
        let characteristic = PlainCard.Characteristic(
            feature: PlainFeature(name), reasonCode: "R", baselinePoints: 0,
            bins: [PlainCard.Bin(values: 0...36, points: 0)])
        #expect(try history(on: today).nextDay(of: [characteristic]) == next)
    }

    @Test func `a value beyond 64 bits is held at the largest`() throws {
        let events = try (0..<200).map { number in
            PlainEvent(
                try Event(
                    id: Identifier("e\(number)")!, producer: Identifier("bank")!, occurredAt: day(20_000),
                    currency: twd,
                    body: .repayment(
                        repayment(due: 1, paid: 1, of: number == 0 ? 1 : 0, EventRules.amountMax, .paid))), day: today)
        }
        let history = PlainHistory(events, on: today, currency: twd)
        #expect(history.value(of: PlainFeature("repayment.paid_to_due_bp.30d")) == .max)
        #expect(history.value(of: PlainFeature("repayment.paid.sum.30d")) == 200 * EventRules.amountMax)
    }

    private func statement(on day: Int32, limit: Int64, balance: Int64, daysPastDue: Int32) -> Statement {
        Statement(
            account: Identifier("card")!, periodEnd: CalendarDate(days: day)!, creditLimitMinor: limit,
            balanceMinor: balance, minimumDueMinor: 0, daysPastDue: daysPastDue)
    }

    private func repayment(due: Int32, paid: Int32, of amount: Int64, _ part: Int64, _ status: PaymentStatus)
        -> Repayment
    {
        Repayment(
            obligation: Identifier("loan")!, kind: .loan, dueDate: CalendarDate(days: due)!, amountDueMinor: amount,
            amountPaidMinor: part, paidDate: CalendarDate(days: paid)!, status: status)
    }

    private func flow(_ direction: CashFlow.Direction, _ amount: Int64, balance: Int64, _ kind: CashFlow.Kind)
        -> CashFlow
    {
        CashFlow(
            account: Identifier("current")!, direction: direction, amountMinor: amount, balanceAfterMinor: balance,
            kind: kind)
    }

    private func bill(due: Int32) -> Bill {
        Bill(
            kind: .energy, dueDate: CalendarDate(days: due)!, amountDueMinor: 1, amountPaidMinor: 0, paidDate: nil,
            status: .missed)
    }

    private func rental(due: Int32, back: Int32, held: Int64, kept: Int64) -> Rental {
        Rental(
            kind: .vehicle, dueBackDate: CalendarDate(days: due)!, returnedDate: CalendarDate(days: back)!,
            depositHeldMinor: held, depositKeptMinor: kept)
    }
}
