import Events
import Testing

/// What may be an identifier, and when two are one.
@Suite struct IdentifierTests {
    private static let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-".utf8)

    @Test func `letters, digits, dots, underscores, colons and dashes`() {
        #expect(Identifier("loan:2026-11.A_7")?.text == "loan:2026-11.A_7")
        #expect(Identifier("loan 7") == nil && Identifier("") == nil && Identifier("kredít") == nil)
    }

    @Test func `every byte in every place of every length is looked at by itself`() {
        for count in 1...Identifier.maxCount {
            for place in 0..<count {
                for byte in UInt8.min ... .max {
                    var bytes = Array(repeating: UInt8(ascii: "z"), count: count)
                    bytes[place] = byte
                    let identifier = identifier(bytes)
                    #expect((identifier != nil) == Self.allowed.contains(byte), "\(byte) at \(place) of \(count)")
                    if let identifier { #expect(Array(identifier.text.utf8) == bytes) }
                }
            }
        }
        #expect(Identifier(String(repeating: "a", count: Identifier.maxCount + 1)) == nil)
    }

    @Test func `two are equal where length and all bytes are`() {
        for count in 1...Identifier.maxCount {
            let bytes = (0..<count).map { UInt8(ascii: "0") + UInt8($0 % 10) }
            let one = identifier(bytes)!
            #expect(one == identifier(bytes))
            #expect(one.isSpelled(unsafe bytes.span.bytes))
            for place in 0..<count {
                var other = bytes
                other[place] = UInt8(ascii: "x")
                #expect(one != identifier(other)!, "\(place) of \(count)")
                // A key may be any bytes.
                other[place] = 0xFF
                #expect(!one.isSpelled(unsafe other.span.bytes), "\(place) of \(count)")
            }
            for wrong in [Array(bytes.dropLast()), bytes + [0], []] {
                #expect(!one.isSpelled(unsafe wrong.span.bytes), "\(count)")
            }
            if count > 1 { #expect(one != identifier(Array(bytes.dropLast()))!) }
        }
    }

    private func identifier(_ bytes: [UInt8]) -> Identifier? { Identifier(unsafe bytes.span.bytes) }
}
