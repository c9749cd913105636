/// One event of the closed catalogue, decoded and checked at the edge: a value is proof that its fields keep the
/// catalogue's rules (`schemas/plainscore/v1/event.proto` states them; `EventRules` holds them).
///
/// Nothing here can carry free text, a merchant, a place, a counterparty or a product. That is the point of the type.
public struct Event: Equatable, Sendable {
    /// Unique within its producer and person.
    public let id: Identifier
    public let producer: Identifier
    /// ms UTC; dates the event: windows, `latest` and the person's day go by it.
    public let occurredAt: Int64
    public let currency: Currency?
    public let body: Body
    /// The body's.
    public let type: EventType

    public enum Body: Equatable, Sendable {
        case repayment(Repayment)
        case bill(Bill)
        case statement(Statement)
        case cashFlow(CashFlow)
        case rental(Rental)
        case consent(Consent)
        case erasure(Erasure)
        case correction(Correction)
        case dispute(Dispute)
    }

    /// Throws the first rule that the event breaks.
    public init(id: Identifier, producer: Identifier, occurredAt: Int64, currency: Currency?, body: Body)
        throws(RuleViolation)
    {
        self.id = id
        self.producer = producer
        self.occurredAt = occurredAt
        self.currency = currency
        self.body = body
        type = body.type
        try check()
    }
}

extension Event.Body {
    fileprivate var type: EventType {
        switch self {
        case .repayment: .repayment
        case .bill: .bill
        case .statement: .statement
        case .cashFlow: .cashFlow
        case .rental: .rental
        case .consent: .consent
        case .erasure: .erasure
        case .correction: .correction
        case .dispute: .dispute
        }
    }
}

/// The event types, and the one topic on which each is accepted. The number is part of the timeline's layout.
public enum EventType: UInt8, CaseIterable, Sendable {
    case repayment = 16
    case bill = 17
    case statement = 18
    case cashFlow = 19
    case rental = 20
    case consent = 32
    case erasure = 33
    case correction = 34
    case dispute = 35

    public var topic: RawTopic {
        switch self {
        case .repayment: .payments
        case .bill: .bills
        case .statement, .cashFlow: .accounts
        case .rental: .rentals
        case .consent, .erasure, .correction, .dispute: .consents
        }
    }

    /// The member of an event's JSON that holds the body.
    public var name: String {
        switch self {
        case .repayment: "repayment"
        case .bill: "bill"
        case .statement: "statement"
        case .cashFlow: "cashFlow"
        case .rental: "rental"
        case .consent: "consent"
        case .erasure: "erasure"
        case .correction: "correction"
        case .dispute: "dispute"
        }
    }
}

/// ISO 4217, three capital letters packed into 15 bits; 0 stands for none in the layouts.
public struct Currency: Equatable, Hashable, Sendable, CustomStringConvertible {
    public let code: UInt16

    public init?(code: UInt16) {
        func isLetter(_ bits: UInt16) -> Bool { 1 <= bits && bits <= 26 }
        guard code < 1 << 15, isLetter(code >> 10), isLetter(code >> 5 & 31), isLetter(code & 31) else { return nil }
        self.code = code
    }

    public init?(_ text: RawSpan) {
        guard text.byteCount == 3 else { return nil }
        var code: UInt16 = 0
        for offset in 0..<3 {
            let letter = text.byte(offset)
            guard (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(letter) else { return nil }
            code = code << 5 | UInt16(letter - 64)
        }
        self.code = code
    }

    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        self.init(unsafe utf8.span.bytes)
    }

    public var description: String {
        String(decoding: [code >> 10, code >> 5 & 31, code & 31].map { UInt8($0) + 64 }, as: UTF8.self)
    }
}
