/// `plainscore watch --table`: score changes for people, two lines each, at most 100 columns.
///
/// ```
/// CLIENT        MONTH     SCORE       MOVE  POINTS THAT MOVED, AND THE FIRST REASONS
/// client-00200  Jul 2005  529 → 467    -62  late_now -45, late2_months -15, late_max -2
///               Payment currently overdue; Months with a delay of two or more months; and 1 more
/// ```
///
/// The points of a line add up to its move. Where there was no score, or it was another scorecard's, there is no point that
/// moved: then the line begins with `initial`, and adds up to the score. What finds no room is counted and summed.
enum ScoreChangeTable {
    private static let columnCountMax = 100
    private static let referenceWidth = 12
    private static let scoreWidth = 9
    private static let moveWidth = 5

    static var header: String {
        fields("CLIENT", "MONTH", "SCORE", "MOVE") + "POINTS THAT MOVED, AND THE FIRST REASONS\n"
    }

    static func rows(of change: ScoreChangeLine) -> String {
        let month = monthText(change.date)
        if change.isWithdrawal {
            return fields(change.subscriberReference, month, "-", "-") + "the grant has ended: no further scores\n"
        }
        let first = fields(change.subscriberReference, month, scores(of: change), move(of: change))
        let indent = String(repeating: " ", count: referenceWidth + 2)
        let room = columnCountMax - indent.count
        let points = listed(parts(of: change), separator: ", ", room: columnCountMax - first.count)
        let reasons = change.reasons.map { (text: $0.text, points: Int?.none) }
        let why =
            change.missingFeature.map { "no score: \($0) is missing" } ?? listed(reasons, separator: "; ", room: room)
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

    /// `late_now -45`: those that moved most first. Without a score there is nothing that they add up to.
    private static func parts(of change: ScoreChangeLine) -> [(text: String, points: Int?)] {
        guard change.score != nil else { return [("no score, so no points", nil)] }
        let isNew = change.movements.allSatisfy { $0.before == nil } && !change.movements.isEmpty
        let moved = change.movements.map { ($0.characteristic, ($0.after ?? 0) - ($0.before ?? 0)) }
        // Equal ones stay in the scorecard's order.
        let sorted = moved.enumerated().sorted {
            ($1.element.1.magnitude, $0.offset) < ($0.element.1.magnitude, $1.offset)
        }.map { ("\($0.element.0) \(signed($0.element.1))", Int?.some($0.element.1)) }
        guard isNew, let initial = change.initialScore else { return sorted }
        return [("initial \(initial)", initial)] + sorted
    }

    /// As many as there is room for, then how many are left and what they add up to: `…, and 3 more: +12`.
    private static func listed(_ items: [(text: String, points: Int?)], separator: String, room: Int) -> String {
        for count in stride(from: items.count, through: 0, by: -1) {
            let rest = items.dropFirst(count)
            var words = items.prefix(count).map(\.text)
            if !rest.isEmpty {
                let sum = rest.compactMap(\.points).reduce(0, +)
                let left = "\(rest.count)\(count == 0 ? "" : " more")"
                words.append(
                    (count == 0 ? left : "and \(left)") + (rest.first?.points == nil ? "" : ": \(signed(sum))"))
            }
            let text = words.joined(separator: separator)
            if text.count <= room { return text }
        }
        return String((items.first?.text ?? "").prefix(room - 1)) + "…"
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
