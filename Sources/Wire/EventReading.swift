import Events

/// What a raw record holds.
public enum Decoded: Equatable, Sendable {
    /// A checked event and the person reference in clear, which goes no further than `PersonHasher`.
    case event(person: Identifier, event: Event)
    /// ms, within `Timestamp.allowed`; nil where the append stamp is the time.
    case tick(time: Int64?)
}

extension FieldSlots {
    /// The one body that is there.
    func body() throws(Refusal) -> Int {
        var found: Int?
        for body in EventMembers.bodies.indices where self[EventMembers.firstBody + body].isPresent {
            if found != nil {
                throw Refusal(.severalBodies, EventMembers.bodies[body].name, "send each body as an event of its own")
            }
            found = body
        }
        guard let found else {
            throw Refusal(.noBody, "", "add one of \(EventMembers.bodies.map(\.name).joined(separator: ", "))")
        }
        return found
    }

    /// The event that these members of Event and those of its body make.
    func event(body members: FieldSlots) throws(Refusal) -> Decoded {
        let id = try identifier(EventField.eventId)
        let person = try identifier(EventField.person)
        let producer = try identifier(EventField.producer)
        let occurredAt = try integer(EventField.occurredAt)
        let currency = try optionalCurrency(EventField.currency)
        let body = try members.catalogueBody()
        do throws(RuleViolation) {
            return .event(
                person: person,
                event: try Event(id: id, producer: producer, occurredAt: occurredAt, currency: currency, body: body))
        } catch {
            throw Refusal(error)
        }
    }

    func catalogueBody() throws(Refusal) -> Event.Body {
        switch message! {
        case .repayment: .repayment(try repayment())
        case .bill: .bill(try bill())
        case .statement: .statement(try statement())
        case .cashFlow: .cashFlow(try cashFlow())
        case .rental: .rental(try rental())
        case .consent: .consent(try consent())
        case .erasure: .erasure(Erasure())
        case .correction: .correction(Correction(correctedEvent: try identifier(CorrectionField.correctedEvent)))
        case .dispute: .dispute(Dispute(disputedEvent: try identifier(DisputeField.disputedEvent)))
        }
    }

    private func repayment() throws(Refusal) -> Repayment {
        Repayment(
            obligation: try identifier(RepaymentField.obligation), kind: try enumeration(RepaymentField.kind),
            dueDate: try date(RepaymentField.dueDate), amountDueMinor: try integer(RepaymentField.amountDue),
            amountPaidMinor: try integer(RepaymentField.amountPaid),
            paidDate: try optionalDate(RepaymentField.paidDate), status: try enumeration(RepaymentField.status))
    }

    private func bill() throws(Refusal) -> Bill {
        Bill(
            kind: try enumeration(BillField.kind), dueDate: try date(BillField.dueDate),
            amountDueMinor: try integer(BillField.amountDue), amountPaidMinor: try integer(BillField.amountPaid),
            paidDate: try optionalDate(BillField.paidDate), status: try enumeration(BillField.status))
    }

    private func statement() throws(Refusal) -> Statement {
        Statement(
            account: try identifier(StatementField.account), periodEnd: try date(StatementField.periodEnd),
            creditLimitMinor: try integer(StatementField.creditLimit),
            balanceMinor: try integer(StatementField.balance),
            minimumDueMinor: try integer(StatementField.minimumDue),
            // Clamped is out of range still: the rules refuse it by name.
            daysPastDue: Int32(clamping: try integer(StatementField.daysPastDue)))
    }

    private func cashFlow() throws(Refusal) -> CashFlow {
        CashFlow(
            account: try identifier(CashFlowField.account), direction: try enumeration(CashFlowField.direction),
            amountMinor: try integer(CashFlowField.amount), balanceAfterMinor: try integer(CashFlowField.balanceAfter),
            kind: try enumeration(CashFlowField.kind))
    }

    private func rental() throws(Refusal) -> Rental {
        Rental(
            kind: try enumeration(RentalField.kind), dueBackDate: try date(RentalField.dueBackDate),
            returnedDate: try optionalDate(RentalField.returnedDate),
            depositHeldMinor: try integer(RentalField.depositHeld),
            depositKeptMinor: try integer(RentalField.depositKept))
    }

    private func consent() throws(Refusal) -> Consent {
        Consent(
            grant: try identifier(ConsentField.grant), purpose: try enumeration(ConsentField.purpose),
            subscriberReference: try identifier(ConsentField.subscriberReference),
            action: try enumeration(ConsentField.action), expiresAt: try optionalInteger(ConsentField.expiresAt))
    }
}
