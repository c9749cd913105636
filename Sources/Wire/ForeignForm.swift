/// Forms in which events come by mistake, told by their first bytes. Cold: looked for after a value was refused.
///
/// What begins with `{` is JSON and is not looked at here; `Envelope` knows what may be wrapped around an event there.
public enum ForeignForm: CaseIterable, Sendable {
    case byteOrderMark, utf16, blankBeforeJSON, jsonArray, jsonInString, gzip, zstandard, avroFile, xml

    /// nil where nothing is recognized.
    public init?(_ value: RawSpan) {
        func begins(_ bytes: UInt8...) -> Bool {
            value.byteCount >= bytes.count && bytes.indices.allSatisfy { value.load(littleEndianAt: $0) == bytes[$0] }
        }
        if begins(0xEF, 0xBB, 0xBF) {
            self = .byteOrderMark
        } else if begins(0xFF, 0xFE) || begins(0xFE, 0xFF) || begins(0x7B, 0) || begins(0, 0x7B) {
            self = .utf16
        } else if begins(0x1F, 0x8B) {
            self = .gzip
        } else if begins(0x28, 0xB5, 0x2F, 0xFD) {
            self = .zstandard
        } else if begins(0x4F, 0x62, 0x6A, 0x01) {
            self = .avroFile
        } else if begins(UInt8(ascii: "\""), UInt8(ascii: "{")) {
            self = .jsonInString
        } else if begins(UInt8(ascii: "<")) {
            self = .xml
        } else {
            let blanks = Self.blanks(value, from: 0)
            guard blanks < value.byteCount else { return nil }
            switch value.load(littleEndianAt: blanks, as: UInt8.self) {
            case UInt8(ascii: "{") where blanks > 0 && Self.isObject(value, at: blanks): self = .blankBeforeJSON
            case UInt8(ascii: "[") where Self.isArray(value, at: blanks): self = .jsonArray
            default: return nil
            }
        }
    }

    /// One sentence: what to send instead.
    public var mend: String {
        switch self {
        case .byteOrderMark:
            "leave out the byte order mark before the {: the bytes EF BB BF, which editors do not show"
        case .utf16: "write JSON as UTF-8: this is UTF-16"
        case .blankBeforeJSON: "leave out the blanks before the {: it must be the first byte"
        case .jsonArray: "send each event by itself, without [ and ] around it: this is an array"
        case .jsonInString: "send the object itself: this is JSON inside a JSON string, so it was encoded twice"
        case .gzip: "send the event as it is, and set compression.type of the producer: this is compressed with gzip"
        case .zstandard:
            "send the event as it is, and set compression.type of the producer: this is compressed with zstd"
        case .avroFile: "send JSON or Protobuf: this is Avro, which is not read"
        case .xml: "send JSON or Protobuf: this is XML, which is not read"
        }
    }

    private static func blanks(_ value: RawSpan, from start: Int) -> Int {
        var at = start
        while at < value.byteCount {
            let byte: UInt8 = value.load(littleEndianAt: at)
            guard [0x20, 0x09, 0x0A, 0x0D].contains(byte) else { break }
            at += 1
        }
        return at
    }

    private static func isObject(_ value: RawSpan, at start: Int) -> Bool {
        let next = blanks(value, from: start + 1)
        guard next < value.byteCount else { return true }
        return [UInt8(ascii: "\""), UInt8(ascii: "}")].contains(value.load(littleEndianAt: next))
    }

    private static func isArray(_ value: RawSpan, at start: Int) -> Bool {
        let next = blanks(value, from: start + 1)
        guard next < value.byteCount else { return true }
        return [UInt8(ascii: "{"), UInt8(ascii: "]")].contains(value.load(littleEndianAt: next))
    }
}
