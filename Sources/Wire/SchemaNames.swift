internal import CEventProto
import Events

/// The names on both sides of the mapping, so that a test can hold them to each other: those that this module uses, and
/// those of the tables that protoc-c made of the schema.
package enum SchemaNames {
    /// Members of Event (nil) or of a body, as this module names them in JSON, in the order of their numbers.
    package static func used(of type: EventType?) -> [String] {
        EventMembers.names(of: type).all
    }

    /// The same as this module takes them beside those, which is how event.proto spells them.
    package static func alsoTaken(of type: EventType?) -> [String] { used(of: type).map(MemberNames.protoName) }

    /// The same from the schema, there in snake_case.
    package static func declared(of type: EventType?) -> [String] {
        let table = unsafe descriptor(of: type)
        return (0..<(unsafe Int(table.pointee.n_fields))).map {
            unsafe String(cString: table.pointee.fields[$0].name)
        }
    }

    /// The number of the body's field in Event.
    package static func number(of type: EventType) -> UInt32 {
        unsafe event_descriptor().pointee.fields[place(of: type)].id
    }

    /// Values of the enums that this module reads, by the schema's names of body and field.
    package static var usedValues: [(type: EventType, field: String, values: [String])] {
        [
            (.repayment, "kind", names(of: Repayment.Kind.self)), (.repayment, "status", names(of: PaymentStatus.self)),
            (.bill, "kind", names(of: Bill.Kind.self)), (.bill, "status", names(of: PaymentStatus.self)),
            (.cashFlow, "direction", names(of: CashFlow.Direction.self)),
            (.cashFlow, "kind", names(of: CashFlow.Kind.self)), (.rental, "kind", names(of: Rental.Kind.self)),
            (.consent, "purpose", names(of: Purpose.self)), (.consent, "action", names(of: Consent.Action.self)),
        ]
    }

    /// Every enum value of the schema as `name=number`, by body and field.
    package static var declaredValues: [(type: EventType, field: String, values: [String])] {
        var declared: [(type: EventType, field: String, values: [String])] = []
        for type in EventMembers.bodies {
            let table = unsafe descriptor(of: type)
            for index in 0..<(unsafe Int(table.pointee.n_fields)) {
                let field = unsafe table.pointee.fields[index]
                guard unsafe field.type == PROTOBUF_C_TYPE_ENUM else { continue }
                let list = unsafe field.descriptor.assumingMemoryBound(to: ProtobufCEnumDescriptor.self).pointee
                let values = (0..<(unsafe Int(list.n_values))).map {
                    unsafe "\(String(cString: list.values[$0].name))=\(list.values[$0].value)"
                }
                declared.append((type, unsafe String(cString: field.name), values))
            }
        }
        return declared
    }

    private static func names<Value: WireEnum>(of type: Value.Type) -> [String] {
        Value.allCases.map { "\($0.wireName)=\($0.rawValue)" }
    }

    private static func place(of type: EventType) -> Int {
        EventMembers.firstBody + EventMembers.place(of: type)
    }

    private static func descriptor(of type: EventType?) -> UnsafePointer<ProtobufCMessageDescriptor> {
        guard let type else { return unsafe event_descriptor() }
        let field = unsafe event_descriptor().pointee.fields[place(of: type)]
        return unsafe field.descriptor.assumingMemoryBound(to: ProtobufCMessageDescriptor.self)
    }
}
