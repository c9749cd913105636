import CorpusFiles
import Events
import TestBroker
import Testing
import Wire

/// What Confluent's serializers put before an event changes nothing about it.
@Suite struct RegistryFramingTests {
    private let decoder = EventDecoder()

    @Test func `a consent framed by a Schema Registry's serializer is the consent`() throws {
        // Confluent's documentation of its wire format: 0, the schema id in 4 bytes (here 391), for Protobuf the message
        // index of Event, [0], for short a single 0.
        let frame: [UInt8] = [0x00, 0x00, 0x00, 0x01, 0x87]
        let json = try Golden.json(.consent)
        let consent = try decode(json)
        #expect(try decode(frame + json) == consent)
        #expect(try decode(frame + [0x00] + Golden.protobuf(.consent)) == consent)
        // The same index in full: one place, 0, both as zigzag varints.
        #expect(try decode(frame + [0x02, 0x00] + Golden.protobuf(.consent)) == consent)
        #expect(try decode(frame + Array(#"{"tick":null}"#.utf8)) == .tick(time: nil))
    }

    @Test func `any event framed, under any schema id, is the event`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var events = RandomEvents(seed: seed)
        for _ in 0..<2000 {
            let (person, event) = try events.event()
            let frame = [0] + bigEndian(UInt32(events.integer(0...Int64(UInt32.max))))
            let json = EventEncoder.json(person: person, event: event)
            #expect(try decode(frame + json) == .event(person: person, event: event), "seed \(seed)")
            for index: [UInt8] in [[0], [2, 0]] {
                let protobuf = frame + index + EventEncoder.protobuf(person: person, event: event)
                #expect(try decode(protobuf) == .event(person: person, event: event), "seed \(seed)")
            }
        }
    }

    /// Whose bytes come to the decoder at all; framed ones are in the corpus in their own right.
    @Test(arguments: try Corpus.cases().filter { $0.value?.isEmpty == false && $0.value?.first != 0 })
    func `what is refused is refused alike when framed`(_ sample: CorpusCase) throws {
        let value = sample.value!
        let isJSON = value.first == UInt8(ascii: "{")
        let plain = outcome(value)
        #expect(outcome([0, 0, 0, 0, 7] + (isJSON ? [] : [0]) + value) == plain)
    }

    @Test(arguments: EventType.allCases)
    func `each cut of a framed record is refused`(_ type: EventType) throws {
        for whole in try [
            [0, 0, 0, 0, 7] + Golden.json(type), [0, 0, 0, 0, 7, 0] + Golden.protobuf(type),
            [0, 0, 0, 0, 7, 2, 0] + Golden.protobuf(type),
        ] {
            for count in 0..<whole.count {
                guard case .failure(let refusal) = outcome(Array(whole[..<count])) else {
                    Issue.record("\(type): \(count) of \(whole.count) bytes are an event")
                    continue
                }
                if (1...5).contains(count) { #expect(refusal.reason == .unsupportedFraming, "\(count) bytes") }
            }
        }
    }

    @Test(
        arguments: [
            // Index and what follows | what the refusal says of it
            ([0x02, 0x0c, 0x0a, 0x01, 0x67], "names message [6], not [0]"),
            ([0x04, 0x00, 0x02, 0x0a, 0x01, 0x67], "names message [0, 1], not [0]"),
            ([0x0a, 0x02, 0x04, 0x06, 0x08, 0x0a, 0x01], "names message [1, 2, 3, 4, …], not [0]"),
            ([0x02, 0x80, 0x00, 0x0a, 0x01, 0x67], ""),  // 0, longer than need be: Confluent's readers take it
            ([0x02], "byte 5 begins neither"),
            ([0x01, 0x00, 0x0a, 0x01, 0x67], "byte 5 begins neither"),  // -1 places
            ([0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x0a], "byte 5 begins neither"),  // beyond 32 bits
            ([0x20, 0x7b, 0x7d], "byte 5 begins neither"),  // blank before `{`
        ] as [([UInt8], String)])
    func `another message than Event is refused by its place`(_ rest: [UInt8], _ says: String) {
        guard case .failure(let refusal) = outcome([0, 0, 0, 0, 7] + rest) else {
            Issue.record("accepted")
            return
        }
        if says.isEmpty {
            #expect(refusal.reason == .noBody)
        } else {
            #expect(refusal.reason == .unsupportedFraming)
            #expect(refusal.mend.contains(says), "\(refusal)")
            #expect(refusal.mend.contains("byte 5"), "\(refusal)")
        }
    }

    @Test func `no flipped bit of the framing crashes the decoder, and the id is not looked at`() throws {
        for good in try [[0, 0, 0, 0, 7, 2, 0] + Golden.protobuf(.bill), [0, 0, 0, 0, 7] + Golden.json(.bill)] {
            for index in 0..<8 {
                for bit in 0..<8 {
                    var bytes = good
                    bytes[index] ^= 1 << UInt8(bit)
                    let found = outcome(bytes)
                    #expect((found == outcome(good)) == (1...4).contains(index), "byte \(index), bit \(bit)")
                }
            }
        }
    }

    @Test(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
    func `what Confluent's own serializers write is read as the golden events`() throws {
        let python = try #require(PythonTools.shared)
        let script = Golden.folder.appending(path: "../../Tests/SchemaChecks/registry_serializers.py").standardized.path
        let said = try Shell.expect(
            python.path, script, Golden.folder.path, environment: ["PYTHONPATH": python.classes])
        let lines = said.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines.count == 2 * EventType.allCases.count + 1)
        for words in lines {
            let type = try #require(EventType.allCases.first { $0.name == words[0] }, "\(words)")
            let value = Golden.bytes(words[2])
            #expect(value.first == 0)
            if words[1] == "alone" {
                guard case .failure(let refusal) = outcome(value) else {
                    Issue.record("a consent that stands alone is an event")
                    continue
                }
                #expect(refusal.mend.contains("message [6]"), "\(refusal)")
            } else {
                #expect(outcome(value) == outcome(try Golden.json(type)), "\(words)")
            }
        }
    }

    private func decode(_ bytes: [UInt8]) throws(Refusal) -> Decoded { try decoder.decode(unsafe bytes.span.bytes) }

    private func outcome(_ bytes: [UInt8]) -> Result<Decoded, Refusal> {
        do throws(Refusal) { return .success(try decode(bytes)) } catch { return .failure(error) }
    }

    private func bigEndian(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}
