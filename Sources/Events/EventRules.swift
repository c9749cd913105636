/// The catalogue's ranges and contradictions, in one place. Limits have names, so that errors and schemas can quote them.
public enum EventRules {
    /// Largest amount, minor units. 160,000 events of it (200 a day for 800 days) still sum within Int64.
    public static let amountMax: Int64 = 10_000_000_000_000
    public static let daysPastDueMax: Int32 = 3650
    /// Unless renewed, a grant lasts at most so long, ms: a calendar year, over a leap day and between any two time zones.
    public static let grantMilliseconds: Int64 = 366 * Timestamp.dayMilliseconds + 26 * 3_600_000
    /// How far an event may be dated after its own append stamp, ms.
    public static let datedAheadMaxMilliseconds: Int64 = Timestamp.dayMilliseconds
}

/// A rule that an event breaks: where, and what to do about it.
public struct RuleViolation: Error, Equatable, Sendable {
    /// `outOfRange` or `contradiction`: the reason code of the dead letter.
    public enum Kind: Sendable { case outOfRange, contradiction }
    public let kind: Kind
    /// Field path in the event's JSON, as in `repayment.amountPaid`.
    public let field: String
    /// One sentence: what the field must be.
    public let mend: String

    public init(_ kind: Kind, _ field: String, _ mend: String) {
        self.kind = kind
        self.field = field
        self.mend = mend
    }
}

extension Event {
    func check() throws(RuleViolation) {
        guard Timestamp.allowed.contains(occurredAt) else {
            throw RuleViolation(.outOfRange, "occurredAt", "give ms since 1970-01-01T00:00:00Z, within 1970 to 2199")
        }
        switch body {
        case .repayment(let repayment):
            try checkMoney(required: true)
            try Self.checkPayment(
                "repayment", due: repayment.amountDueMinor, paid: repayment.amountPaidMinor,
                paidDate: repayment.paidDate, status: repayment.status)
        case .bill(let bill):
            try checkMoney(required: true)
            try Self.checkPayment(
                "bill", due: bill.amountDueMinor, paid: bill.amountPaidMinor, paidDate: bill.paidDate,
                status: bill.status)
        case .statement(let statement):
            try checkMoney(required: true)
            try Self.checkAmount("statement.creditLimit", statement.creditLimitMinor)
            try Self.checkAmount("statement.balance", statement.balanceMinor, signed: true)
            try Self.checkAmount("statement.minimumDue", statement.minimumDueMinor)
            guard (0...EventRules.daysPastDueMax).contains(statement.daysPastDue) else {
                throw RuleViolation(
                    .outOfRange, "statement.daysPastDue", "give days, 0 to \(EventRules.daysPastDueMax)")
            }
        case .cashFlow(let flow):
            try checkMoney(required: true)
            try Self.checkAmount("cashFlow.amount", flow.amountMinor, least: 1)
            try Self.checkAmount("cashFlow.balanceAfter", flow.balanceAfterMinor, signed: true)
            try Self.checkDirection(flow)
        case .rental(let rental):
            try checkMoney(required: true)
            try Self.checkAmount("rental.depositHeld", rental.depositHeldMinor)
            try Self.checkAmount("rental.depositKept", rental.depositKeptMinor)
            guard rental.depositKeptMinor <= rental.depositHeldMinor else {
                throw RuleViolation(.contradiction, "rental.depositKept", "keep no more than depositHeld")
            }
        case .consent(let consent):
            try checkMoney(required: false)
            try checkExpiry(consent)
        case .erasure, .correction, .dispute:
            try checkMoney(required: false)
        }
    }

    private func checkMoney(required: Bool) throws(RuleViolation) {
        if required, currency == nil {
            throw RuleViolation(.contradiction, "currency", "name the currency of the amounts (ISO 4217)")
        }
        if !required, currency != nil {
            throw RuleViolation(.contradiction, "currency", "leave it out: this event carries no money")
        }
    }

    private static func checkPayment(
        _ name: String, due: Int64, paid: Int64, paidDate: CalendarDate?, status: PaymentStatus
    ) throws(RuleViolation) {
        try checkAmount("\(name).amountDue", due)
        try checkAmount("\(name).amountPaid", paid)
        switch status {
        case .paid where paid < due || paidDate == nil:
            throw RuleViolation(
                .contradiction, "\(name).status", "PAID needs a paidDate and amountPaid of at least amountDue")
        case .partial where paid == 0 || paid >= due || paidDate == nil:
            throw RuleViolation(
                .contradiction, "\(name).status", "PARTIAL needs a paidDate and amountPaid above 0 and below amountDue")
        case .missed where paid != 0 || paidDate != nil:
            throw RuleViolation(.contradiction, "\(name).status", "MISSED goes with amountPaid 0 and no paidDate")
        case .paid, .partial, .missed, .reversed: break
        }
    }

    /// The field's name is only made where it is told.
    private static func checkAmount(
        _ field: @autoclosure () -> String, _ amount: Int64, least: Int64 = 0, signed: Bool = false
    ) throws(RuleViolation) {
        let lower = signed ? -EventRules.amountMax : least
        guard (lower...EventRules.amountMax).contains(amount) else {
            throw RuleViolation(.outOfRange, field(), "give minor units, \(lower) to \(EventRules.amountMax)")
        }
    }

    private static func checkDirection(_ flow: CashFlow) throws(RuleViolation) {
        let contradicts =
            switch flow.kind {
            case .income: flow.direction == .out
            case .household, .penalty: flow.direction == .in
            case .loan, .interest, .transfer, .cash, .other: false
            }
        if contradicts {
            throw RuleViolation(
                .contradiction, "cashFlow.direction", "INCOME comes IN; HOUSEHOLD and PENALTY go OUT; else use OTHER")
        }
    }

    private func checkExpiry(_ consent: Consent) throws(RuleViolation) {
        switch (consent.action, consent.expiresAt) {
        case (.granted, let expiresAt?):
            let latest = occurredAt + EventRules.grantMilliseconds
            guard expiresAt > occurredAt, expiresAt <= latest else {
                throw RuleViolation(
                    .outOfRange, "consent.expiresAt",
                    "give a time after occurredAt and at most a calendar year (366 days and 26 hours) later; renew by granting again"
                )
            }
        case (.granted, nil):
            throw RuleViolation(.contradiction, "consent.expiresAt", "a grant needs the time at which it ends")
        case (.withdrawn, .some):
            throw RuleViolation(.contradiction, "consent.expiresAt", "leave it out: a withdrawal takes effect at once")
        case (.withdrawn, nil): break
        }
    }
}
