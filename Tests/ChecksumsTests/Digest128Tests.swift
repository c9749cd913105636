import Checksums
import Testing

@Suite struct Digest128Tests {
    @Test func `hex has the high half first`() {
        let digest = Digest128(high: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        #expect(digest.hex == "0123456789abcdeffedcba9876543210")
        #expect(Digest128.zero.hex == "00000000000000000000000000000000")
    }

    @Test func `hex reads back what it prints`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            let digest = Digest128(high: generator.next(), low: generator.next())
            #expect(Digest128(hex: digest.hex) == digest)
        }
    }

    @Test(arguments: [
        "", "0", "0123456789abcdeffedcba987654321", "0123456789abcdeffedcba98765432100",
        "0123456789ABCDEFFEDCBA9876543210", "0123456789abcdeffedcba987654321g", " 123456789abcdeffedcba9876543210",
        "é123456789abcdeffedcba987654321",
    ])
    func `nothing else is a digest`(text: String) {
        #expect(Digest128(hex: text) == nil)
    }
}
