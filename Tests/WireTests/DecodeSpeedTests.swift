import Events
import Testing
import Wire

@Suite struct DecodeSpeedTests {
    @Test func `what decoding costs is printed, not judged`() throws {
        var events = RandomEvents(seed: 5)
        let (person, event) = try events.event(.repayment)
        let hasher = PersonHasher(secret: [UInt8](repeating: 7, count: 32))
        let decoder = EventDecoder()
        for (form, bytes) in [
            ("JSON", EventEncoder.json(person: person, event: event)),
            ("Protobuf", EventEncoder.protobuf(person: person, event: event)),
        ] {
            let nanoseconds = try perCall(100_000) {
                guard case .event(person, _) = try decoder.decode(unsafe bytes.span.bytes) else { throw Unexpected() }
            }
            print("\(form): \(nanoseconds) ns to decode a repayment of \(bytes.count) bytes")
        }
        let key = hasher.key(of: person)
        let nanoseconds = try perCall(100_000) {
            guard hasher.key(of: person) == key else { throw Unexpected() }
        }
        print("key: \(nanoseconds) ns for a reference of \(person.count) bytes")
        let spelled = Array(person.text.utf8)
        let comparison = try perCall(1_000_000) {
            guard person.isSpelled(unsafe spelled.span.bytes) else { throw Unexpected() }
        }
        print("record key: \(comparison) ns to compare it with a reference of \(person.count) bytes")
    }

    private struct Unexpected: Error {}

    private func perCall(_ count: Int, _ body: () throws -> Void) rethrows -> Int64 {
        let duration = try ContinuousClock().measure {
            for _ in 0..<count { try body() }
        }
        return (duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000)
            / Int64(count)
    }
}
