import Events

/// What one message says, member by member, in the order of the schema: where JSON and Protobuf meet. Both fill it, and
/// the catalogue's values are read from it in one way, so that a fault has the same reason in both.
///
/// Made once and filled anew for each record. (Not an inline array: reading an element copies that whole.)
struct FieldSlots {
    /// The body whose members these are; nil for Event's own.
    private(set) var message: EventType?
    private var slots: [Slot]

    init() {
        message = nil
        slots = Array(repeating: Slot(), count: EventMembers.firstBody + EventMembers.bodies.count)
    }

    /// Forgets what it held.
    mutating func begin(_ message: EventType?) {
        self.message = message
        for index in slots.indices { slots[index] = Slot() }
    }

    subscript(index: Int) -> Slot {
        get { slots[index] }
        set { slots[index] = newValue }
    }

    subscript<Field: MessageField>(field: Field) -> Slot { slots[field.rawValue] }

    /// The field's path in the event's JSON.
    func path(_ name: String) -> String {
        guard let message else { return name }
        return "\(message.name).\(name)"
    }
}

/// One member as it came. Text is borrowed from the parser: good until its next parse, so for one `decode`.
@safe struct Slot {
    enum Kind: UInt8 {
        case absent
        /// JSON's null: absent too, but it has been said.
        case null
        case integer
        /// An integer that Int64 cannot hold.
        case largeInteger
        /// An enum's number, as Protobuf gives it.
        case enumeration
        case fraction
        case boolean
        case text
        case array
        /// Its fault has been told. It is read as some sound value, so that the fields after it are looked at as well: only
        /// `Diagnosis` puts it there.
        case excused
        /// A body: `integer` is its place among JSON's entries, `text` the message in Protobuf.
        case message
    }

    var kind: Kind = .absent
    var integer: Int64 = 0
    private(set) var address: UnsafeRawPointer?
    private var count = 0

    init() {}

    init(_ kind: Kind, integer: Int64 = 0) {
        self.kind = kind
        self.integer = integer
    }

    init(text: UnsafeRawPointer?, count: Int) {
        kind = .text
        unsafe address = text
        // protobuf-c gives no address for no bytes.
        self.count = unsafe text == nil ? 0 : count
    }

    init(message: UnsafeRawPointer) {
        kind = .message
        unsafe address = message
    }

    var isPresent: Bool { kind != .absent && kind != .null }

    var span: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: address, count: count)), borrowing: self)
        }
    }
}
