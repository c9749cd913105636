import Events

/// Bodies of the five financial types, drawn: every kind, status and direction, amounts that meet thresholds exactly, nothing,
/// negative balances, limits of 0, amounts as large as the catalogue allows.
struct RandomEvents {
    /// Of each timeline, so that some are all of one type or all huge.
    let types: [EventType]
    let isHuge: Bool

    init(using random: inout SeededRandom) {
        let all: [EventType] = [.repayment, .bill, .statement, .cashFlow, .rental]
        types = Int.random(in: 0..<6, using: &random) == 0 ? [all.randomElement(using: &random)!, .statement] : all
        isHuge = Int.random(in: 0..<25, using: &random) == 0
    }

    func event(_ id: String, producer: Identifier, at time: Int64, using random: inout SeededRandom) throws -> Event {
        let date = CalendarDate(days: Int32(time / Timestamp.dayMilliseconds))!
        let currency =
            Int.random(in: 0..<20, using: &random) == 0 ? ["USD", "TWE"].randomElement(using: &random)! : "TWD"
        let body: Event.Body =
            switch types.randomElement(using: &random)! {
            case .repayment: .repayment(repayment(date, using: &random))
            case .bill: .bill(bill(date, using: &random))
            case .statement: .statement(statement(date, using: &random))
            case .cashFlow: .cashFlow(cashFlow(using: &random))
            default: .rental(rental(date, using: &random))
            }
        return try Event(
            id: Identifier(id)!, producer: producer, occurredAt: time, currency: Currency(currency), body: body)
    }

    private func repayment(_ date: CalendarDate, using random: inout SeededRandom) -> Repayment {
        let payment = payment(date, using: &random)
        return Repayment(
            obligation: Identifier(["loan-1", "loan-2", "card"].randomElement(using: &random)!)!,
            kind: Repayment.Kind.allCases.randomElement(using: &random)!, dueDate: payment.dueDate,
            amountDueMinor: payment.due, amountPaidMinor: payment.paid, paidDate: payment.paidDate,
            status: payment.status)
    }

    private func bill(_ date: CalendarDate, using random: inout SeededRandom) -> Bill {
        let payment = payment(date, using: &random)
        return Bill(
            kind: Bill.Kind.allCases.randomElement(using: &random)!, dueDate: payment.dueDate,
            amountDueMinor: payment.due, amountPaidMinor: payment.paid, paidDate: payment.paidDate,
            status: payment.status)
    }

    private struct Payment {
        var due: Int64
        var paid: Int64
        var dueDate: CalendarDate
        var paidDate: CalendarDate?
        var status: PaymentStatus
    }

    private func payment(_ date: CalendarDate, using random: inout SeededRandom) -> Payment {
        let status = PaymentStatus.allCases.randomElement(using: &random)!
        let due = isHuge ? Int64.random(in: 0...1, using: &random) : amount(using: &random)
        let paidDate = moved(date, by: -40...10, using: &random)
        let late: ClosedRange<Int> = Bool.random(using: &random) ? -1...0 : -95...20
        let dueDate = moved(paidDate, by: late, using: &random)
        switch status {
        case .paid:
            let more = isHuge ? EventRules.amountMax - due : [0, 0, 1, 5_000].randomElement(using: &random)!
            let paid = min(EventRules.amountMax, due + more)
            return Payment(due: due, paid: paid, dueDate: dueDate, paidDate: paidDate, status: .paid)
        case .partial where due > 1:
            let paid = Int64.random(in: 1..<due, using: &random)
            return Payment(due: due, paid: paid, dueDate: dueDate, paidDate: paidDate, status: .partial)
        case .partial, .missed:
            return Payment(due: due, paid: 0, dueDate: dueDate, paidDate: nil, status: .missed)
        case .reversed:
            return Payment(
                due: due, paid: amount(using: &random), dueDate: dueDate,
                paidDate: Bool.random(using: &random) ? paidDate : nil, status: .reversed)
        }
    }

    private func statement(_ date: CalendarDate, using random: inout SeededRandom) -> Statement {
        let limit = isHuge ? 1 : [0, 1, 10_000, 50_000, 50_000, amount(using: &random)].randomElement(using: &random)!
        return Statement(
            account: Identifier("card")!, periodEnd: moved(date, by: -33...1, using: &random), creditLimitMinor: limit,
            balanceMinor: balance(using: &random), minimumDueMinor: amount(using: &random),
            daysPastDue: [0, 0, 0, 1, 29, 30, 31, 59, 60, 90, 3650].randomElement(using: &random)!)
    }

    private func cashFlow(using random: inout SeededRandom) -> CashFlow {
        let kind = CashFlow.Kind.allCases.randomElement(using: &random)!
        let direction: CashFlow.Direction =
            switch kind {
            case .income: .in
            case .household, .penalty: .out
            case .loan, .interest, .transfer, .cash, .other: Bool.random(using: &random) ? .in : .out
            }
        let amount = isHuge && direction == .in ? 1 : max(1, amount(using: &random))
        return CashFlow(
            account: Identifier("current")!, direction: direction, amountMinor: amount,
            balanceAfterMinor: balance(using: &random), kind: kind)
    }

    private func rental(_ date: CalendarDate, using random: inout SeededRandom) -> Rental {
        let held = amount(using: &random)
        let returned = Int.random(in: 0..<4, using: &random) > 0 ? moved(date, by: -3...1, using: &random) : nil
        return Rental(
            kind: Rental.Kind.allCases.randomElement(using: &random)!,
            dueBackDate: moved(returned ?? date, by: -5...5, using: &random), returnedDate: returned,
            depositHeldMinor: held, depositKeptMinor: [0, held, held / 3].randomElement(using: &random)!)
    }

    private func amount(using random: inout SeededRandom) -> Int64 {
        if isHuge { return EventRules.amountMax }
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<2: return 0
        case 2..<12: return [1, 5_000, 10_000, 20_000, 50_000].randomElement(using: &random)!
        case 12..<19: return Int64.random(in: 1...60_000, using: &random)
        default: return EventRules.amountMax - Int64.random(in: 0...1, using: &random)
        }
    }

    private func balance(using random: inout SeededRandom) -> Int64 {
        let amount = amount(using: &random)
        return Int.random(in: 0..<3, using: &random) == 0 ? -amount : amount
    }

    private func moved(_ date: CalendarDate, by days: ClosedRange<Int>, using random: inout SeededRandom)
        -> CalendarDate
    {
        CalendarDate(days: date.days + Int32(Int.random(in: days, using: &random))) ?? date
    }
}
