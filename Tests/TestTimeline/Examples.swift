import Events

/// Short ways to write the events of a test.
public struct EventMaker: Sendable {
    public var producer = Identifier("bank")!

    public init() {}

    public func statement(
        _ id: String, at time: Int64, limit: Int64 = 100_000, balance: Int64 = 20_000, daysPastDue: Int32 = 0,
        periodEnd: CalendarDate? = nil
    ) throws -> Event {
        try event(
            id, at: time, currency: "TWD",
            .statement(
                Statement(
                    account: Identifier("card")!, periodEnd: periodEnd ?? Self.date(of: time), creditLimitMinor: limit,
                    balanceMinor: balance, minimumDueMinor: 0, daysPastDue: daysPastDue)))
    }

    public func repayment(_ id: String, at time: Int64, paid: Int64 = 5_000, status: PaymentStatus = .paid) throws
        -> Event
    {
        let date = Self.date(of: time)
        return try event(
            id, at: time, currency: "TWD",
            .repayment(
                Repayment(
                    obligation: Identifier("card")!, kind: .card, dueDate: date, amountDueMinor: paid,
                    amountPaidMinor: status == .missed ? 0 : paid, paidDate: status == .missed ? nil : date,
                    status: status)))
    }

    public func granted(
        _ id: String, grant: String = "g", at time: Int64, until: Int64, purpose: Purpose = .lending,
        reference: String = "client"
    ) throws -> Event {
        try event(
            id, at: time, currency: nil,
            .consent(
                Consent(
                    grant: Identifier(grant)!, purpose: purpose, subscriberReference: Identifier(reference)!,
                    action: .granted, expiresAt: until)))
    }

    public func withdrawn(_ id: String, grant: String = "g", at time: Int64, purpose: Purpose = .lending) throws
        -> Event
    {
        try event(
            id, at: time, currency: nil,
            .consent(
                Consent(
                    grant: Identifier(grant)!, purpose: purpose, subscriberReference: Identifier("client")!,
                    action: .withdrawn, expiresAt: nil)))
    }

    private func event(_ id: String, at time: Int64, currency: String?, _ body: Event.Body) throws -> Event {
        try Event(
            id: Identifier(id)!, producer: producer, occurredAt: time, currency: currency.flatMap { Currency($0) },
            body: body)
    }

    private static func date(of time: Int64) -> CalendarDate {
        CalendarDate(days: Int32(time / Timestamp.dayMilliseconds))!
    }
}

/// Midnight UTC at the beginning of day `number` since 1970-01-01.
public func day(_ number: Int) -> Int64 { Int64(number) * Timestamp.dayMilliseconds }

/// SplitMix64 (Steele, Lea, Flood 2014): the tests' only source of chance; a failing test prints its seed.
public struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
