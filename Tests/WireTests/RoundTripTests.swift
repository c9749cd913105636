import Events
import Testing
import Wire

@Suite struct RoundTripTests {
    private let decoder = EventDecoder()

    @Test func `a repayment in JSON becomes an event, and the same in Protobuf`() throws {
        let json = """
            {"eventId":"p-17","person":"person-1","producer":"a-bank","occurredAt":"1112860800000","currency":"TWD",
             "repayment":{"obligation":"card-1","kind":"CARD","dueDate":"2005-04-07","amountDue":50000,
             "amountPaid":50000,"paidDate":"2005-04-06","status":"PAID"}}
            """
        let expected = try Event(
            id: Identifier("p-17")!, producer: Identifier("a-bank")!, occurredAt: 1_112_860_800_000,
            currency: Currency("TWD"),
            body: .repayment(
                Repayment(
                    obligation: Identifier("card-1")!, kind: .card,
                    dueDate: CalendarDate(year: 2005, month: 4, day: 7)!, amountDueMinor: 50_000,
                    amountPaidMinor: 50_000, paidDate: CalendarDate(year: 2005, month: 4, day: 6), status: .paid)))
        let person = Identifier("person-1")!
        #expect(try decode(Array(json.utf8)) == .event(person: person, event: expected))
        let protobuf = EventEncoder.protobuf(person: person, event: expected)
        #expect(try decode(protobuf) == .event(person: person, event: expected))
        #expect(protobuf.count == 83)
    }

    @Test func `a tick may state its time or leave it open`() throws {
        #expect(String(decoding: EventEncoder.tick(nil), as: UTF8.self) == #"{"tick":null}"#)
        #expect(try decode(EventEncoder.tick(nil)) == .tick(time: nil))
        #expect(try decode(EventEncoder.tick(1_114_905_600_000)) == .tick(time: 1_114_905_600_000))
        #expect(try decode(Array(#"{ "tick" : "1114905600000" }"#.utf8)) == .tick(time: 1_114_905_600_000))
        for end in [Timestamp.allowed.lowerBound, Timestamp.allowed.upperBound] {
            #expect(try decode(EventEncoder.tick(end)) == .tick(time: end))
        }
    }

    @Test func `any event survives JSON and Protobuf`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var events = RandomEvents(seed: seed)
        for _ in 0..<20_000 {
            let (person, event) = try events.event()
            let json = EventEncoder.json(person: person, event: event)
            #expect(try decode(json) == .event(person: person, event: event), "seed \(seed)")
            let protobuf = EventEncoder.protobuf(person: person, event: event)
            #expect(try decode(protobuf) == .event(person: person, event: event), "seed \(seed)")
        }
    }

    @Test func `the order of members, white space and escapes mean nothing`() throws {
        let json = """
            {"correction":{"corrected\\u0045vent":"x-1"}, "occurredAt":0,
            "producer":"a-bank" ,"person":"p", "eventId" : "\\u0063-1","currency":null}\n
            """
        let event = try Event(
            id: Identifier("c-1")!, producer: Identifier("a-bank")!, occurredAt: 0, currency: nil,
            body: .correction(Correction(correctedEvent: Identifier("x-1")!)))
        #expect(try decode(Array(json.utf8)) == .event(person: Identifier("p")!, event: event))
    }

    @Test func `of a Protobuf field that occurs twice the last counts`() throws {
        var events = RandomEvents(seed: 1)
        let (person, event) = try events.event(.bill)
        let first = EventEncoder.protobuf(person: Identifier("someone-else")!, event: event)
        let bytes = first + EventEncoder.protobuf(person: person, event: event)
        #expect(try decode(bytes) == .event(person: person, event: event))
    }

    private func decode(_ bytes: [UInt8]) throws -> Decoded { try decoder.decode(unsafe bytes.span.bytes) }
}
