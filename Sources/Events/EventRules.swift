/// The catalogue's ranges and contradictions, in one place. Limits have names, so that errors and schemas can quote them.
public enum EventRules {
    /// Largest amount, minor units. 160,000 events of it (200 a day for 800 days) still sum within Int64.
    public static let amountMax: Int64 = 10_000_000_000_000
    public static let daysPastDueMax: Int32 = 3650
    /// Unless renewed, a grant lasts at most so long, ms: a calendar year, over a leap day and between any two time zones.
    public static let grantMilliseconds: Int64 = 366 * Timestamp.dayMilliseconds + 26 * 3_600_000
    /// How far an event may be dated after its own append stamp, ms.
    public static let datedAheadMaxMilliseconds: Int64 = Timestamp.dayMilliseconds
    /// One sentence for the producer of an event that is dated too far ahead.
    public static let datedAheadMend =
        "set the producer's clock: an event may be dated at most \(datedAheadMaxMilliseconds / 3_600_000) h after it is "
        + "appended"

    /// Whether `occurredAt` lies too far after `time`: the later one of the event's append stamp and the timeline's clock.
    public static func isDatedAhead(_ occurredAt: Int64, of time: Int64) -> Bool {
        occurredAt > time + datedAheadMaxMilliseconds
    }
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
    /// Paths of the other fields that the rule looks at. Where one of them is wrong itself, this is no news.
    public let others: [String]

    public init(_ kind: Kind, _ field: String, _ mend: String, others: [String] = []) {
        self.kind = kind
        self.field = field
        self.mend = mend
        self.others = others
    }
}

extension Event {
    /// Whether the fold refuses the event as dated too far ahead of `time` (see `EventRules.isDatedAhead`). A withdrawal is
    /// obeyed under any date. The fold and `plainscore produce` both ask here.
    public func isRefusedAsDatedAhead(of time: Int64) -> Bool {
        EventRules.isDatedAhead(occurredAt, of: time) && !isWithdrawal
    }

    private var isWithdrawal: Bool {
        if case .consent(let consent) = body { consent.action == .withdrawn } else { false }
    }

    /// Every rule that an event of these parts breaks, in the order of the rules: the first is the one that `init` throws.
    /// A rule about fields beside each other is left out where one of them is wrong by itself.
    public static func violations(occurredAt: Int64, currency: Currency?, body: Body) -> [RuleViolation] {
        var violations: [RuleViolation] = []
        check(occurredAt, currency, body) { violation in
            let looksAt = violation.others + [violation.field]
            if !violations.contains(where: { looksAt.contains($0.field) }) { violations.append(violation) }
        }
        return violations
    }

    /// Throws the first rule that the event breaks.
    func check() throws(RuleViolation) {
        try Self.check(occurredAt, currency, body) { (violation) throws(RuleViolation) in throw violation }
    }

    /// Hands each rule that is broken to `report`, until that throws.
    @inline(__always)
    private static func check<Failure: Error>(
        _ occurredAt: Int64, _ currency: Currency?, _ body: Body, _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        if !Timestamp.allowed.contains(occurredAt) {
            try report(
                RuleViolation(.outOfRange, "occurredAt", "give ms since 1970-01-01T00:00:00Z, within 1970 to 2199"))
        }
        switch body {
        case .repayment(let repayment):
            try checkMoney(currency, required: true, report)
            try checkPayment(
                "repayment", due: repayment.amountDueMinor, paid: repayment.amountPaidMinor,
                paidDate: repayment.paidDate, status: repayment.status, report)
        case .bill(let bill):
            try checkMoney(currency, required: true, report)
            try checkPayment(
                "bill", due: bill.amountDueMinor, paid: bill.amountPaidMinor, paidDate: bill.paidDate,
                status: bill.status, report)
        case .statement(let statement):
            try checkMoney(currency, required: true, report)
            try checkAmount("statement.creditLimit", statement.creditLimitMinor, report)
            try checkAmount("statement.balance", statement.balanceMinor, signed: true, report)
            try checkAmount("statement.minimumDue", statement.minimumDueMinor, report)
            if !(0...EventRules.daysPastDueMax).contains(statement.daysPastDue) {
                try report(
                    RuleViolation(
                        .outOfRange, "statement.daysPastDue", "give days, 0 to \(EventRules.daysPastDueMax)"))
            }
        case .cashFlow(let flow):
            try checkMoney(currency, required: true, report)
            try checkAmount("cashFlow.amount", flow.amountMinor, least: 1, report)
            try checkAmount("cashFlow.balanceAfter", flow.balanceAfterMinor, signed: true, report)
            try checkDirection(flow, report)
        case .rental(let rental):
            try checkMoney(currency, required: true, report)
            try checkAmount("rental.depositHeld", rental.depositHeldMinor, report)
            try checkAmount("rental.depositKept", rental.depositKeptMinor, report)
            if rental.depositKeptMinor > rental.depositHeldMinor {
                try report(
                    RuleViolation(
                        .contradiction, "rental.depositKept", "keep no more than depositHeld",
                        others: ["rental.depositHeld"]))
            }
        case .consent(let consent):
            try checkMoney(currency, required: false, report)
            try checkExpiry(consent, occurredAt, report)
        case .erasure, .correction, .dispute:
            try checkMoney(currency, required: false, report)
        }
    }

