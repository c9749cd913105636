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
        try parse(value).fill(&members) { (refusal) throws(Refusal) in throw refusal }
        let body = try members.body()
        bodyMembers.begin(EventMembers.bodies[body])
        let message = unsafe Message(members[EventMembers.firstBody + body].address!)
        try message.fill(&bodyMembers) { (refusal) throws(Refusal) in throw refusal }
        return try members.event(body: bodyMembers)
    }

    /// All that is wrong with a value that `decode` refuses. Cold.
    mutating func diagnose(_ value: RawSpan) -> Diagnosis {
        var diagnosis = Diagnosis()
        members.begin(nil)
        do throws(Refusal) {
            try parse(value).fill(&members) { diagnosis.add($0) }
        } catch {
            let isExhausted = error.reason == .tooLarge
            for fault in isExhausted ? [error] : protobufFaults(value) { diagnosis.add(fault) }
            return diagnosis
        }
        guard let body = diagnosis.body(of: members) else {
            diagnosis.read(members, body: nil)
            return diagnosis
        }
        bodyMembers.begin(EventMembers.bodies[body])
        unsafe Message(members[EventMembers.firstBody + body].address!).fill(&bodyMembers) { diagnosis.add($0) }
        diagnosis.read(members, body: bodyMembers)
        return diagnosis
    }

    private func parse(_ value: RawSpan) throws(Refusal) -> Message {
        let message = unsafe value.withUnsafeBytes {
            unsafe event_parser_parse(parser, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        guard let message = unsafe message else {
            if unsafe event_parser_is_exhausted(parser) {
                throw Refusal(.tooLarge, "", "give each field once: this repeats bodies by the thousand")
            }
            throw protobufFaults(value)[0]
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

    /// Hands fields that the schema does not have to `report`, and goes on where that does not throw.
    func fill<Failure: Error>(
        _ slots: inout FieldSlots, _ report: (Refusal) throws(Failure) -> Void
    ) throws(Failure) {
        // One more than are told says that there are more.
        for index in 0..<min(unknownFieldCount, Diagnosis.faultsMax + 1) {
            let number = unsafe message.unknown_fields[index].tag
            let mend = "leave it out: event.proto has no field with this number in \(slots.message?.name ?? "Event")"
            try report(Refusal(.unknownField, slots.path("\(number)"), mend))
        }
        fill(&slots)
    }

    private func fill(_ slots: inout FieldSlots) {
        for index in 0..<(unsafe Int(descriptor.pointee.n_fields)) {
            slots[index] = unsafe slot(descriptor.pointee.fields + index)
        }
    }

    private var message: ProtobufCMessage { unsafe address.assumingMemoryBound(to: ProtobufCMessage.self).pointee }

    /// Fields that the schema does not have.
    private var unknownFieldCount: Int { unsafe Int(message.n_unknown_fields) }

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
