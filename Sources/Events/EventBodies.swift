/// A due payment of a debt, and what became of it.
public struct Repayment: Equatable, Sendable {
    public enum Kind: UInt8, CaseIterable, Sendable {
        case loan = 1
        case card, instalment
    }
    public var obligation: Identifier
    public var kind: Kind
    public var dueDate: CalendarDate
    /// Minor units, 0 … `EventRules.amountMax`.
    public var amountDueMinor: Int64
    public var amountPaidMinor: Int64
    public var paidDate: CalendarDate?
    public var status: PaymentStatus

    public init(
        obligation: Identifier, kind: Kind, dueDate: CalendarDate, amountDueMinor: Int64, amountPaidMinor: Int64,
        paidDate: CalendarDate?, status: PaymentStatus
    ) {
        self.obligation = obligation
        self.kind = kind
        self.dueDate = dueDate
        self.amountDueMinor = amountDueMinor
        self.amountPaidMinor = amountPaidMinor
        self.paidDate = paidDate
        self.status = status
    }
}

/// A recurring bill, and what became of it.
public struct Bill: Equatable, Sendable {
    public enum Kind: UInt8, CaseIterable, Sendable {
        case rent = 1
        case energy, water, telecom, insurance
    }
    public var kind: Kind
    public var dueDate: CalendarDate
    public var amountDueMinor: Int64
    public var amountPaidMinor: Int64
    public var paidDate: CalendarDate?
    public var status: PaymentStatus

    public init(
        kind: Kind, dueDate: CalendarDate, amountDueMinor: Int64, amountPaidMinor: Int64, paidDate: CalendarDate?,
        status: PaymentStatus
    ) {
        self.kind = kind
        self.dueDate = dueDate
        self.amountDueMinor = amountDueMinor
        self.amountPaidMinor = amountPaidMinor
        self.paidDate = paidDate
        self.status = status
    }
}

/// `reversed` counts as unpaid; only a Correction changes an earlier event.
public enum PaymentStatus: UInt8, CaseIterable, Sendable {
    case paid = 1
    case partial, missed, reversed
}

/// A periodic statement of a credit account.
public struct Statement: Equatable, Sendable {
    public var account: Identifier
    public var periodEnd: CalendarDate
    /// Minor units, 0 … `EventRules.amountMax`.
    public var creditLimitMinor: Int64
    /// Minor units; negative where the lender owes the person.
    public var balanceMinor: Int64
    public var minimumDueMinor: Int64
    /// 0 … `EventRules.daysPastDueMax`.
    public var daysPastDue: Int32

    public init(
        account: Identifier, periodEnd: CalendarDate, creditLimitMinor: Int64, balanceMinor: Int64,
        minimumDueMinor: Int64, daysPastDue: Int32
    ) {
        self.account = account
        self.periodEnd = periodEnd
        self.creditLimitMinor = creditLimitMinor
        self.balanceMinor = balanceMinor
        self.minimumDueMinor = minimumDueMinor
        self.daysPastDue = daysPastDue
    }
}

/// Money that entered or left a current account. The kind is coarse on purpose: it names no counterparty or product.
public struct CashFlow: Equatable, Sendable {
    public enum Direction: UInt8, CaseIterable, Sendable {
        case `in` = 1
        case out
    }
    public enum Kind: UInt8, CaseIterable, Sendable {
        case income = 1
        case household, loan, interest, penalty, transfer, cash, other
    }
    public var account: Identifier
    public var direction: Direction
    /// Minor units, 1 … `EventRules.amountMax`.
    public var amountMinor: Int64
    /// Minor units, may be negative.
    public var balanceAfterMinor: Int64
    public var kind: Kind

    public init(account: Identifier, direction: Direction, amountMinor: Int64, balanceAfterMinor: Int64, kind: Kind) {
        self.account = account
        self.direction = direction
        self.amountMinor = amountMinor
        self.balanceAfterMinor = balanceAfterMinor
        self.kind = kind
    }
}

/// Something lent for a time against a deposit.
public struct Rental: Equatable, Sendable {
    public enum Kind: UInt8, CaseIterable, Sendable {
        case vehicle = 1
        case equipment, dwelling
    }
    public var kind: Kind
    public var dueBackDate: CalendarDate
    public var returnedDate: CalendarDate?
    public var depositHeldMinor: Int64
    /// At most what was held.
    public var depositKeptMinor: Int64

    public init(
        kind: Kind, dueBackDate: CalendarDate, returnedDate: CalendarDate?, depositHeldMinor: Int64,
        depositKeptMinor: Int64
    ) {
        self.kind = kind
        self.dueBackDate = dueBackDate
        self.returnedDate = returnedDate
        self.depositHeldMinor = depositHeldMinor
        self.depositKeptMinor = depositKeptMinor
    }
}

/// The person's word on who may see their score, and for what.
public struct Consent: Equatable, Sendable {
    public enum Action: UInt8, CaseIterable, Sendable {
        case granted = 1
        case withdrawn
    }
    public var grant: Identifier
    public var purpose: Purpose
    /// The subscriber's own opaque reference; handed back with each score change.
    public var subscriberReference: Identifier
    public var action: Action
    /// ms UTC, at most `EventRules.grantMilliseconds` after the event; present exactly when granted.
    public var expiresAt: Int64?

    public init(
        grant: Identifier, purpose: Purpose, subscriberReference: Identifier, action: Action, expiresAt: Int64?
    ) {
        self.grant = grant
        self.purpose = purpose
        self.subscriberReference = subscriberReference
        self.action = action
        self.expiresAt = expiresAt
    }
}

/// What a score may be asked for: a closed list, each with an output topic of its own.
public enum Purpose: UInt8, CaseIterable, Sendable {
    case lending = 1
    case tenancy, utilities

    public var name: String {
        switch self {
        case .lending: "lending"
        case .tenancy: "tenancy"
        case .utilities: "utilities"
        }
    }
}

/// The person asks for all that is kept of them to be erased.
public struct Erasure: Equatable, Sendable {
    public init() {}
}

/// The producer takes back an earlier event of its own. To replace it, it also sends the right one under a new id.
public struct Correction: Equatable, Sendable {
    public var correctedEvent: Identifier
    public init(correctedEvent: Identifier) { self.correctedEvent = correctedEvent }
}

/// The person says that an event is wrong.
public struct Dispute: Equatable, Sendable {
    public var disputedEvent: Identifier
    public init(disputedEvent: Identifier) { self.disputedEvent = disputedEvent }
}
