import Events
import Scoring
import Wire

/// A refused record on its way to `dead-letters`: the original bytes as value where they are at hand (`RefusedBytes` says how
/// many of them), its coordinates as key, and in the headers where it came from, why it was refused and how to mend it.
///
/// It can be written whatever the record holds: value and headers are bounded, and headers have printable characters alone.
struct DeadLetter {
    let source: Coordinates
    let appendedAt: Int64?
    let reason: String
    /// Field path in the event's JSON; empty where no field is to blame.
    let field: String
    let mend: String
    /// What else is wrong with the record, `reason field: mend` each; empty where that is all.
    let others: [String]
    /// nil where the bytes are not at hand.
    let bytes: RefusedBytes?

    init(
        source: Coordinates, appendedAt: Int64, refusal: Refusal, others: some Sequence<Refusal>, bytes: RefusedBytes
    ) {
        self.source = source
        self.appendedAt = appendedAt
        reason = refusal.reason.rawValue
        field = refusal.field
        mend = refusal.mend
        self.others = others.map(\.description)
        self.bytes = bytes
    }

    /// The fold has coordinates and reason, no bytes: who reads it fetches those from the raw topic.
    init(_ refusal: FoldRefusal) {
        source = refusal.source
        appendedAt = nil
        reason = refusal.reason.rawValue
        field = ""
        mend = refusal.mend
        others = []
        bytes = nil
    }

    /// `topic-partition@offset`: a record refused twice after a crash is one dead letter.
    var key: [UInt8] { Array(source.description.utf8) }

    var headers: [(name: String, value: String)] {
        var headers = [
            (name: "plainscore.topic", value: source.topic.name), ("plainscore.partition", "\(source.partition)"),
            ("plainscore.offset", "\(source.offset)"), ("plainscore.reason", reason),
            ("plainscore.mend", Self.headerText(mend, max: Self.mendBytesMax)),
        ]
        if !field.isEmpty {
            headers.append(("plainscore.field", Self.headerText(field, max: Self.fieldBytesMax)))
        }
        if !others.isEmpty {
            headers.append(
                ("plainscore.also", Self.headerText(others.joined(separator: " | "), max: Self.mendBytesMax)))
        }
        if let appendedAt { headers.append(("plainscore.appended-at", Timestamp.text(appendedAt))) }
        return headers + (bytes?.headers ?? [])
    }

    /// Bytes of a mend and of a field path that a header holds.
    private static let mendBytesMax = 1_024
    private static let fieldBytesMax = 160

    /// A text fit for a header: at most `max` bytes, and `?` for each control character.
    static func headerText(_ text: String, max: Int) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF8.width(scalar)
            if count > max { break }
            kept.append(scalar.properties.generalCategory == .control ? "?" : scalar)
        }
        return String(kept)
    }
}
