import Events
import Foundation
import Testing
import Wire

/// All that is wrong with a value is told at once, and nothing else.
@Suite struct DiagnosisTests {
    private let decoder = EventDecoder()

    @Test(arguments: EventType.allCases)
    func `any fields that are spoilt are told, each once, and no other`(_ type: EventType) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var events = RandomEvents(seed: seed)
        var choice = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let (person, event) = try events.event(type)
            let json = Data(EventEncoder.json(person: person, event: event))
            var object = try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
            var body = try #require(object[type.name] as? [String: Any])
            var spoilt: Set<String> = []
            for name in body.keys.sorted() where Bool.random(using: &choice) {
                body[name] = [Int]()
                spoilt.insert("\(type.name).\(name)")
            }
            for name in object.keys.sorted() where name != type.name && Bool.random(using: &choice) {
                object[name] = [Int]()
                spoilt.insert(name)
            }
            object[type.name] = body
            let line = [UInt8](try JSONSerialization.data(withJSONObject: object))
            let faults = decoder.diagnose(unsafe line.span.bytes).faults
            #expect(faults.map(\.field).sorted() == spoilt.sorted(), "seed \(seed): \(faults)")
            #expect(faults.allSatisfy { $0.reason == .wrongType }, "seed \(seed): \(faults)")
        }
    }

    @Test func `a good value has no fault, and a bad one tells whose it is and when`() throws {
        for type in EventType.allCases {
            let good = try Golden.json(type)
            #expect(decoder.diagnose(unsafe good.span.bytes).faults.isEmpty)
            guard case .event(let person, let event) = try decoder.decode(unsafe good.span.bytes) else { continue }
            let text = String(decoding: good, as: UTF8.self)
            let bad = Array(text.replacing("\"producer\"", with: "\"producers\"").utf8)
            let diagnosis = decoder.diagnose(unsafe bad.span.bytes)
            #expect(diagnosis.faults.map(\.reason) == [.unknownField])
            #expect(diagnosis.person == person && diagnosis.type == type && diagnosis.occurredAt == event.occurredAt)
        }
    }

    @Test func `of hundreds of faults the first are told, and that there are more`() {
        let members = (0..<300).map { "\"unknown\($0)\":1" }.joined(separator: ",")
        for text in ["{\(members)}", "{\"repayment\":{\(members)}}"] {
            let bytes = Array(text.utf8)
            let diagnosis = decoder.diagnose(unsafe bytes.span.bytes)
            #expect(diagnosis.faults.count == Diagnosis.faultsMax && diagnosis.hasMore)
        }
    }

    @Test func `a fault of a document that is too long to be looked at whole is told`() {
        let array = "[" + Array(repeating: "1", count: 300).joined(separator: ",") + "]"
        for text in ["{\"eventId\":\(array)}", "{\"eventId\":\"e\",\"bill\":{\"kind\":\(array)}}"] {
            let bytes = Array(text.utf8)
            let refusal = #expect(throws: Refusal.self) { try decoder.decode(unsafe bytes.span.bytes) }
            #expect(decoder.diagnose(unsafe bytes.span.bytes).faults.first == refusal)
        }
    }
}
