internal import CSimdJSON
import Events

/// JSON to field slots. The parser checks the whole document and lays it out as a list of entries; this walks the list.
@safe struct JSONReading: ~Copyable {
    /// More than an event and its body have members, so whatever comes after has been refused before.
    private static let entriesMax = 256

    private let parser: OpaquePointer
    private var members = FieldSlots()
    private var bodyMembers = FieldSlots()

    init() {
        guard let parser = unsafe json_parser_create(EventDecoder.sizeMax, EventDecoder.depthMax, Self.entriesMax)
        else {
            fatalError("no memory for a JSON parser")
        }
        unsafe self.parser = unsafe parser
    }

    deinit { unsafe json_parser_destroy(parser) }

    /// `value` begins with `{`.
    mutating func decode(_ value: RawSpan) throws(Refusal) -> Decoded {
        try parse(value)
        let entries = unsafe Entries(first: json_parser_entries(parser), count: json_parser_entry_count(parser))
        if let time = try Self.tick(entries) { return .tick(time: time) }
        members.begin(nil)
        try Self.fill(&members, from: 1, of: entries, names: EventMembers.names)
        let body = try members.body()
        let slot = members[EventMembers.firstBody + body]
        guard slot.kind == .message else {
            throw Refusal(.wrongType, EventMembers.bodies[body].name, "give an object")
        }
        bodyMembers.begin(EventMembers.bodies[body])
        try Self.fill(
            &bodyMembers, from: Int(slot.integer) + 1, of: entries, names: EventMembers.bodyNames[body])
        return try members.event(body: bodyMembers)
    }

    private func parse(_ value: RawSpan) throws(Refusal) {
        let outcome = unsafe value.withUnsafeBytes {
            unsafe json_parser_parse(parser, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        switch outcome {
        case json_parsed: return
        case json_invalid_utf8: throw Refusal(.invalidUTF8, "", "write JSON as UTF-8")
        case json_too_deep: throw Refusal(.tooDeep, "", "nest no deeper than \(EventDecoder.depthMax) levels")
        case json_no_memory: fatalError("no memory to parse JSON")
        default: throw Refusal(.malformedJSON, "", "send one JSON object (RFC 8259) and nothing after it")
        }
    }

    /// Fills the slots with the members of the object whose first member is entry `first`.
    private static func fill(_ slots: inout FieldSlots, from first: Int, of entries: Entries, names: NameList)
        throws(Refusal)
    {
        let depth = slots.message == nil ? 1 : 2
        var guess = 0
        var index = first
        while index < entries.count {
            let entry = entries[index]
            if entry.depth < depth { break }
            if entry.depth == depth {
                guard let place = names.index(of: entry.key, guess: guess) else {
                    throw Refusal(
                        .unknownField, slots.path(printable(entry.key)), "leave it out: the schema has no such field")
                }
                guard slots[place].kind == .absent else {
                    throw Refusal(.duplicateKey, slots.path(names[place]), "say it once")
                }
                slots[place] = entry.slot(at: index)
                guess = place + 1
            }
            index += 1
        }
    }

    /// The time of `{"tick": …}`; nil where the document is no tick, `.some(nil)` where it states none.
    private static func tick(_ entries: Entries) throws(Refusal) -> Int64?? {
        guard entries.count > 1, entries[1].isTick else { return nil }
        let first = entries[1]
        for index in 2..<max(2, entries.count) where entries[index].depth == 1 {
            let other = entries[index]
            if other.isTick { throw Refusal(.duplicateKey, EventDecoder.tickName, "say it once") }
            throw Refusal(.unknownField, printable(other.key), "leave it out: a tick stands alone")
        }
        let slot = first.slot(at: 1)
        guard slot.isPresent else { return .some(nil) }
        let time = try slot.wholeNumber(EventDecoder.tickName)
        guard Timestamp.allowed.contains(time) else {
            throw Refusal(.outOfRange, EventDecoder.tickName, "give ms since 1970-01-01T00:00:00Z, within 1970 to 2199")
        }
        return time
    }
}

/// The document as the parser laid it out, until its next parse.
@safe private struct Entries {
    private let first: UnsafePointer<json_entry>
    let count: Int

    init(first: UnsafePointer<json_entry>, count: Int) {
        unsafe self.first = unsafe first
        self.count = count
    }

    subscript(index: Int) -> Entry {
        precondition(index < count)
        return unsafe Entry(first[index])
    }
}

/// One value of the document, borrowed from the parser until its next parse.
@safe private struct Entry {
    private let entry: json_entry

    init(_ entry: json_entry) { unsafe self.entry = unsafe entry }

    var depth: Int { unsafe Int(entry.depth) }

    var key: RawSpan {
        @_lifetime(borrow self) get {
            unsafe _overrideLifetime(
                RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: entry.key, count: Int(entry.key_count))),
                borrowing: self)
        }
    }

    var isTick: Bool { Self.tick.index(of: key) != nil }

    private static let tick = NameList([EventDecoder.tickName])

    func slot(at index: Int) -> Slot {
        switch unsafe entry.kind {
        case json_null: Slot(.null)
        case json_boolean: Slot(.boolean)
        case json_integer: Slot(.integer, integer: unsafe entry.integer)
        case json_large_integer: Slot(.largeInteger)
        case json_fraction: Slot(.fraction)
        case json_string: unsafe Slot(text: UnsafeRawPointer(entry.text), count: Int(entry.text_count))
        case json_array: Slot(.array)
        default: Slot(.message, integer: Int64(index))
        }
    }
}

/// A name that someone else chose, fit for an error: cut off at 64 bytes, `?` for whatever is not printable ASCII.
private func printable(_ name: RawSpan) -> String {
    var text = ""
    for index in 0..<min(64, name.byteCount) {
        let byte: UInt8 = name.load(littleEndianAt: index)
        text.append((0x21...0x7E).contains(byte) ? Character(Unicode.Scalar(byte)) : "?")
    }
    return text
}
