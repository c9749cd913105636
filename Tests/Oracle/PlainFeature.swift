import Events

/// A feature by its name, read from schemas/features.md once more.
public struct PlainFeature: Sendable, CustomStringConvertible {
    public let name: String
    /// nil: of the person, so all five types.
    let type: EventType?
    let conditions: [Condition]
    let measure: Measure
    /// Days; the horizon where the name has no window.
    let window: Int32

    public static let horizon: Int32 = 800

    enum Condition: Sendable {
        case word(PlainEvent.Word)
        case unpaid
        case less(PlainEvent.Field, Int64)
        case lessOrEqual(PlainEvent.Field, Int64)
        case greater(PlainEvent.Field, Int64)
        case greaterOrEqual(PlainEvent.Field, Int64)
    }

    enum Aggregate: String, CaseIterable, Sendable { case mean, min, max, sum, per30d, latest }

    enum Measure: Sendable, Equatable {
        case of(PlainEvent.Field, Aggregate)
        case named(Named)
    }

    enum Named: String, CaseIterable, Sendable {
        case count
        case share = "share_bp"
        case days, months
        case daysSince = "days_since"
        case longestStreak = "longest_streak"
        case paidToDue = "paid_to_due_bp"
        case paidToLimit = "paid_to_limit_bp"
        case obligationsOpen = "obligations_open"
        case outToIn = "out_to_in_bp"
        case depositKeptToHeld = "deposit_kept_to_held_bp"
        case tenureDays = "tenure_days"
        case events
        case activeMonths = "active_months"
    }

    public var description: String { name }

    /// Of a name that the grammar allows; another stops the test.
    public init(_ name: String) {
        self.name = name
        let parts = name.split(separator: ".")
        let subject = parts[0].split(separator: "[")
        type = subject[0] == "person" ? nil : Self.types[String(subject[0])]!
        conditions = subject.count == 1 ? [] : subject[1].dropLast().split(separator: ",").map(Condition.init)
        if let field = PlainEvent.Field(rawValue: String(parts[1])) {
            measure = .of(field, Aggregate(rawValue: String(parts[2]))!)
        } else {
            measure = .named(Named(rawValue: String(parts[1]))!)
        }
        window = Int32(parts.last!.dropLast()) ?? Self.horizon
    }

    static let types: [String: EventType] = [
        "repayment": .repayment, "bill": .bill, "statement": .statement, "cashflow": .cashFlow, "rental": .rental,
    ]

    var readsUnpaid: Bool { conditions.contains { if case .unpaid = $0 { true } else { false } } }
}

extension PlainFeature.Condition {
    fileprivate init(_ text: Substring) {
        let symbols: Set<Character> = ["<", ">", "="]
        guard let start = text.firstIndex(where: symbols.contains) else {
            self = text == "unpaid" ? .unpaid : .word(PlainEvent.Word(rawValue: String(text))!)
            return
        }
        let field = PlainEvent.Field(rawValue: String(text[..<start]))!
        let comparison = text[start...].prefix(while: symbols.contains)
        let number = Int64(text[comparison.endIndex...])!
        switch comparison {
        case "<": self = .less(field, number)
        case "<=": self = .lessOrEqual(field, number)
        case ">": self = .greater(field, number)
        case ">=": self = .greaterOrEqual(field, number)
        default: fatalError("no comparison: \(text)")
        }
    }
}
