import Events
import Foundation
import Testing
import Wire

/// `schemas/golden` shows producers one record of each type in both forms; the encoder must write them byte for byte.
@Suite struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "schemas/golden")

    @Test(arguments: EventType.allCases)
    func `both forms of the golden example are one event`(_ type: EventType) throws {
        let json = try Data(contentsOf: Self.folder.appending(path: "\(type.name).json"))
        let protobuf = hexadecimal(
            try String(contentsOf: Self.folder.appending(path: "\(type.name).protobuf.hex"), encoding: .utf8))
        let decoder = EventDecoder()
        let line = [UInt8](json.dropLast())
        let fromJSON = try decoder.decode(unsafe line.span.bytes)
        #expect(try decoder.decode(unsafe protobuf.span.bytes) == fromJSON)
        guard case .event(let person, let event) = fromJSON else {
            Issue.record("a tick")
            return
        }
        #expect(event.type == type)
        #expect(EventEncoder.json(person: person, event: event) + [UInt8(ascii: "\n")] == [UInt8](json))
        #expect(EventEncoder.protobuf(person: person, event: event) == protobuf)
    }

    private func hexadecimal(_ text: String) -> [UInt8] {
        let digits = text.filter { !$0.isWhitespace }
        return stride(from: 0, to: digits.count, by: 2).map { start in
            UInt8(digits.dropFirst(start).prefix(2), radix: 16)!
        }
    }
}
