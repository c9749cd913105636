import Events
import Scoring
import Wire

/// What was known of one person behind one record of the timeline: what `plainscore features PERSON` prints, whether an
/// aggregator was asked or the log.
public struct PersonReading: Sendable {
    public let partition: Int32
    /// Of the first record that was not folded yet.
    public let offset: Int64
    /// ms; nil before each raw consents partition has ticked.
    public let clock: Int64?
    public let person: PersonValues

    /// nil where the fold holds nothing of the person: there is no live consent.
    public init?(_ fold: PartitionFold, of key: PersonKey) {
        guard let person = fold.values(of: key) else { return nil }
        partition = fold.partition
        offset = fold.nextOffset
        clock = fold.clock
        self.person = person
    }

    /// One object (schemas/explanation.md), without the person.
    public var json: [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.member("partition", partition)
        json.member("offset", offset)
        json.key("clock")
        if let clock { json.value(Timestamp.text(clock)) } else { json.null() }
        json.member("day", CalendarDate(days: person.day)?.description ?? "")
        json.key("score")
        if let score = person.score { json.value(score) } else { json.null() }
        json.member("scoreMin", person.model.scoreRange.lowerBound)
        json.member("scoreMax", person.model.scoreRange.upperBound)
        json.key("features")
        json.beginObject()
        for value in person.values {
            json.key(named: value.feature)
            if let number = value.value { json.value(number) } else { json.null() }
        }
        json.endObject()
        json.key("model")
        json.beginObject()
        json.member("name", person.model.name)
        json.member("version", person.model.version)
        json.member("hash", person.model.hash.hex)
        json.endObject()
        json.endObject()
        return json.bytes
    }
}

extension PersonKey {
    /// Where an aggregator answers about this person: `/persons/` and 32 hexadecimal digits.
    public var path: String {
        func digits(_ number: UInt64) -> String {
            let text = String(number, radix: 16)
            return String(repeating: "0", count: 16 - text.count) + text
        }
        return Self.pathStart + digits(high) + digits(low)
    }

    /// nil where the path is none of those.
    init?(path: String) {
        let digits = path.dropFirst(Self.pathStart.count)
        guard path.hasPrefix(Self.pathStart), digits.utf8.count == 32, digits.allSatisfy(\.isHexDigit),
            let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    private static let pathStart = "/persons/"
}
