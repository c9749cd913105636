import Events

/// Takes an event's members one by one, in the order of the schema.
protocol MemberSink {
    mutating func text(_ field: some MessageField, _ text: String)
    mutating func integer(_ field: some MessageField, _ number: Int64)
    mutating func enumeration(_ field: some MessageField, _ value: some WireEnum)
    /// The body: its members come in `members`.
    mutating func body(_ type: EventType, _ members: (inout Self) -> Void)
}

extension Event {
    func write(person: Identifier, to sink: inout some MemberSink) {
        sink.text(EventField.eventId, id.text)
        sink.text(EventField.person, person.text)
        sink.text(EventField.producer, producer.text)
        sink.integer(EventField.occurredAt, occurredAt)
        if let currency { sink.text(EventField.currency, currency.description) }
        sink.body(type) { body.write(to: &$0) }
    }
}

extension Event.Body {
    fileprivate func write(to sink: inout some MemberSink) {
        switch self {
        case .repayment(let repayment): repayment.write(to: &sink)
        case .bill(let bill): bill.write(to: &sink)
        case .statement(let statement): statement.write(to: &sink)
        case .cashFlow(let flow): flow.write(to: &sink)
        case .rental(let rental): rental.write(to: &sink)
        case .consent(let consent): consent.write(to: &sink)
        case .erasure: break
        case .correction(let correction): sink.text(CorrectionField.correctedEvent, correction.correctedEvent.text)
        case .dispute(let dispute): sink.text(DisputeField.disputedEvent, dispute.disputedEvent.text)
        }
    }
}

extension Repayment {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.text(RepaymentField.obligation, obligation.text)
        sink.enumeration(RepaymentField.kind, kind)
        sink.text(RepaymentField.dueDate, dueDate.description)
        sink.integer(RepaymentField.amountDue, amountDueMinor)
        sink.integer(RepaymentField.amountPaid, amountPaidMinor)
        if let paidDate { sink.text(RepaymentField.paidDate, paidDate.description) }
        sink.enumeration(RepaymentField.status, status)
    }
}

extension Bill {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.enumeration(BillField.kind, kind)
        sink.text(BillField.dueDate, dueDate.description)
        sink.integer(BillField.amountDue, amountDueMinor)
        sink.integer(BillField.amountPaid, amountPaidMinor)
        if let paidDate { sink.text(BillField.paidDate, paidDate.description) }
        sink.enumeration(BillField.status, status)
    }
}

extension Statement {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.text(StatementField.account, account.text)
        sink.text(StatementField.periodEnd, periodEnd.description)
        sink.integer(StatementField.creditLimit, creditLimitMinor)
        sink.integer(StatementField.balance, balanceMinor)
        sink.integer(StatementField.minimumDue, minimumDueMinor)
        sink.integer(StatementField.daysPastDue, Int64(daysPastDue))
    }
}

extension CashFlow {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.text(CashFlowField.account, account.text)
        sink.enumeration(CashFlowField.direction, direction)
        sink.integer(CashFlowField.amount, amountMinor)
        sink.integer(CashFlowField.balanceAfter, balanceAfterMinor)
        sink.enumeration(CashFlowField.kind, kind)
    }
}

extension Rental {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.enumeration(RentalField.kind, kind)
        sink.text(RentalField.dueBackDate, dueBackDate.description)
        if let returnedDate { sink.text(RentalField.returnedDate, returnedDate.description) }
        sink.integer(RentalField.depositHeld, depositHeldMinor)
        sink.integer(RentalField.depositKept, depositKeptMinor)
    }
}

extension Consent {
    fileprivate func write(to sink: inout some MemberSink) {
        sink.text(ConsentField.grant, grant.text)
        sink.enumeration(ConsentField.purpose, purpose)
        sink.text(ConsentField.subscriberReference, subscriberReference.text)
        sink.enumeration(ConsentField.action, action)
        if let expiresAt { sink.integer(ConsentField.expiresAt, expiresAt) }
    }
}
