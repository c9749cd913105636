/// `plainscore watch --table`: score changes for people, two lines each, at most 100 columns.
///
/// ```
/// CLIENT        MONTH     SCORE       MOVE  POINTS THAT MOVED, AND THE FIRST REASONS
/// client-00200  Jul 2005  529 → 467    -62  late_now -45, late2_months -15, late_max -2
///               Payment currently overdue; Months with a delay of two or more months; …
/// ```
enum ScoreChangeTable {
    private static let columnCountMax = 100
    private static let referenceWidth = 12
    private static let scoreWidth = 9
    private static let moveWidth = 5

    static var header: String {
        fields("CLIENT", "MONTH", "SCORE", "MOVE") + "POINTS THAT MOVED, AND THE FIRST REASONS\n"
    }

    static func rows(of change: ScoreChangeLine) -> String {
        let month = monthText(change.day)
        if change.isWithdrawal {
            return fields(change.subscriberReference, month, "-", "-") + "the grant has ended: no further scores\n"
        }
        let first = fields(change.subscriberReference, month, scores(of: change), move(of: change))
        let indent = String(repeating: " ", count: referenceWidth + 2)
        let room = columnCountMax - indent.count
        let points = listed(movements(of: change), separator: ", ", room: columnCountMax - first.count)
        let why =
            change.missingFeature.map { "no score: \($0) is missing" }
            ?? listed(change.reasons.map(\.text), separator: "; ", room: room)
        return "\(first)\(points)\n\(indent)\(why)\n"
    }

    private static func fields(_ client: String, _ month: String, _ score: String, _ move: String) -> String {
        let padding = String(repeating: " ", count: max(0, moveWidth - move.count))
        return [padded(client, referenceWidth), padded(month, 8), padded(score, scoreWidth), padding + move, ""]
            .joined(separator: "  ")
    }

    /// `531 → 464`, `→ 531` for a first score.
    private static func scores(of change: ScoreChangeLine) -> String {
        let score = change.score.map { "\($0)" } ?? "none"
        return change.previousScore.map { "\($0) → \(score)" } ?? "    → \(score)"
    }

    private static func move(of change: ScoreChangeLine) -> String {
        guard let score = change.score else { return "-" }
        return change.previousScore.map { signed(score - $0) } ?? "first"
    }

    /// `late_now -45`: those that moved most first. A first score's points are all new: what each gives.
    private static func movements(of change: ScoreChangeLine) -> [String] {
        let moved = change.movements.map { ($0.characteristic, ($0.after ?? 0) - ($0.before ?? 0)) }
        // Equal ones stay in the scorecard's order.
        let sorted = moved.enumerated().sorted {
            ($1.element.1.magnitude, $0.offset) < ($0.element.1.magnitude, $1.offset)
        }
        return sorted.map { "\($0.element.0) \(signed($0.element.1))" }
    }

    /// As many as there is room for, then `…`.
    private static func listed(_ items: [String], separator: String, room: Int) -> String {
        var text = ""
        for (index, item) in items.enumerated() {
            let next = index == 0 ? item : text + separator + item
            let isLast = index == items.count - 1
            if next.count > room - (isLast ? 0 : separator.count + 1) {
                return index == 0 ? String(item.prefix(room - 1)) + "…" : text + separator + "…"
            }
            text = next
        }
        return text
    }

    /// `Aug 2005` of `2005-08-31`.
    private static func monthText(_ day: String) -> String {
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = day.split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), (1...12).contains(month) else { return day }
        return "\(names[month - 1]) \(parts[0])"
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
