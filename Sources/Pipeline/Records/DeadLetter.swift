import Events
import Scoring
import Wire

/// A refused record on its way to `dead-letters`: the original bytes as value where they are at hand, its coordinates as
/// key, and in the headers where it came from, why it was refused and how to mend it.
struct DeadLetter {
    let source: Coordinates
    let appendedAt: Int64?
    let reason: String
    /// Field path in the event's JSON; empty where no field is to blame.
    let field: String
    let mend: String

    init(source: Coordinates, appendedAt: Int64, refusal: Refusal) {
        self.source = source
        self.appendedAt = appendedAt
        reason = refusal.reason.rawValue
        field = refusal.field
        mend = refusal.mend
    }

    /// The fold has coordinates and reason, no bytes: who reads it fetches those from the raw topic.
    init(_ refusal: FoldRefusal) {
        source = refusal.source
        appendedAt = nil
        reason = refusal.reason.rawValue
        field = ""
        mend = refusal.mend
    }

    /// `topic-partition@offset`: a record refused twice after a crash is one dead letter.
    var key: [UInt8] { Array(source.description.utf8) }

    var headers: [(name: String, value: String)] {
        var headers = [
            (name: "plainscore.topic", value: source.topic.name), ("plainscore.partition", "\(source.partition)"),
            ("plainscore.offset", "\(source.offset)"), ("plainscore.reason", reason), ("plainscore.mend", mend),
        ]
        if !field.isEmpty { headers.append(("plainscore.field", field)) }
        if let appendedAt { headers.append(("plainscore.appended-at", Timestamp.text(appendedAt))) }
        return headers
    }
}
