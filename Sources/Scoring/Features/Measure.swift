import Events

/// What a feature makes of the events that pass its filter. The names and facts of all measures stand in the two tables
/// of this file; what they compute, in `FeatureScan`.
enum Measure: Equatable, Sendable {
    // Of a field.
    case sum(Field)
    case per30Days(Field)
    case mean(Field)
    case min(Field)
    case max(Field)
    case latest(Field)
    // Of the events.
    case count, share, days, months, daysSince, longestStreak
    case paidToDue, paidToLimit, obligationsOpen, outToIn, depositKeptToHeld
    // Of the person.
    case tenureDays, events, activeMonths
}

/// An aggregate of a field: `FIELD.NAME.WINDOW`, or `FIELD.NAME`.
struct Aggregate {
    let name: String
    let make: @Sendable (Field) -> Measure
    /// Only of minor units.
    var isOfMoney = false
    var hasWindow = true
    var isMissingWithoutEvents = true
    let meaning: String

    static let all = [
        Aggregate(
            name: "sum", make: Measure.sum, isOfMoney: true, isMissingWithoutEvents: false, meaning: "the sum"),
        Aggregate(
            name: "per30d", make: Measure.per30Days, isOfMoney: true, isMissingWithoutEvents: false,
            meaning: "⌊sum × 30 ÷ max(person.tenure_days, 30)⌋"),
        Aggregate(name: "mean", make: Measure.mean, meaning: "⌊sum ÷ number of values⌋"),
        Aggregate(name: "min", make: Measure.min, meaning: "the least"),
        Aggregate(name: "max", make: Measure.max, meaning: "the greatest"),
        Aggregate(name: "latest", make: Measure.latest, hasWindow: false, meaning: "of the last event that has it"),
    ]
}

/// A measure with a name of its own: `EVENT[FILTER].NAME.WINDOW`, or `EVENT[FILTER].NAME`.
struct NamedMeasure {
    enum FilterRule { case none, allowed, needed }

    let name: String
    let measure: Measure
    /// Empty: of the person.
    let types: [EventType]
    let filter: FilterRule
    var hasWindow = true
    let unit: Feature.Unit
    /// By the window's days.
    let range: @Sendable (Int64) -> ClosedRange<Int64>
    var isMissingWithoutEvents = false
    let meaning: String
    /// As in `Field.Facts`, beside what every feature reads; `message.field` where it is of another type.
    var reads: [String] = []

    private static let anyType: [EventType] = [.repayment, .bill, .statement, .cashFlow, .rental]
    private static let perDay = Int64(FoldLimits.eventsPerPersonAndDay)

    static let all = [
        NamedMeasure(
            name: "count", measure: .count, types: anyType, filter: .allowed, unit: .events, range: { 0...$0 * perDay },
            meaning: "events"),
        NamedMeasure(
            name: "share_bp", measure: .share, types: anyType, filter: .needed, unit: .basisPoints,
            range: { _ in 0...10_000 }, isMissingWithoutEvents: true,
            meaning: "⌊events × 10,000 ÷ all events of the type⌋"),
        NamedMeasure(
            name: "days", measure: .days, types: anyType, filter: .allowed, unit: .days, range: { 0...$0 },
            meaning: "different days with an event"),
        NamedMeasure(
            name: "months", measure: .months, types: anyType, filter: .allowed, unit: .months, range: months,
            meaning: "different calendar months with an event"),
        NamedMeasure(
            name: "days_since", measure: .daysSince, types: anyType, filter: .allowed, hasWindow: false, unit: .days,
            range: { 0...$0 - 1 }, isMissingWithoutEvents: true, meaning: "days from the last event to the day"),
        NamedMeasure(
            name: "longest_streak", measure: .longestStreak, types: anyType, filter: .needed, unit: .events,
            range: { 0...$0 * perDay }, meaning: "longest run of events of the type that all pass"),
        NamedMeasure(
            name: "paid_to_due_bp", measure: .paidToDue, types: [.repayment, .bill], filter: .allowed,
            unit: .basisPoints, range: { _ in 0...Int64.max }, isMissingWithoutEvents: true,
            meaning: "⌊sum paid × 10,000 ÷ sum due⌋; missing when nothing was due",
            reads: ["amount_paid", "amount_due", "status"]),
        NamedMeasure(
            name: "paid_to_limit_bp", measure: .paidToLimit, types: [.repayment], filter: .none, unit: .basisPoints,
            range: { _ in 0...Int64.max }, isMissingWithoutEvents: true,
            meaning: "⌊sum paid × 10,000 ÷ (limit of the last statement × statements)⌋; missing when the limit is 0",
            reads: ["amount_paid", "status", "statement.credit_limit"]),
        NamedMeasure(
            name: "obligations_open", measure: .obligationsOpen, types: [.repayment], filter: .allowed,
            unit: .obligations, range: { 0...$0 * perDay },
            meaning: "different obligations whose last event is not paid",
            reads: ["obligation", "status"]),
        NamedMeasure(
            name: "out_to_in_bp", measure: .outToIn, types: [.cashFlow], filter: .none, unit: .basisPoints,
            range: { _ in 0...Int64.max }, isMissingWithoutEvents: true,
            meaning: "⌊sum of amounts out × 10,000 ÷ sum of amounts in⌋; missing when nothing came in",
            reads: ["amount", "direction"]),
        NamedMeasure(
            name: "deposit_kept_to_held_bp", measure: .depositKeptToHeld, types: [.rental], filter: .allowed,
            unit: .basisPoints, range: { _ in 0...10_000 }, isMissingWithoutEvents: true,
            meaning: "⌊sum of deposits kept × 10,000 ÷ sum held⌋; missing when nothing was held",
            reads: ["deposit_kept", "deposit_held"]),
        NamedMeasure(
            name: "tenure_days", measure: .tenureDays, types: [], filter: .none, hasWindow: false, unit: .days,
            range: { 0...$0 - 1 }, meaning: "days from the first event to the day"),
        NamedMeasure(
            name: "events", measure: .events, types: [], filter: .none, unit: .events,
            range: { 0...$0 * perDay }, meaning: "events of all types"),
        NamedMeasure(
            name: "active_months", measure: .activeMonths, types: [], filter: .none, unit: .months, range: months,
            meaning: "different calendar months with an event of any type"),
    ]

    /// Calendar months that w days can touch: none is shorter than 28 days.
    private static func months(_ days: Int64) -> ClosedRange<Int64> { 0...days / 28 + 2 }
}
