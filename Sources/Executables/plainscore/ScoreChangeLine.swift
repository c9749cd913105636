import Events
import Foundation
import Pipeline

/// What `plainscore watch` and `sample compare` read of a score change (schemas/plainscore/v1/score_change.proto).
struct ScoreChangeLine {
    /// What one characteristic gives; nil where there was no score.
    struct Movement {
        let characteristic: String
        let before: Int?
        let after: Int?
    }

    let grant: String
    let number: Int64
    /// The consent that opened the grant, `topic-partition@offset`.
    let opening: String
    let subscriberReference: String
    let isWithdrawal: Bool
    /// The day the person stands at, `2005-06-30`: their own, which may be the day after the calendar's.
    let day: String
    /// When what caused it occurred, as it was sent; nil where a day brought it.
    let occurredAt: String?
    let score: Int?
    let previousScore: Int?
    let initialScore: Int?
    let movements: [Movement]
    let reasons: [(code: String, text: String)]
    /// `max`, `mean` …: what the reasons are measured against.
    let baseline: String?
    let missingFeature: String?
    /// `EVENT uci-00100-s-3`, or the kind alone.
    let cause: String

    /// nil when the bytes are not a score change, as JSON or as Protobuf.
    init?(_ value: RawSpan) {
        guard let json = PublishedScoreChange.json(of: value) else { return nil }
        let data = Data(json)
        guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let grant = members["grantId"] as? String, let number = (members["number"] as? NSNumber)?.int64Value,
            let opening = members["opening"] as? [String: Any], let topic = opening["topic"] as? String,
            let partition = opening["partition"] as? NSNumber, let offset = opening["offset"] as? NSNumber
        else { return nil }
        func integer(_ members: [String: Any], _ name: String) -> Int? { (members[name] as? NSNumber)?.intValue }
        self.grant = grant
        self.number = number
        self.opening = "\(topic)-\(partition)@\(offset)"
        subscriberReference = members["subscriberReference"] as? String ?? ""
        isWithdrawal = members["kind"] as? String == "WITHDRAWN"
        day = members["day"] as? String ?? "-"
        score = integer(members, "score")
        previousScore = integer(members, "previousScore")
        initialScore = integer(members, "initialScore")
        movements = (members["points"] as? [[String: Any]] ?? []).map { point in
            Movement(
                characteristic: point["characteristic"] as? String ?? "", before: integer(point, "before"),
                after: integer(point, "after"))
        }
        reasons = (members["reasons"] as? [[String: Any]] ?? []).map { reason in
            (reason["code"] as? String ?? "", reason["text"] as? String ?? "")
        }
        baseline = members["baseline"] as? String
        missingFeature = members["missingFeature"] as? String
        let cause = members["cause"] as? [String: Any] ?? [:]
        occurredAt = cause["occurredAt"] as? String
        self.cause = [cause["kind"] as? String, cause["eventId"] as? String].compactMap(\.self).joined(separator: " ")
    }

    /// The calendar's date for people: that of what caused it where that is the day before the person's own day, else
    /// the person's own day.
    var date: String {
        guard let sent = occurredAt?.prefix(10), let day = Self.days(self.day), Self.days(sent) == day - 1 else {
            return self.day
        }
        return String(sent)
    }

    private static func days(_ date: some StringProtocol) -> Int32? {
        let bytes = Array(date.utf8)
        return unsafe CalendarDate(bytes.span.bytes)?.days
    }

    /// One line for people, with its newline:
    /// `2005-06-30  grant-uci-00100  #4  530 ← 525 (+5)  EVENT uci-00100-s-3  U08 U11 U09 U06`
    var text: String {
        var words = [date, grant, "#\(number)"]
        if isWithdrawal {
            words.append("withdrawn")
        } else {
            var move = score.map { "\($0)" } ?? "no score"
            if let previousScore { move += " ← \(previousScore)" }
            if let score, let previousScore { move += " (\(signed(score - previousScore)))" }
            if let missingFeature { move += " (\(missingFeature) is missing)" }
            words.append(move)
        }
        if !cause.isEmpty { words.append(cause) }
        if !reasons.isEmpty { words.append(reasons.map(\.code).joined(separator: " ")) }
        return words.joined(separator: "  ") + "\n"
    }
}

/// `+5`, `-5`, `0`.
func signed(_ number: Int) -> String { number > 0 ? "+\(number)" : "\(number)" }
