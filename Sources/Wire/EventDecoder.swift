import Events

/// Raw records to checked events: the edge at which bytes become the catalogue's values. Owns a JSON and a Protobuf
/// parser with their memory, so one per consumer, and not for two threads at a time.
///
/// A good event costs no allocation (once the parsers have warmed up) and makes no String.
public final class EventDecoder {
    /// Bytes of the largest value that is looked at.
    public static let sizeMax = 65_536
    /// Levels of nesting that JSON may have; an event needs two.
    public static let depthMax = 8
    /// The member of the one JSON object that is not an event.
    public static let tickName = "tick"

    private var json = JSONReading()
    private var protobuf = ProtobufReading()

    public init() {}

    /// The event or tick in one raw value. The first byte tells the form: `{` is JSON, 0x00 the framing of a Schema
    /// Registry with one of the two in it, anything else Protobuf.
    ///
    /// Complexity: linear; about 1 µs for a repayment in JSON, 0.8 in Protobuf, measured on two busy cores. Throws what
    /// its dead letter is to say.
    public func decode(_ value: RawSpan) throws(Refusal) -> Decoded {
        guard value.byteCount > 0 else { throw Refusal(.empty, "", "send an event as value: this one has no bytes") }
        guard value.byteCount <= Self.sizeMax else {
            throw Refusal(.tooLarge, "", "send at most \(Self.sizeMax) bytes: an event needs under 1,000")
        }
        switch value.load(littleEndianAt: 0, as: UInt8.self) {
        case UInt8(ascii: "{"):
            return try json.decode(value)
        case RegistryFraming.magic:
            let (content, start) = try RegistryFraming.content(of: value)
            let event = value.extracting(start...)
            switch content {
            case .json: return try json.decode(event)
            case .protobuf: return try protobuf.decode(event)
            }
        default:
            return try protobuf.decode(value)
        }
    }

    /// All that is wrong with one raw value, field by field; no faults where `decode` takes it. Cold: it reads what was
    /// refused once more, for whoever is told what to mend.
    public func diagnose(_ value: RawSpan) -> Diagnosis {
        do throws(Refusal) {
            _ = try decode(value)
            return Diagnosis()
        } catch {
            let found = reading(refused: value)
            // Of a document with hundreds of values the rest is not looked at, so the fault may not be met again.
            return found.faults.isEmpty ? Diagnosis(error) : found
        }
    }

    private func reading(refused value: RawSpan) -> Diagnosis {
        guard (1...Self.sizeMax).contains(value.byteCount) else { return Diagnosis() }
        switch value.load(littleEndianAt: 0, as: UInt8.self) {
        case UInt8(ascii: "{"): return json.diagnose(value)
        case RegistryFraming.magic:
            guard let (content, start) = try? RegistryFraming.content(of: value) else { return Diagnosis() }
            let event = value.extracting(start...)
            switch content {
            case .json: return json.diagnose(event)
            case .protobuf: return protobuf.diagnose(event)
            }
        default: return protobuf.diagnose(value)
        }
    }
}
