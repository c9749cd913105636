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
        let entries = try parse(value)
        if let time = try Self.tick(entries) { return .tick(time: time) }
        members.begin(nil)
        try Self.fill(&members, from: 0, of: entries, names: EventMembers.eventNames.names) {
            (refusal) throws(Refusal) in throw refusal
        }
        let body = try members.body()
        let slot = members[EventMembers.firstBody + body]
        guard slot.kind == .message else { throw Self.noObject(body) }
        bodyMembers.begin(EventMembers.bodies[body])
        try Self.fill(&bodyMembers, from: Int(slot.integer), of: entries, names: EventMembers.bodyNames[body].names) {
            (refusal) throws(Refusal) in throw refusal
        }
        return try members.event(body: bodyMembers)
    }

    /// All that is wrong with a value that `decode` refuses. Cold.
    mutating func diagnose(_ value: RawSpan) -> Diagnosis {
        var diagnosis = Diagnosis()
        let entries: JSONEntries
        do throws(Refusal) {
            entries = try parse(value)
            if try Self.tick(entries) != nil { return diagnosis }
        } catch {
            diagnosis.add(error)
            return diagnosis
        }
        members.begin(nil)
        Self.fill(&members, from: 0, of: entries, names: EventMembers.eventNames.names) { diagnosis.add($0) }
        if diagnosis.faults.contains(where: { $0.reason == .unsupportedFraming }) { return diagnosis }
        guard let body = diagnosis.body(of: members) else {
            diagnosis.read(members, body: nil)
            return diagnosis
        }
        let slot = members[EventMembers.firstBody + body]
        guard slot.kind == .message else {
            diagnosis.add(Self.noObject(body))
            diagnosis.read(members, body: nil)
            return diagnosis
        }
        bodyMembers.begin(EventMembers.bodies[body])
        Self.fill(&bodyMembers, from: Int(slot.integer), of: entries, names: EventMembers.bodyNames[body].names) {
            diagnosis.add($0)
        }
        // Of a document that was cut off, what is missing may be in the rest.
        if entries.count < Self.entriesMax { diagnosis.read(members, body: bodyMembers) }
        return diagnosis
    }

    private func parse(_ value: RawSpan) throws(Refusal) -> JSONEntries {
        let outcome = unsafe value.withUnsafeBytes {
            unsafe json_parser_parse(parser, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        switch outcome {
        case json_parsed:
            return unsafe JSONEntries(first: json_parser_entries(parser), count: json_parser_entry_count(parser))
        case json_invalid_utf8: throw Refusal(.invalidUTF8, "", "write JSON as UTF-8")
        case json_too_deep: throw Refusal(.tooDeep, "", "nest no deeper than \(EventDecoder.depthMax) levels")
        case json_no_memory: fatalError("no memory to parse JSON")
        default:
            let mend = ForeignForm(value)?.mend ?? JSONFault(value).mend
            throw Refusal(.malformedJSON, "", mend)
        }
    }

    private static func noObject(_ body: Int) -> Refusal {
        Refusal(.wrongType, EventMembers.bodies[body].name, "give an object")
    }

    /// Fills the slots with the members of the object at entry `parent`. Hands what is wrong to `report`, and goes on where
    /// that does not throw: a member whose name is nearly right is then read as the one that was meant.
    private static func fill<Failure: Error>(
        _ slots: inout FieldSlots, from parent: Int, of entries: JSONEntries, names: NameList,
        _ report: (Refusal) throws(Failure) -> Void
    ) throws(Failure) {
        let depth = slots.message == nil ? 1 : 2
        var guess = 0
        var unknownCount = 0
        var index = parent + 1
        while index < entries.count {
            let entry = entries[index]
            if entry.depth < depth { break }
            if entry.depth == depth {
                let found = names.index(of: entry.key, guess: guess) ?? Self.place(underProtoName: entry.key, slots)
                if let place = found {
                    if slots[place].kind == .absent {
                        slots[place] = entry.slot(at: index)
                    } else {
                        try report(Refusal(.duplicateKey, slots.path(names[place]), "say it once"))
                    }
                    guess = place + 1
                } else {
                    let unknown = Self.unknown(entry, in: slots, of: entries, isFirst: unknownCount == 0)
                    try report(unknown.refusal)
                    unknownCount += 1
                    // Inside an envelope stands another document. And more faults than these are not told.
                    if unknown.isEnvelope || unknownCount > Diagnosis.faultsMax { return }
                    if let meant = unknown.meant, slots[meant].kind == .absent {
                        slots[meant] = entry.slot(at: index)
                    }
                }
            }
            index += 1
        }
    }

    /// The place of a member that comes under its name in event.proto.
    @inline(never)
    private static func place(underProtoName name: RawSpan, _ slots: FieldSlots) -> Int? {
        EventMembers.names(of: slots.message).protoNames.index(of: name)
    }

    /// Cold.
    private static func unknown(_ entry: JSONEntry, in slots: FieldSlots, of entries: JSONEntries, isFirst: Bool)
        -> (refusal: Refusal, meant: Int?, isEnvelope: Bool)
    {
        let name = printable(entry.key)
        if slots.message == nil, isFirst, let envelope = Envelope(entries) { return (envelope.refusal, nil, true) }
        if slots.message == nil, entry.isTick {
            return (Refusal(.unknownField, name, "send the tick by itself: nothing stands beside it"), nil, false)
        }
        let bodies = EventMembers.bodies.filter { body in
            entries.members(of: 0).contains { EventMembers.body(named: entries[$0].key) == body }
        }
        let unknown = UnknownMember(name, in: slots.message, bodies: bodies)
        return (Refusal(.unknownField, slots.path(name), unknown.mend), unknown.meant, false)
    }

    /// The time of `{"tick": …}`; nil where the document is no tick, `.some(nil)` where it states none.
    private static func tick(_ entries: JSONEntries) throws(Refusal) -> Int64?? {
        guard entries.count > 1, entries[1].isTick else { return nil }
        let first = entries[1]
        for index in 2..<max(2, entries.count) where entries[index].depth == 1 {
            let other = entries[index]
            if other.isTick { throw Refusal(.duplicateKey, EventDecoder.tickName, "say it once") }
            throw Refusal(.unknownField, printable(other.key), "leave it out: nothing stands beside a tick")
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
