internal import CEventProto
import Events

/// Why the parser refused these bytes: `wrongType` where the wire itself is sound and fields of the schema come in another
/// wire type than their own, as JSON would say it; else `malformedProtobuf`. At least one. Cold: called after a failure only.
func protobufFaults(_ value: RawSpan) -> [Refusal] {
    if let form = ForeignForm(value) { return [Refusal(.malformedProtobuf, "", form.mend)] }
    var scan = WireScan()
    if unsafe scan.isSound(value, event_descriptor(), nil), !scan.wrongFields.isEmpty {
        return scan.wrongFields.map { Refusal(.wrongType, $0, "encode it with the type that event.proto gives it") }
    }
    return [
        Refusal(
            .malformedProtobuf, "",
            "send one plainscore.v1.Event in Protobuf, or JSON that begins with { as its first byte")
    ]
}

/// A walk over the tags, without values.
private struct WireScan {
    /// Paths of the fields that are not of their type, each once.
    private(set) var wrongFields: [String] = []

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
                let path = path(index, type)
                if wrongFields.count < Diagnosis.faultsMax, !wrongFields.contains(path) { wrongFields.append(path) }
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
        type.map { "\($0.name).\(EventMembers.memberNames(of: $0)[index])" } ?? EventMembers.names(of: nil).all[index]
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
