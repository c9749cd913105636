internal import CEventProto
import Events

/// Events as producers send them: for samples, tests and golden examples. The same event gives the same bytes, always:
/// members in the order of the schema, JSON compact and with 64-bit integers as numbers.
public enum EventEncoder {
    /// Complexity: linear; a microsecond or two.
    public static func json(person: Identifier, event: Event) -> [UInt8] {
        var sink = JSONMembers()
        sink.json.beginObject()
        event.write(person: person, to: &sink)
        sink.json.endObject()
        return sink.json.bytes
    }

    /// Complexity: linear; a microsecond or two.
    public static func protobuf(person: Identifier, event: Event) -> [UInt8] {
        var sink = unsafe ProtobufMembers(event_descriptor())
        event.write(person: person, to: &sink)
        return sink.bytes
    }

    /// `{"tick":…}`; null without a time, which is what a live timeline asks for. ms since the epoch.
    public static func tick(_ time: Int64?) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.key(EventDecoder.tickName)
        if let time { json.value(time) } else { json.null() }
        json.endObject()
        return json.bytes
    }
}

private struct JSONMembers: MemberSink {
    var json = JSONText()

    mutating func text(_ field: some MessageField, _ text: String) { json.member(field.name, text) }
    mutating func integer(_ field: some MessageField, _ number: Int64) { json.member(field.name, number) }
    mutating func enumeration(_ field: some MessageField, _ value: some WireEnum) {
        json.member(field.name, value.wireName)
    }

    mutating func body(_ type: EventType, _ members: (inout Self) -> Void) {
        json.key(type.name)
        json.beginObject()
        members(&self)
        json.endObject()
    }
}

/// Field numbers come from the tables that protoc-c made of the schema.
@safe private struct ProtobufMembers: MemberSink {
    var bytes: [UInt8] = []
    private var descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) { unsafe self.descriptor = unsafe descriptor }

    mutating func text(_ field: some MessageField, _ text: String) {
        append(field.rawValue, lengthDelimited: Array(text.utf8))
    }

    mutating func integer(_ field: some MessageField, _ number: Int64) {
        append(field.rawValue, varint: UInt64(bitPattern: number))
    }

    mutating func enumeration(_ field: some MessageField, _ value: some WireEnum) {
        append(field.rawValue, varint: UInt64(value.rawValue))
    }

    mutating func body(_ type: EventType, _ members: (inout Self) -> Void) {
        let place = EventMembers.firstBody + EventMembers.bodies.firstIndex(of: type)!
        let table = unsafe descriptor.pointee.fields[place].descriptor!
        var body = unsafe Self(table.assumingMemoryBound(to: ProtobufCMessageDescriptor.self))
        members(&body)
        append(place, lengthDelimited: body.bytes)
    }

    private mutating func append(_ place: Int, varint value: UInt64) {
        append(varint: number(place) << 3)
        append(varint: value)
    }

    private mutating func append(_ place: Int, lengthDelimited content: [UInt8]) {
        append(varint: number(place) << 3 | 2)
        append(varint: UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    private func number(_ place: Int) -> UInt64 { unsafe UInt64(descriptor.pointee.fields[place].id) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
