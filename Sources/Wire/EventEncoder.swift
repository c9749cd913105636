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
        return sink.protobuf.bytes
    }

    /// `{"tick":…}`; null without a time, which is what a live timeline asks for. ms since the epoch.
    public static func tick(_ time: Int64?) -> [UInt8] {
        var json = JSONText()
        json.beginObject()
        json.key(named: EventDecoder.tickName)
        if let time { json.value(time) } else { json.null() }
        json.endObject()
        return json.bytes
    }
}

private struct JSONMembers: MemberSink {
    var json = JSONText()

    mutating func text(_ field: some MessageField, _ text: String) { json.member(named: field.name, text) }
    mutating func integer(_ field: some MessageField, _ number: Int64) { json.member(named: field.name, number) }
    mutating func enumeration(_ field: some MessageField, _ value: some WireEnum) {
        json.member(named: field.name, value.wireName)
    }

    mutating func body(_ type: EventType, _ members: (inout Self) -> Void) {
        json.key(named: type.name)
        json.beginObject()
        members(&self)
        json.endObject()
    }
}

/// Field numbers come from the tables that protoc-c made of the schema.
@safe private struct ProtobufMembers: MemberSink {
    var protobuf = ProtobufBytes()
    private var descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) { unsafe self.descriptor = unsafe descriptor }

    mutating func text(_ field: some MessageField, _ text: String) { protobuf.member(number(field.rawValue), text) }

    mutating func integer(_ field: some MessageField, _ number: Int64) {
        protobuf.member(self.number(field.rawValue), number)
    }

    mutating func enumeration(_ field: some MessageField, _ value: some WireEnum) {
        protobuf.member(number(field.rawValue), value.rawValue)
    }

    mutating func body(_ type: EventType, _ members: (inout Self) -> Void) {
        let place = EventMembers.firstBody + EventMembers.bodies.firstIndex(of: type)!
        let start = protobuf.begin(number(place))
        let outer = unsafe descriptor
        let table = unsafe descriptor.pointee.fields[place].descriptor!
        unsafe descriptor = unsafe table.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
        members(&self)
        unsafe descriptor = unsafe outer
        protobuf.end(start)
    }

    private func number(_ place: Int) -> Int { unsafe Int(descriptor.pointee.fields[place].id) }
}
