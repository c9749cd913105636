import Events

/// A feature of one person's history. Its name is its definition, in a closed grammar:
///
/// ```
/// feature = event [ "[" filter "]" ] "." ( "count" "." window          statement[days_past_due>=60].count.365d
///                                        | field "." aggregate "." window  repayment.paid.max.365d
///                                        | field ".latest"             statement.days_past_due.latest
///                                        | "paid_to_limit_bp" "." window )  repayment.paid_to_limit_bp.365d
/// event   = "statement" | "repayment"
/// filter  = "days_past_due>=" number | "unpaid"                        (statement)
/// field   = "days_past_due" | "limit" | "balance" | "balance_to_limit_bp" (statement) | "due" | "paid" (repayment)
/// aggregate = "sum" | "min" | "max"
/// window  = "30d" | "90d" | "180d" | "365d" | "730d"
/// ```
///
/// A window holds the last w days up to and including the day the person stands at. `latest` looks at the whole horizon
/// and takes the greatest (occurred-at, producer, event id). Ratios are basis points, rounded down, also below zero.
/// Nothing to measure: 0 for counts and sums, missing (nil) for latest, extremes and ratios.
public struct Feature: Equatable, Sendable {
    public let name: String
    let type: EventType
    let filter: Filter
    let measure: Measure
    /// Days; the horizon for `latest`.
    let windowDays: Int32

    enum Filter: Equatable {
        case all
        case daysPastDueAtLeast(Int32)
        /// Statements in whose calendar month (of the period end) nothing was paid. The payments are looked up among all
        /// events kept, so that a statement does not turn unpaid because its month is half out of the window.
        case unpaid
    }

    enum Field: String, CaseIterable {
        case daysPastDue = "days_past_due"
        case limit
        case balance
        case balanceToLimit = "balance_to_limit_bp"
        case due
        case paid

        var type: EventType {
            switch self {
            case .daysPastDue, .limit, .balance, .balanceToLimit: .statement
            case .due, .paid: .repayment
            }
        }
    }

    enum Measure: Equatable {
        case count
        case latest(Field)
        case sum(Field)
        case min(Field)
        case max(Field)
        /// ⌊sum paid × 10,000 ÷ (latest limit × statements in the window)⌋
        case paidToLimit
    }

    static let windows: [Int32] = [30, 90, 180, 365, 730]

    /// Reads a feature's name; throws with what the grammar wants in its place.
    public init(_ name: String) throws(FeatureError) {
        self.name = name
        var parser = FeatureParser(name)
        (type, filter, measure, windowDays) = try parser.feature()
    }
}

/// A name that is no feature of the catalogue.
public struct FeatureError: Error, Equatable, CustomStringConvertible {
    public let name: String
    public let problem: String
    public var description: String { "'\(name)' is not a feature of the catalogue: \(problem)" }
}

struct FeatureParser {
    let name: String
    var rest: Substring

    init(_ name: String) {
        self.name = name
        rest = name[...]
    }

    mutating func feature() throws(FeatureError) -> (EventType, Feature.Filter, Feature.Measure, Int32) {
        let type = try eventType()
        let filter = try filter(of: type)
        guard rest.first == "." else { throw problem("a '.' and a measure must follow") }
        let parts = rest.dropFirst().split(separator: ".", omittingEmptySubsequences: false)
        switch (parts.count, parts[0]) {
        case (2, "count"):
            return (type, filter, .count, try window(parts[1]))
        case (2, "paid_to_limit_bp") where type == .repayment:
            return (type, filter, .paidToLimit, try window(parts[1]))
        case (2, let field) where parts[1] == "latest":
            return (type, filter, .latest(try self.field(field, of: type)), FoldLimits.horizonDays)
        case (3, let field):
            let field = try self.field(field, of: type)
            let window = try window(parts[2])
            switch parts[1] {
            case "sum": return (type, filter, .sum(field), window)
            case "min": return (type, filter, .min(field), window)
            case "max": return (type, filter, .max(field), window)
            default: throw problem("the aggregate is one of sum, min, max, not '\(parts[1])'")
            }
        default:
            throw problem("wanted count.WINDOW, FIELD.latest, or FIELD.AGGREGATE.WINDOW after the event")
        }
    }

    private mutating func eventType() throws(FeatureError) -> EventType {
        let word = rest.prefix { $0 != "." && $0 != "[" }
        rest = rest.dropFirst(word.count)
        switch word {
        case "statement": return .statement
        case "repayment": return .repayment
        default: throw problem("it must begin with statement or repayment, not '\(word)'")
        }
    }

    private mutating func filter(of type: EventType) throws(FeatureError) -> Feature.Filter {
        guard rest.first == "[" else { return .all }
        guard let end = rest.firstIndex(of: "]") else { throw problem("the filter has no ']'") }
        let text = rest[rest.index(after: rest.startIndex)..<end]
        rest = rest[rest.index(after: end)...]
        if type == .statement, text == "unpaid" { return .unpaid }
        let prefix = "days_past_due>="
        if type == .statement, text.hasPrefix(prefix), let days = Int32(text.dropFirst(prefix.count)), days > 0 {
            return .daysPastDueAtLeast(days)
        }
        throw problem("no filter '\(text)' on this event")
    }

    private func field(_ word: Substring, of type: EventType) throws(FeatureError) -> Feature.Field {
        guard let field = Feature.Field(rawValue: String(word)), field.type == type else {
            let known = Feature.Field.allCases.filter { $0.type == type }.map(\.rawValue).joined(separator: ", ")
            throw problem("no field '\(word)' on this event; it has \(known)")
        }
        return field
    }

    private func window(_ word: Substring) throws(FeatureError) -> Int32 {
        guard word.last == "d", let days = Int32(word.dropLast()), Feature.windows.contains(days) else {
            throw problem(
                "the window is one of \(Feature.windows.map { "\($0)d" }.joined(separator: ", ")), not '\(word)'")
        }
        return days
    }

    private func problem(_ text: String) -> FeatureError { FeatureError(name: name, problem: text) }
}
