import Events
import Scoring

/// What a check must know of a feature, read off its name.
extension Feature {
    /// The values that it can take.
    public var range: ClosedRange<Int64> {
        let measure = name.split(separator: "]").last.map(String.init) ?? name
        if measure.contains("balance") { return -Self.largest...Self.largest }
        if measure.contains("days_past_due") { return 0...Int64(EventRules.daysPastDueMax) }
        return 0...Self.largest
    }

    /// Whether there can be nothing to measure.
    public var canBeMissing: Bool { !name.contains(".count.") && !name.contains(".sum.") }

    private static let largest: Int64 = 1_000_000_000_000_000_000

    /// All names, with examples for the numbers in filters.
    public static var names: [String] {
        let windows = ["30d", "90d", "180d", "365d", "730d"]
        let fields = [
            "statement": ["days_past_due", "limit", "balance", "balance_to_limit_bp"], "repayment": ["due", "paid"],
        ]
        let events = [
            "statement", "statement[unpaid]", "statement[days_past_due>=30]", "statement[days_past_due>=60]",
            "statement[days_past_due>=90]", "repayment",
        ]
        return events.flatMap { event -> [String] in
            let fields = fields[String(event.prefix { $0 != "[" })] ?? []
            let aggregates = fields.flatMap { field in ["sum", "min", "max"].map { "\(field).\($0)" } }
            return windows.flatMap { window in (["count"] + aggregates).map { "\(event).\($0).\(window)" } }
                + fields.map { "\(event).\($0).latest" }
        } + windows.map { "repayment.paid_to_limit_bp.\($0)" }
    }
}
