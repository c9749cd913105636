internal import CEventProto
import Events

/// Why the parser refused these bytes: `wrongType` where the wire itself is sound and a field of the schema comes in
/// another wire type than its own, as JSON would say it; else `malformedProtobuf`. Cold: called after a failure only.
func protobufFault(_ value: RawSpan) -> Refusal {
    var scan = WireScan()
    if unsafe scan.isSound(value, event_descriptor(), nil), let field = scan.wrongField {
        return Refusal(.wrongType, field, "encode it with the type that event.proto gives it")
    }
    return Refusal(
        .malformedProtobuf, "", "send one plainscore.v1.Event in Protobuf, or JSON that begins with { as its first byte"
    )
}

/// A walk over the tags, without values.
private struct WireScan {
    /// The first field that is not of its type.
    var wrongField: String?

    /// False where the bytes are no sequence of fields.
    mutating func isSound(
        _ bytes: RawSpan, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>, _ type: EventType?
    ) -> Bool {
        var at = 0
        while at < bytes.byteCount {
            guard let tag = bytes.varint(&at), tag >> 3 > 0, tag >> 3 < 1 << 29 else { return false }
            let wireType = tag & 7
            let start = at
            guard skip(wireType, bytes, &at) else { return false }
            guard let index = unsafe place(of: UInt32(tag >> 3), in: descriptor) else { continue }
            let field = unsafe descriptor.pointee.fields[index]
            let isMessage = unsafe field.type == PROTOBUF_C_TYPE_MESSAGE
            let isLengthDelimited = unsafe isMessage || field.type == PROTOBUF_C_TYPE_BYTES
            if wireType != (isLengthDelimited ? 2 : 0) {
                wrongField = wrongField ?? path(index, type)
            } else if isMessage {
                var from = start
                guard let count = bytes.varint(&from) else { return false }
                let body = EventMembers.bodies[index - EventMembers.firstBody]
                let part = bytes.extracting(from..<from + Int(count))
                let of = unsafe field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
                guard unsafe isSound(part, of, body) else { return false }
            }
        }
        return true
    }

    private func path(_ index: Int, _ type: EventType?) -> String {
        type.map { "\($0.name).\(EventMembers.memberNames(of: $0)[index])" } ?? EventMembers.names[index]
    }

    private func place(of number: UInt32, in descriptor: UnsafePointer<ProtobufCMessageDescriptor>) -> Int? {
        for index in 0..<(unsafe Int(descriptor.pointee.n_fields)) {
            if unsafe descriptor.pointee.fields[index].id == number { return index }
        }
        return nil
    }

    private func skip(_ wireType: UInt64, _ bytes: RawSpan, _ at: inout Int) -> Bool {
        var count: UInt64
        switch wireType {
        case 0: return bytes.varint(&at) != nil
        case 1: count = 8
        case 2:
            guard let stated = bytes.varint(&at) else { return false }
            count = stated
        case 5: count = 4
        default: return false  // groups: gone from the format long ago, and protobuf-c refuses them
        }
        guard count <= UInt64(bytes.byteCount - at) else { return false }
        at += Int(count)
        return true
    }
}
