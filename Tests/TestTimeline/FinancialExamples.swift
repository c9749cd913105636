import Events

/// Short ways to write events of every type that features read, and corrections. Dates are days since 1970-01-01.
extension EventMaker {
    public func repayment(
        _ id: String, on day: Int, obligation: String = "loan", due: Int, paid: Int?, amount: Int64,
        of amountDue: Int64,
        _ status: PaymentStatus, kind: Repayment.Kind = .loan
    ) throws -> Event {
        try make(
            id, on: day,
            .repayment(
                Repayment(
                    obligation: Identifier(obligation)!, kind: kind, dueDate: date(due), amountDueMinor: amountDue,
                    amountPaidMinor: amount, paidDate: paid.map(date), status: status)))
    }

    public func bill(
        _ id: String, on day: Int, paid: Int?, amount: Int64, of amountDue: Int64, _ status: PaymentStatus,
        currency: String = "TWD"
    ) throws -> Event {
        try make(
            id, on: day, in: currency,
            .bill(
                Bill(
                    kind: .energy, dueDate: date(day), amountDueMinor: amountDue, amountPaidMinor: amount,
                    paidDate: paid.map(date), status: status)))
    }

    public func cashFlow(
        _ id: String, on day: Int, _ direction: CashFlow.Direction = .in, _ kind: CashFlow.Kind = .other,
        amount: Int64 = 1, balance: Int64 = 0, millisecond: Int64 = 0
    ) throws -> Event {
        try make(
            id, on: day, millisecond: millisecond,
            .cashFlow(
                CashFlow(
                    account: Identifier("current")!, direction: direction, amountMinor: amount,
                    balanceAfterMinor: balance, kind: kind)))
    }

    public func rental(
        _ id: String, on day: Int, dueBack: Int, returned: Int?, held: Int64, kept: Int64, currency: String = "TWD"
    ) throws -> Event {
        try make(
            id, on: day, in: currency,
            .rental(
                Rental(
                    kind: .vehicle, dueBackDate: date(dueBack), returnedDate: returned.map(date),
                    depositHeldMinor: held, depositKeptMinor: kept)))
    }

    /// Takes the event with id `wrong` back.
    public func correction(_ id: String, of wrong: String, at time: Int64) throws -> Event {
        try Event(
            id: Identifier(id)!, producer: producer, occurredAt: time, currency: nil,
            body: .correction(Correction(correctedEvent: Identifier(wrong)!)))
    }

    private func make(
        _ id: String, on number: Int, in currency: String = "TWD", millisecond: Int64 = 0, _ body: Event.Body
    ) throws -> Event {
        try Event(
            id: Identifier(id)!, producer: producer, occurredAt: day(number) + millisecond,
            currency: Currency(currency), body: body)
    }

    private func date(_ number: Int) -> CalendarDate { CalendarDate(days: Int32(number))! }
}
