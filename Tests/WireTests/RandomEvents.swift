import Events

/// SplitMix64: the same seed gives the same events on every machine. Source: Steele, Lea, Flood, "Fast Splittable
/// Pseudorandom Number Generators", 2014.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Valid events over the whole range of every field, with its ends more often than chance would have them.
struct RandomEvents {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func event(_ type: EventType? = nil) throws -> (person: Identifier, event: Event) {
        let type = type ?? EventType.allCases.randomElement(using: &generator)!
        let hasMoney = type.rawValue < EventType.consent.rawValue
        let occurredAt = integer(Timestamp.allowed)
        let event = try Event(
            id: identifier(), producer: identifier(), occurredAt: occurredAt, currency: hasMoney ? currency() : nil,
            body: body(type, occurredAt: occurredAt))
        return (identifier(), event)
    }

    mutating func integer(_ range: ClosedRange<Int64>) -> Int64 {
        switch generator.next() % 8 {
        case 0: range.lowerBound
        case 1: range.upperBound
        case 2: min(range.upperBound, max(range.lowerBound, 0))
        default: Int64.random(in: range, using: &generator)
        }
    }

    private mutating func body(_ type: EventType, occurredAt: Int64) -> Event.Body {
        switch type {
        case .repayment:
            let (due, paid, date, status) = payment()
            return .repayment(
                Repayment(
                    obligation: identifier(), kind: value(), dueDate: self.date(), amountDueMinor: due,
                    amountPaidMinor: paid, paidDate: date, status: status))
        case .bill:
            let (due, paid, date, status) = payment()
            return .bill(
                Bill(
                    kind: value(), dueDate: self.date(), amountDueMinor: due, amountPaidMinor: paid, paidDate: date,
                    status: status))
        case .statement:
            return .statement(
                Statement(
                    account: identifier(), periodEnd: date(), creditLimitMinor: amount(), balanceMinor: balance(),
                    minimumDueMinor: amount(), daysPastDue: Int32(integer(0...Int64(EventRules.daysPastDueMax)))))
        case .cashFlow:
            let kind: CashFlow.Kind = value()
            let direction: CashFlow.Direction =
                switch kind {
                case .income: .in
                case .household, .penalty: .out
                case .loan, .interest, .transfer, .cash, .other: value()
                }
            return .cashFlow(
                CashFlow(
                    account: identifier(), direction: direction, amountMinor: max(1, amount()),
                    balanceAfterMinor: balance(), kind: kind))
        case .rental:
            let held = amount()
            return .rental(
                Rental(
                    kind: value(), dueBackDate: date(), returnedDate: Bool.random(using: &generator) ? date() : nil,
                    depositHeldMinor: held, depositKeptMinor: integer(0...held)))
        case .consent:
            let action: Consent.Action = value()
            let end = occurredAt + integer(1...EventRules.grantMilliseconds)
            return .consent(
                Consent(
                    grant: identifier(), purpose: value(), subscriberReference: identifier(), action: action,
                    expiresAt: action == .granted ? end : nil))
        case .erasure: return .erasure(Erasure())
        case .correction: return .correction(Correction(correctedEvent: identifier()))
        case .dispute: return .dispute(Dispute(disputedEvent: identifier()))
        }
    }

    private mutating func payment() -> (due: Int64, paid: Int64, date: CalendarDate?, status: PaymentStatus) {
        let status: PaymentStatus = value()
        switch status {
        case .paid:
            let due = amount()
            return (due, integer(due...EventRules.amountMax), date(), status)
        case .partial:
            let due = integer(2...EventRules.amountMax)
            return (due, integer(1...due - 1), date(), status)
        case .missed:
            return (amount(), 0, nil, status)
        case .reversed:
            return (amount(), amount(), Bool.random(using: &generator) ? date() : nil, status)
        }
    }

    private mutating func amount() -> Int64 { integer(0...EventRules.amountMax) }
    private mutating func balance() -> Int64 { integer(-EventRules.amountMax...EventRules.amountMax) }

    private mutating func date() -> CalendarDate {
        CalendarDate(days: Int32(integer(Int64(CalendarDate.first.days)...Int64(CalendarDate.last.days))))!
    }

    private mutating func value<Value: CaseIterable>() -> Value { Value.allCases.randomElement(using: &generator)! }

    private mutating func currency() -> Currency {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        return Currency(String((0..<3).map { _ in letters.randomElement(using: &generator)! }))!
    }

    private mutating func identifier() -> Identifier {
        let allowed = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-")
        let count = integer(1...Int64(Identifier.maxCount))
        return Identifier(String((0..<count).map { _ in allowed.randomElement(using: &generator)! }))!
    }
}
