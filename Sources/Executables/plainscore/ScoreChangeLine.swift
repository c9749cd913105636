import Foundation

/// What `plainscore watch` shows of a score change (schemas/plainscore/v1/score_change.proto).
struct ScoreChangeLine {
    let grant: String
    let number: Int64
    /// The consent that opened the grant, `topic-partition@offset`.
    let opening: String
    /// One line for people, with its newline.
    let text: String

    /// nil when the bytes are not a score change.
    init?(_ json: RawSpan) {
        let data = unsafe json.withUnsafeBytes { unsafe Data($0) }
        guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let grant = members["grantId"] as? String, let number = (members["number"] as? NSNumber)?.int64Value,
            let opening = members["opening"] as? [String: Any], let topic = opening["topic"] as? String,
            let partition = opening["partition"] as? NSNumber, let offset = opening["offset"] as? NSNumber
        else { return nil }
        self.grant = grant
        self.number = number
        self.opening = "\(topic)-\(partition)@\(offset)"
        text = Self.text(members, grant: grant, number: number)
    }

    /// `2005-06-30  grant-uci-00100  #4  530 ← 525 (+5)  EVENT uci-00100-s-3  U08 U11 U09 U06`
    private static func text(_ members: [String: Any], grant: String, number: Int64) -> String {
        let score = (members["score"] as? NSNumber)?.intValue
        let previous = (members["previousScore"] as? NSNumber)?.intValue
        var words = [members["day"] as? String ?? "-", grant, "#\(number)"]
        if members["kind"] as? String == "WITHDRAWN" {
            words.append("withdrawn")
        } else {
            var move = score.map { "\($0)" } ?? "no score"
            if let previous { move += " ← \(previous)" }
            if let score, let previous { move += " (\(score < previous ? "" : "+")\(score - previous))" }
            if let missing = members["missingFeature"] as? String { move += " (\(missing) is missing)" }
            words.append(move)
        }
        if let cause = members["cause"] as? [String: Any] {
            words.append(
                [cause["kind"] as? String, cause["eventId"] as? String].compactMap(\.self).joined(separator: " "))
        }
        let reasons = (members["reasons"] as? [[String: Any]])?.compactMap { $0["code"] as? String } ?? []
        if !reasons.isEmpty { words.append(reasons.joined(separator: " ")) }
        return words.joined(separator: "  ") + "\n"
    }
}