    private static func checkMoney<Failure: Error>(
        _ currency: Currency?, required: Bool, _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        if required, currency == nil {
            try report(RuleViolation(.contradiction, "currency", "name the currency of the amounts (ISO 4217)"))
        }
        if !required, currency != nil {
            try report(RuleViolation(.contradiction, "currency", "leave it out: this event carries no money"))
        }
    }

    private static func checkPayment<Failure: Error>(
        _ name: String, due: Int64, paid: Int64, paidDate: CalendarDate?, status: PaymentStatus,
        _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        try checkAmount("\(name).amountDue", due, report)
        try checkAmount("\(name).amountPaid", paid, report)
        let mend: String
        switch status {
        case .paid where paid < due || paidDate == nil:
            mend = "PAID needs a paidDate and amountPaid of at least amountDue"
        case .partial where paid == 0 || paid >= due || paidDate == nil:
            mend = "PARTIAL needs a paidDate and amountPaid above 0 and below amountDue"
        case .missed where paid != 0 || paidDate != nil:
            mend = "MISSED goes with amountPaid 0 and no paidDate"
        case .paid, .partial, .missed, .reversed: return
        }
        try report(
            RuleViolation(
                .contradiction, "\(name).status", mend,
                others: ["\(name).amountDue", "\(name).amountPaid", "\(name).paidDate"]))
    }

    /// The field's name is only made where it is told.
    private static func checkAmount<Failure: Error>(
        _ field: @autoclosure () -> String, _ amount: Int64, least: Int64 = 0, signed: Bool = false,
        _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        let lower = signed ? -EventRules.amountMax : least
        if !(lower...EventRules.amountMax).contains(amount) {
            try report(RuleViolation(.outOfRange, field(), "give minor units, \(lower) to \(EventRules.amountMax)"))
        }
    }

    private static func checkDirection<Failure: Error>(
        _ flow: CashFlow, _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        let contradicts =
            switch flow.kind {
            case .income: flow.direction == .out
            case .household, .penalty: flow.direction == .in
            case .loan, .interest, .transfer, .cash, .other: false
            }
        if contradicts {
            try report(
                RuleViolation(
                    .contradiction, "cashFlow.direction",
                    "INCOME comes IN; HOUSEHOLD and PENALTY go OUT; else use OTHER", others: ["cashFlow.kind"]))
        }
    }

    private static func checkExpiry<Failure: Error>(
        _ consent: Consent, _ occurredAt: Int64, _ report: (RuleViolation) throws(Failure) -> Void
    ) throws(Failure) {
        func differ(_ kind: RuleViolation.Kind, _ mend: String) -> RuleViolation {
            RuleViolation(kind, "consent.expiresAt", mend, others: ["occurredAt", "consent.action"])
        }
        switch (consent.action, consent.expiresAt) {
        case (.granted, let expiresAt?):
            // A time that is not allowed has been told, and could overflow.
            guard Timestamp.allowed.contains(occurredAt) else { return }
            if expiresAt <= occurredAt || expiresAt > occurredAt + EventRules.grantMilliseconds {
                try report(
                    differ(
                        .outOfRange,
                        "give a time after occurredAt and at most a calendar year (366 days and 26 hours) later; renew by granting again"
                    ))
            }
        case (.granted, nil):
            try report(differ(.contradiction, "a grant needs the time at which it ends"))
        case (.withdrawn, .some):
            try report(differ(.contradiction, "leave it out: a withdrawal takes effect at once"))
        case (.withdrawn, nil): break
        }
    }
}
