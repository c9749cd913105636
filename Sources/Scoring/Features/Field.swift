import Events

/// A number that one event carries. All that is said of a field stands here: name, types, unit, range and value.
enum Field: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case due, paid, daysLate
    case limit, balance, minimumDue, balanceToLimit, daysPastDue
    case amount, balanceAfter
    case daysReturnedLate, depositHeld, depositKept

    struct Facts {
        let name: String
        let types: [EventType]
        let unit: Feature.Unit
        let range: ClosedRange<Int64>
        let meaning: String
        /// What of an event it comes from, as `schemas/plainscore/v1/event.proto` names it.
        let reads: [String]
    }

    var facts: Facts {
        let amounts = 0...EventRules.amountMax
        let signed = -EventRules.amountMax...EventRules.amountMax
        let payments: [EventType] = [.repayment, .bill]
        return switch self {
        case .due:
            Facts(
                name: "due", types: payments, unit: .minorUnits, range: amounts, meaning: "amount due",
                reads: ["amount_due"])
        case .paid:
            Facts(
                name: "paid", types: payments, unit: .minorUnits, range: amounts,
                meaning: "amount paid, 0 when reversed", reads: ["amount_paid", "status"])
        case .daysLate:
            Facts(
                name: "days_late", types: payments, unit: .days, range: 0...Self.daysLateMax,
                meaning: "days from the due date to the paid date, at least 0; none when missed or reversed",
                reads: ["due_date", "paid_date", "status"])
        case .daysReturnedLate:
            Facts(
                name: "days_late", types: [.rental], unit: .days, range: 0...Self.daysLateMax,
                meaning: "days from the due-back date to the returned date, at least 0; none while not returned",
                reads: ["due_back_date", "returned_date"])
        case .limit:

            Facts(
                name: "limit", types: [.statement], unit: .minorUnits, range: amounts, meaning: "credit limit",
                reads: ["credit_limit"])
        case .balance:

            Facts(
                name: "balance", types: [.statement], unit: .minorUnits, range: signed, meaning: "balance owed",
                reads: ["balance"])
        case .minimumDue:
            Facts(
                name: "minimum_due", types: [.statement], unit: .minorUnits, range: amounts, meaning: "minimum due",
                reads: ["minimum_due"])
        case .balanceToLimit:
            Facts(
                name: "balance_to_limit_bp", types: [.statement], unit: .basisPoints,
                range: -EventRules.amountMax * 10_000...EventRules.amountMax * 10_000,
                meaning: "⌊balance × 10,000 ÷ limit⌋, none when the limit is 0", reads: ["balance", "credit_limit"])
        case .daysPastDue:
            Facts(
                name: "days_past_due", types: [.statement], unit: .days, range: 0...Int64(EventRules.daysPastDueMax),
                meaning: "days past due", reads: ["days_past_due"])
        case .amount:
            Facts(
                name: "amount", types: [.cashFlow], unit: .minorUnits, range: 1...EventRules.amountMax,
                meaning: "amount moved, whatever the direction", reads: ["amount"])
        case .balanceAfter:
            Facts(
                name: "balance", types: [.cashFlow], unit: .minorUnits, range: signed,
                meaning: "balance after the flow",
                reads: ["balance_after"])
        case .depositHeld:
            Facts(
                name: "deposit_held", types: [.rental], unit: .minorUnits, range: amounts, meaning: "deposit held",
                reads: ["deposit_held"])
        case .depositKept:
            Facts(
                name: "deposit_kept", types: [.rental], unit: .minorUnits, range: amounts,
                meaning: "part of the deposit that was kept", reads: ["deposit_kept"])
        }
    }

    /// The value in an event of one of the field's types; nil where it has none.
    @inline(__always)
    func value(in event: KeptEvent) -> Int64? {
        switch self {
        case .due, .limit, .amount, .depositHeld: event.firstMinor
        case .balance, .balanceAfter, .depositKept: event.secondMinor
        case .paid: event.effectivePaidMinor
        case .minimumDue: event.minimumDueMinor
        case .daysPastDue: Int64(event.days)
        case .daysLate, .daysReturnedLate: event.days >= 0 ? Int64(event.days) : nil
        case .balanceToLimit: Self.balanceToLimit(event)
        }
    }

    /// Apart, so that the compiler does not work it out ahead for every event.
    @inline(never)
    private static func balanceToLimit(_ event: KeptEvent) -> Int64? {
        event.firstMinor > 0 ? basisPoints(event.secondMinor, of: event.firstMinor) : nil
    }

    /// From the first to the last day of the calendar dates.
    private static let daysLateMax: Int64 = 84_005

    static func named(_ word: some StringProtocol, of type: EventType) -> Field? {
        allCases.first { $0.facts.name == word && $0.facts.types.contains(type) }
    }

    static func all(of type: EventType) -> [Field] { allCases.filter { $0.facts.types.contains(type) } }
}

/// ⌊part × 10,000 ÷ whole⌋ for a positive whole, held within Int64.
func basisPoints(_ part: Int128, of whole: Int128) -> Int64 {
    Int64(clamping: (part * 10_000).floorDivided(by: whole))
}

/// The same of amounts that fit 64 bits.
@inline(__always)
func basisPoints(_ part: Int64, of whole: Int64) -> Int64 { scaled(part, by: 10_000, over: whole) }

/// ⌊value × factor ÷ divisor⌋ for a positive divisor, held within Int64. Most products need no 128 bits, whose division
/// costs several times as much.
@inline(__always)
func scaled(_ value: Int64, by factor: Int64, over divisor: Int64) -> Int64 {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    if !overflow { return product.floorDivided(by: divisor) }
    return Int64(clamping: (Int128(value) * Int128(factor)).floorDivided(by: Int128(divisor)))
}
