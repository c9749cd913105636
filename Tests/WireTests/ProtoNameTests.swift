import Events
import Testing
import Wire

/// proto3's JSON mapping: parsers take a field's name in event.proto as well as its name in JSON.
@Suite struct ProtoNameTests {
    private let decoder = EventDecoder()

    @Test(arguments: [nil] + EventType.allCases.map(Optional.some))
    func `both names of each field are those of the schema`(_ type: EventType?) {
        #expect(SchemaNames.alsoTaken(of: type) == SchemaNames.declared(of: type))
    }

    @Test(arguments: EventType.allCases)
    func `an event under the names of the schema is the same event`(_ type: EventType) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var events = RandomEvents(seed: seed)
        for _ in 0..<50 {
            let (person, event) = try events.event(type)
            let json = Self.renamed(EventEncoder.json(person: person, event: event))
            #expect(try decoder.decode(unsafe json.span.bytes) == .event(person: person, event: event), "seed \(seed)")
        }
    }

    @Test func `a field under both names is a duplicate`() throws {
        var events = RandomEvents(seed: 1)
        let (person, event) = try events.event(.repayment)
        let text = String(decoding: EventEncoder.json(person: person, event: event), as: UTF8.self)
        for (name, doubled) in [
            ("eventId", text.replacing("{\"eventId\"", with: "{\"event_id\":\"e\",\"eventId\"")),
            ("eventId", text.replacing("\"person\"", with: "\"event_id\":\"e\",\"person\"")),
            ("repayment.amountDue", text.replacing("\"amountDue\"", with: "\"amount_due\":5,\"amountDue\"")),
        ] {
            let bytes = Array(doubled.utf8)
            let refusal = #expect(throws: Refusal.self) { try decoder.decode(unsafe bytes.span.bytes) }
            #expect(refusal?.reason == .duplicateKey && refusal?.field == name, "\(String(describing: refusal))")
        }
    }

    private static func renamed(_ json: [UInt8]) -> [UInt8] {
        var text = String(decoding: json, as: UTF8.self)
        for type in [nil] + EventType.allCases.map(Optional.some) {
            for (name, other) in zip(SchemaNames.used(of: type), SchemaNames.alsoTaken(of: type)) {
                text = text.replacing("\"\(name)\":", with: "\"\(other)\":")
            }
        }
        return Array(text.utf8)
    }
}
