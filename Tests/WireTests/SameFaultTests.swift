import Events
import Testing
import Wire

/// The same fault has the same reason, and the same field, in both forms.
@Suite struct SameFaultTests {
    struct Row: Sendable {
        let json: String
        let protobuf: [UInt8]
        let reason: RefusalReason
        let field: String
    }

    private static let head: [UInt8] = text(1, "e") + text(2, "p") + text(3, "b") + number(4, 5)
    private static let headJSON = #""eventId":"e","person":"p","producer":"b","occurredAt":5"#

    static let rows: [Row] = [
        Row(json: "{}", protobuf: text(1, "e"), reason: .noBody, field: ""),
        Row(json: #"{"erasure":{}}"#, protobuf: text(33, ""), reason: .missingField, field: "eventId"),
        Row(
            json: "{\(headJSON),\"correction\":{}}", protobuf: head + text(34, ""), reason: .missingField,
            field: "correction.correctedEvent"),
        Row(
            json: "{\(headJSON),\"dispute\":{\"disputedEvent\":\"a b\"}}",
            protobuf: head + message(35, text(1, "a b")), reason: .invalidIdentifier, field: "dispute.disputedEvent"),
        Row(
            json: "{\(headJSON),\"dispute\":{\"disputedEvent\":7}}", protobuf: head + message(35, number(1, 7)),
            reason: .wrongType, field: "dispute.disputedEvent"),
        Row(
            json: "{\(headJSON),\"erasure\":{},\"dispute\":{}}", protobuf: head + text(33, "") + text(35, ""),
            reason: .severalBodies, field: "dispute"),
        Row(
            json: "{\(headJSON),\"consent\":{\"grant\":\"g\",\"purpose\":\"FUN\"}}",
            protobuf: head + message(32, text(1, "g") + number(2, 9)), reason: .unknownValue,
            field: "consent.purpose"),
        Row(
            json: #"{"eventId":"e","person":"p","producer":"b","occurredAt":-5,"erasure":{}}"#,
            protobuf: text(1, "e") + text(2, "p") + text(3, "b") + number(4, UInt64(bitPattern: -5)) + text(33, ""),
            reason: .outOfRange, field: "occurredAt"),
        Row(
            json: "{\(headJSON),\"currency\":\"EUR\",\"erasure\":{}}", protobuf: head + text(5, "EUR") + text(33, ""),
            reason: .contradiction, field: "currency"),
    ]

    @Test(arguments: rows)
    func `JSON and Protobuf refuse alike`(_ row: Row) {
        for bytes in [Array(row.json.utf8), row.protobuf] {
            let refusal = #expect(throws: Refusal.self) { try EventDecoder().decode(unsafe bytes.span.bytes) }
            #expect(refusal?.reason == row.reason)
            #expect(refusal?.field == row.field)
        }
    }

    @Test func `no cut or flipped bit of a good record crashes the decoder`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var events = RandomEvents(seed: seed)
        let decoder = EventDecoder()
        var refused = 0
        for type in EventType.allCases {
            let (person, event) = try events.event(type)
            for good in [
                EventEncoder.json(person: person, event: event), EventEncoder.protobuf(person: person, event: event),
            ] {
                for index in good.indices {
                    refused += isRefused(Array(good[..<index]), decoder) ? 1 : 0
                    for bit in 0..<8 {
                        var bytes = good
                        bytes[index] ^= 1 << UInt8(bit)
                        refused += isRefused(bytes, decoder) ? 1 : 0
                    }
                }
                #expect(
                    try decoder.decode(unsafe good.span.bytes) == .event(person: person, event: event), "seed \(seed)")
            }
        }
        #expect(refused > 0)
    }

    private func isRefused(_ bytes: [UInt8], _ decoder: EventDecoder) -> Bool {
        do throws(Refusal) {
            _ = try decoder.decode(unsafe bytes.span.bytes)
            return false
        } catch { return true }
    }
}

private func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + varint(value >> 7)
}

private func number(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

private func message(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(field << 3 | 2) + varint(UInt64(content.count)) + content
}

private func text(_ field: UInt64, _ text: String) -> [UInt8] { message(field, Array(text.utf8)) }
