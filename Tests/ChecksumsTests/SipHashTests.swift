import KeyedHashes
import Testing

@Suite struct SipHashTests {
    /// The key of SipHash's own vectors: bytes 0 to 15.
    static let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0F0E_0D0C_0B0A_0908)

    /// Bytes 0, 1, 2 …, so many; SipHash-2-4 of 64 bits, little endian. Source: the paper's appendix A for 15, else
    /// `vectors.h` of the reference implementation.
    @Test(
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (15, 0xA129_CA61_49BE_45E5),
        ] as [(UInt8, UInt64)])
    func `64 bits as SipHash's own vectors say`(count: UInt8, expected: UInt64) {
        let input = Array(0..<count)
        #expect(unsafe SipHash.short(input.span.bytes, key: Self.key) == expected)
    }

    /// The same of 128 bits, the first word first. Source: `vectors.h`.
    @Test(
        arguments: [
            (0, 0xE6A8_25BA_047F_81A3, 0x9302_55C7_1472_F66D), (1, 0x44AF_996B_D8C1_87DA, 0x45FC_229B_1159_7634),
        ] as [(UInt8, UInt64, UInt64)])
    func `128 bits as SipHash's own vectors say`(count: UInt8, first: UInt64, second: UInt64) {
        let input = Array(0..<count)
        #expect(unsafe SipHash.long(input.span.bytes, key: Self.key) == (first, second))
    }
}
