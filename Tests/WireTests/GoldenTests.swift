import Events
import Testing
import Wire

/// `schemas/golden` shows producers one record of each type in both forms; the encoder must write them byte for byte.
@Suite struct GoldenTests {
    @Test(arguments: EventType.allCases)
    func `both forms of the golden example are one event`(_ type: EventType) throws {
        let json = try Golden.json(type)
        let protobuf = try Golden.protobuf(type)
        let decoder = EventDecoder()
        let fromJSON = try decoder.decode(unsafe json.span.bytes)
        #expect(try decoder.decode(unsafe protobuf.span.bytes) == fromJSON)
        guard case .event(let person, let event) = fromJSON else {
            Issue.record("a tick")
            return
        }
        #expect(event.type == type)
        #expect(EventEncoder.json(person: person, event: event) == json)
        #expect(EventEncoder.protobuf(person: person, event: event) == protobuf)
    }
}
