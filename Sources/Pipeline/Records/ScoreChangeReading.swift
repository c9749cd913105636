import Checksums
import Wire

/// Score changes as they stand in their topics, in either form, read as JSON: so that whoever reads, compares or prints them
/// needs to know one form only.
public enum PublishedScoreChange {
    /// The JSON that the publisher would have written in place of these bytes: themselves where they begin with `{`; of
    /// Protobuf, byte for byte, where it is exactly what the publisher writes, checksum and order of fields included.
    /// nil where the bytes are neither.
    ///
    /// Complexity: linear; some microseconds of Protobuf.
    public static func json(of value: RawSpan) -> [UInt8]? {
        if value.isJSON { return value.bytes }
        var reading = ProtobufAsJSON()
        guard let fields = found(in: value, scoreChangeFields), let last = fields.last, last.number == checksumNumber,
            isText(checksumText(xxh3(value.extracting(..<last.tag))), value.extracting(last.content))
        else { return nil }
        reading.json.beginObject()
        let isWithdrawal = fields.contains { $0.number == kindNumber && $0.varint == 2 }
        let hasScore = fields.contains { $0.number == scoreNumber }
        guard
            reading.write(
                fields.dropLast(), of: value, scoreChangeFields,
                showsEmpty: { $0 == pointsNumber ? !isWithdrawal : hasScore })
        else { return nil }
        let checksum = unsafe xxh3(reading.json.bytes.span.bytes)
        reading.json.member("checksum", checksumText(checksum))
        reading.json.endObject()
        return reading.json.bytes
    }
}

extension RawSpan {
    /// By its first byte.
    var isJSON: Bool { byteCount > 0 && load(littleEndianAt: 0, as: UInt8.self) == UInt8(ascii: "{") }
}

/// What a field holds, and its name in JSON; in JSON's order, which is not that of the numbers throughout.
private struct Field: Sendable {
    indirect enum Kind: Sendable {
        case text
        case int32, int64, uint64
        /// The names of the values from 1 on.
        case enumeration([String])
        case message([Field])
        case messages([Field])
    }

    let number: Int
    let name: String
    let kind: Kind

    init(_ number: Int, _ name: String, _ kind: Kind) {
        self.number = number
        self.name = name
        self.kind = kind
    }
}

private let kindNumber = 6
private let scoreNumber = 7
private let pointsNumber = 10
private let checksumNumber = 19

private let scoreChangeFields: [Field] = [
    Field(1, "grantId", .text), Field(2, "number", .uint64),
    Field(
        3, "opening", .message([Field(1, "topic", .text), Field(2, "partition", .int32), Field(3, "offset", .int64)])),
    Field(4, "subscriberReference", .text), Field(5, "purpose", .text),
    Field(kindNumber, "kind", .enumeration(["CHANGE", "WITHDRAWN"])),
    Field(scoreNumber, "score", .int32), Field(8, "previousScore", .int32), Field(9, "initialScore", .int32),
    Field(
        pointsNumber, "points",
        .messages([
            Field(1, "characteristic", .text), Field(2, "feature", .text), Field(3, "before", .int32),
            Field(4, "after", .int32),
        ])),
    Field(
        11, "reasons",
        .messages([
            Field(1, "code", .text), Field(2, "text", .text), Field(3, "pointsBelowBaseline", .int32),
            Field(4, "pointsAboveBaseline", .int32),
        ])),
    Field(12, "reasonMethod", .text), Field(13, "baseline", .text), Field(17, "missingFeature", .text),
    Field(
        14, "cause",
        .message([
            Field(1, "kind", .enumeration(["EVENT", "ROLL_OFF", "CORRECTION", "CONSENT", "EXPIRY", "MODEL"])),
            Field(2, "eventId", .text), Field(3, "topic", .text), Field(4, "partition", .int32),
            Field(5, "offset", .int64), Field(6, "occurredAt", .text), Field(7, "day", .text),
        ])),
    Field(15, "model", .message([Field(1, "name", .text), Field(2, "version", .text), Field(3, "hash", .text)])),
    Field(16, "day", .text),
    Field(
        18, "timeline",
        .message([Field(1, "partition", .int32), Field(2, "offset", .int64), Field(3, "sequence", .uint64)])),
    Field(checksumNumber, "checksum", .text),
]

