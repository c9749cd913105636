internal import CEventProto
import Events

/// Protobuf to field slots, along the reflection tables that protoc-c made of the schema.
@safe struct ProtobufReading: ~Copyable {
    private let parser: OpaquePointer
    private var members = FieldSlots()
    private var bodyMembers = FieldSlots()

    init() {
        guard let parser = unsafe event_parser_create() else { fatalError("no memory for a Protobuf parser") }
        unsafe self.parser = unsafe parser
    }

    deinit { unsafe event_parser_destroy(parser) }

    mutating func decode(_ value: RawSpan) throws(Refusal) -> Decoded {
        members.begin(nil)
        try parse(value).fill(&members)
        let body = try members.body()
        bodyMembers.begin(EventMembers.bodies[body])
        let message = unsafe Message(members[EventMembers.firstBody + body].address!)
        try message.fill(&bodyMembers)
        return try members.event(body: bodyMembers)
    }

    private func parse(_ value: RawSpan) throws(Refusal) -> Message {
        let message = unsafe value.withUnsafeBytes {
            unsafe event_parser_parse(parser, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        guard let message = unsafe message else {
            if unsafe event_parser_is_exhausted(parser) {
                throw Refusal(.tooLarge, "", "say each field once")
            }
            throw protobufFault(value)
        }
        return unsafe Message(UnsafeRawPointer(message))
    }
}

/// One message in the parser's memory, until its next parse.
@safe private struct Message {
    private let address: UnsafeRawPointer
    private let descriptor: UnsafePointer<ProtobufCMessageDescriptor>

    init(_ address: UnsafeRawPointer) {
        unsafe self.address = unsafe address
        unsafe descriptor = unsafe address.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor
    }

    func fill(_ slots: inout FieldSlots) throws(Refusal) {
        if let number = unknownField {
            throw Refusal(.unknownField, slots.path("\(number)"), "leave it out: the schema has no such field")
        }
        for index in 0..<(unsafe Int(descriptor.pointee.n_fields)) {
            slots[index] = unsafe slot(descriptor.pointee.fields + index)
        }
    }

    /// The number of the first field that the schema does not have.
    private var unknownField: UInt32? {
        let base = unsafe address.assumingMemoryBound(to: ProtobufCMessage.self)
        return unsafe base.pointee.n_unknown_fields == 0 ? nil : base.pointee.unknown_fields[0].tag
    }

    private func slot(_ field: UnsafePointer<ProtobufCFieldDescriptor>) -> Slot {
        let value = unsafe address + Int(field.pointee.offset)
        if unsafe field.pointee.type == PROTOBUF_C_TYPE_MESSAGE {
            guard let message = unsafe value.load(as: UnsafeRawPointer?.self) else { return Slot() }
            return unsafe Slot(message: message)
        }
        let isPresent = unsafe (address + Int(field.pointee.quantifier_offset)).load(as: protobuf_c_boolean.self)
        guard isPresent != 0 else { return Slot() }
        switch unsafe field.pointee.type {
        case PROTOBUF_C_TYPE_BYTES:
            let bytes = unsafe value.load(as: ProtobufCBinaryData.self)
            return unsafe Slot(text: bytes.data, count: bytes.len)
        case PROTOBUF_C_TYPE_INT64:
            return unsafe Slot(.integer, integer: value.load(as: Int64.self))
        case PROTOBUF_C_TYPE_ENUM:
            return unsafe Slot(.enumeration, integer: Int64(value.load(as: Int32.self)))
        default:
            preconditionFailure("the schema has string, int64, enum and message fields only")
        }
    }
}
