import Events

/// Names drawn from the whole grammar of schemas/features.md, as text: each event, condition, field, aggregate, measure and
/// window that it allows.
public enum RandomFeature {
    /// What the grammar lets one event say.
    public struct Subject: Sendable {
        public let name: String
        /// Of each group at most one may stand in a filter.
        public let exclusive: [[String]]
        public let others: [String]
        /// Fields, and numbers to compare them with.
        public let money: [(name: String, numbers: [Int64])]
        public let counts: [(name: String, numbers: [Int64])]
        /// With a window, whatever the filter.
        public let measures: [String]
        /// With a window, and only without a filter.
        public let unfiltered: [String]
    }

    public static let subjects: [Subject] = [
        Subject(
            name: "repayment", exclusive: [["loan", "card", "instalment"], statuses, punctuality], others: [],
            money: [("due", amounts), ("paid", amounts)], counts: [("days_late", days)],
            measures: ["paid_to_due_bp", "obligations_open"], unfiltered: ["paid_to_limit_bp"]),
        Subject(
            name: "bill", exclusive: [["rent", "energy", "water", "telecom", "insurance"], statuses, punctuality],
            others: [], money: [("due", amounts), ("paid", amounts)], counts: [("days_late", days)],
            measures: ["paid_to_due_bp"], unfiltered: []),
        Subject(
            name: "statement", exclusive: [], others: ["unpaid"],
            money: [("limit", amounts), ("balance", balances), ("minimum_due", amounts)],
            counts: [("balance_to_limit_bp", [-1, 0, 1_000, 5_000, 10_000]), ("days_past_due", days)], measures: [],
            unfiltered: []),
        Subject(
            name: "cashflow",
            exclusive: [
                ["income", "household", "loan", "interest", "penalty", "transfer", "cash", "other"], ["in", "out"],
            ], others: [], money: [("amount", amounts), ("balance", balances)], counts: [], measures: [],
            unfiltered: ["out_to_in_bp"]),
        Subject(
            name: "rental", exclusive: [["vehicle", "equipment", "dwelling"]], others: ["late"],
            money: [("deposit_held", amounts), ("deposit_kept", amounts)], counts: [("days_late", days)],
            measures: ["deposit_kept_to_held_bp"], unfiltered: []),
    ]

    public static let windows = ["30d", "90d", "180d", "365d", "730d"]
    public static let comparisons = ["<", "<=", ">", ">="]
    /// Of any event, with a window.
    public static let measures = ["count", "share_bp", "days", "months", "longest_streak"]
    /// Only with a filter.
    public static let filtered = ["share_bp", "longest_streak"]
    public static let aggregates = ["mean", "min", "max"]
    public static let aggregatesOfMoney = ["sum", "per30d"]
    public static let ofPerson = ["events", "active_months"]

    private static let statuses = ["paid", "partial", "missed", "reversed"]
    private static let punctuality = ["on_time", "late"]
    private static let amounts: [Int64] = [0, 1, 5_000, 10_000, 20_000, 50_000]
    private static let balances: [Int64] = [-10_000, -5_000, -1, 0, 1, 10_000, 50_000]
    private static let days: [Int64] = [0, 1, 29, 30, 31, 60, 90]

    public static func name(using random: inout some RandomNumberGenerator) -> String {
        guard Int.random(in: 0..<12, using: &random) > 0 else { return personName(using: &random) }
        let subject = subjects.randomElement(using: &random)!
        let window = windows.randomElement(using: &random)!
        if !subject.unfiltered.isEmpty, Int.random(in: 0..<12, using: &random) == 0 {
            return "\(subject.name).\(subject.unfiltered.randomElement(using: &random)!).\(window)"
        }
        var filter = filter(subject, using: &random)
        let measure: String
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<6: measure = ofField(subject, window, using: &random)
        case 6: measure = "days_since"
        default:
            let name = (measures + subject.measures).randomElement(using: &random)!
            while filtered.contains(name), filter.isEmpty { filter = self.filter(subject, using: &random) }
            measure = "\(name).\(window)"
        }
        return subject.name + (filter.isEmpty ? "" : "[\(filter.joined(separator: ","))]") + "." + measure
    }

    private static func personName(using random: inout some RandomNumberGenerator) -> String {
        if Int.random(in: 0..<3, using: &random) == 0 { return "person.tenure_days" }
        return "person.\(ofPerson.randomElement(using: &random)!).\(windows.randomElement(using: &random)!)"
    }

    private static func ofField(_ subject: Subject, _ window: String, using random: inout some RandomNumberGenerator)
        -> String
    {
        let fields = subject.money.map(\.name) + subject.counts.map(\.name)
        let index = Int.random(in: fields.indices, using: &random)
        let aggregates = aggregates + (index < subject.money.count ? aggregatesOfMoney : []) + ["latest"]
        let aggregate = aggregates.randomElement(using: &random)!
        return "\(fields[index]).\(aggregate)" + (aggregate == "latest" ? "" : ".\(window)")
    }

    /// None to three conditions, in any order.
    private static func filter(_ subject: Subject, using random: inout some RandomNumberGenerator) -> [String] {
        let count = [0, 0, 0, 1, 1, 1, 1, 2, 2, 3].randomElement(using: &random)!
        var groups = subject.exclusive
        var conditions: [String] = []
        for _ in 0..<count {
            let fields = subject.money + subject.counts
            switch Int.random(in: 0..<3, using: &random) {
            case 0 where !groups.isEmpty:
                let group = groups.remove(at: Int.random(in: groups.indices, using: &random))
                conditions.append(group.randomElement(using: &random)!)
            case 1 where !subject.others.isEmpty:
                conditions.append(subject.others.randomElement(using: &random)!)
            default:
                let field = fields.randomElement(using: &random)!
                let comparison = comparisons.randomElement(using: &random)!
                conditions.append("\(field.name)\(comparison)\(field.numbers.randomElement(using: &random)!)")
            }
        }
        // A condition twice says nothing new and need not be allowed.
        return conditions.enumerated().filter { !conditions[..<$0.offset].contains($0.element) }.map(\.element)
    }
}