/// A field as it was met.
private struct Found {
    let number: Int
    /// Where its tag begins.
    let tag: Int
    /// Of a length-delimited field.
    let content: Range<Int>
    let varint: UInt64
}

/// The fields of a message; nil where the bytes are none, or not what the publisher writes: a field that is unknown, of
/// another type, out of order or there twice, a number that is longer than need be.
private func found(in bytes: RawSpan, _ fields: [Field]) -> [Found]? {
    var all: [Found] = []
    var at = 0
    while at < bytes.byteCount {
        let tagStart = at
        guard let tag = shortVarint(bytes, &at), let field = fields.first(where: { UInt64($0.number) == tag >> 3 })
        else { return nil }
        if let last = all.last {
            if case .messages = field.kind {
                guard last.number <= field.number else { return nil }
            } else {
                guard last.number < field.number else { return nil }
            }
        }
        guard let value = shortVarint(bytes, &at) else { return nil }
        switch field.kind {
        case .int32, .int64, .uint64, .enumeration:
            guard tag & 7 == 0 else { return nil }
            all.append(Found(number: field.number, tag: tagStart, content: at..<at, varint: value))
        case .text, .message, .messages:
            guard tag & 7 == 2, value <= UInt64(bytes.byteCount - at) else { return nil }
            let end = at + Int(value)
            all.append(Found(number: field.number, tag: tagStart, content: at..<end, varint: 0))
            at = end
        }
    }
    return all
}

/// A varint in as few bytes as it needs.
private func shortVarint(_ bytes: RawSpan, _ at: inout Int) -> UInt64? {
    let start = at
    guard let value = bytes.varint(&at) else { return nil }
    let need = max(1, (64 - value.leadingZeroBitCount + 6) / 7)
    return at - start == need ? value : nil
}

private func isText(_ text: String, _ bytes: RawSpan) -> Bool {
    unsafe bytes.withUnsafeBytes { unsafe $0.elementsEqual(text.utf8) }
}

private struct ProtobufAsJSON {
    var json = JSONText()

    /// False where a value is not one of its field's.
    mutating func write(
        _ found: some Sequence<Found>, of bytes: RawSpan, _ fields: [Field], showsEmpty: (Int) -> Bool = { _ in false }
    ) -> Bool {
        let byNumber = Dictionary(grouping: found, by: \.number)
        for field in fields {
            let all = byNumber[field.number] ?? []
            if case .messages(let parts) = field.kind {
                if all.isEmpty, !showsEmpty(field.number) { continue }
                json.key(named: field.name)
                json.beginArray()
                for one in all { guard message(bytes.extracting(one.content), parts) else { return false } }
                json.endArray()
            } else if let one = all.first {
                json.key(named: field.name)
                guard value(one, of: bytes, field.kind) else { return false }
            }
        }
        return true
    }

    private mutating func message(_ bytes: RawSpan, _ fields: [Field]) -> Bool {
        guard let found = found(in: bytes, fields) else { return false }
        json.beginObject()
        guard write(found, of: bytes, fields) else { return false }
        json.endObject()
        return true
    }

    private mutating func value(_ found: Found, of bytes: RawSpan, _ kind: Field.Kind) -> Bool {
        switch kind {
        case .text:
            let text = unsafe bytes.extracting(found.content).withUnsafeBytes {
                unsafe String(validating: $0, as: UTF8.self)
            }
            guard let text else { return false }
            json.value(text)
        case .int32:
            guard let number = Int32(exactly: Int64(bitPattern: found.varint)) else { return false }
            json.value(number)
        case .int64: json.value(Int64(bitPattern: found.varint))
        case .uint64: json.value(found.varint)
        case .enumeration(let names):
            guard (1...UInt64(names.count)).contains(found.varint) else { return false }
            json.value(names[Int(found.varint) - 1])
        case .message(let fields): return message(bytes.extracting(found.content), fields)
        case .messages: return false  // written by `write`, all together
        }
        return true
    }
}
