import Events

/// What a tool has wrapped around an event in JSON: the event itself lies deeper. Cold: looked for after a member of the
/// outer object was found unknown.
struct Envelope {
    let refusal: Refusal

    /// nil where the document is no envelope that is known, and no member of it holds an event.
    init?(_ entries: JSONEntries) {
        let outer = Self.names(of: 0, in: entries)
        func has(_ names: String...) -> Bool { names.allSatisfy { outer[$0] != nil } }
        func isDebezium(_ names: [String: Int]) -> Bool {
            names["op"] != nil && (names["after"] != nil || names["before"] != nil)
        }
        if has("schema"), let payload = outer["payload"] {
            let connect =
                "set value.converter.schemas.enable=false in Kafka Connect, so that the event stands without an envelope"
            let debezium = "; set the transform ExtractNewRecordState as well: Debezium has put one around it, too"
            self.init("payload", isDebezium(Self.names(of: payload, in: entries)) ? connect + debezium : connect)
        } else if isDebezium(outer) {
            self.init(
                "after",
                "set the transform ExtractNewRecordState, so that Debezium sends the row alone, without its envelope")
        } else if has("specversion", "data") {
            self.init(
                "data",
                "send CloudEvents in binary mode, so that what stands in data is the value, and the rest are headers")
        } else if let holder = Self.holder(in: entries) {
            self.init(holder, "send what stands in \(holder) as the value: it is the event, and this is an envelope")
        } else {
            return nil
        }
    }

    private init(_ field: String, _ mend: String) { refusal = Refusal(.unsupportedFraming, field, mend) }

    /// Places by name of an object's members.
    private static func names(of parent: Int, in entries: JSONEntries) -> [String: Int] {
        Dictionary(entries.members(of: parent).map { (printable(entries[$0].key), $0) }) { first, _ in first }
    }

    /// The member that holds an object with an event's id and person. No body of an event has these.
    private static func holder(in entries: JSONEntries) -> String? {
        let holder = entries.members(of: 0).first { parent in
            guard entries[parent].isObject else { return false }
            let names = EventMembers.names(of: nil)
            let places = entries.members(of: parent).compactMap { names.index(of: entries[$0].key) }
            return places.contains(EventField.eventId.rawValue) && places.contains(EventField.person.rawValue)
        }
        return holder.map { printable(entries[$0].key) }
    }
}
