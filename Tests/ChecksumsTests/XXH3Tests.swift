import Checksums
import Testing

@Suite struct XXH3Tests {
    /// bytes of the sanity buffer, seed, XXH3-64. Source: xxHash 0.8, `cli/xsum_sanity_check.c`.
    @Test(
        arguments: [
            (0, 0, 0x2D06_8005_38D3_94C2),
            (0, prime64, 0xA8A6_B918_B2F0_364A),
            (1, 0, 0xC44B_DFF4_074E_ECDB),
            (1, prime64, 0x032B_E332_DD76_6EF8),
            (6, 0, 0x27B5_6A84_CD2D_7325),
            (12, 0, 0xA713_DAF0_DFBB_77E7),
            (24, 0, 0xA3FE_70BF_9D35_10EB),
            (48, 0, 0x397D_A259_ECBA_1F11),
            (80, 0, 0xBCDE_FBBB_2C47_C90A),
            (195, 0, 0xCD94_217E_E362_EC3A),
            (403, 0, 0xCDEB_804D_65C6_DEA4),
            (512, 0, 0x617E_4959_9013_CB6B),
            (2048, 0, 0xDD59_E2C3_A5F0_38E0),
        ] as [(Int, UInt64, UInt64)])
    func `64 bits as xxHash's own vectors say`(count: Int, seed: UInt64, expected: UInt64) {
        #expect(unsafe xxh3(sanityBuffer(count).span.bytes, seed: seed) == expected)
    }

    /// bytes of the sanity buffer, high, low of XXH3-128. Same source.
    @Test(
        arguments: [
            (0, 0x99AA_06D3_0147_98D8, 0x6001_C324_468D_497F),
            (1, 0xA6CD_5E93_9200_0F6A, 0xC44B_DFF4_074E_ECDB),
            (6, 0x082A_FE0B_8162_D12A, 0x3E70_39BD_DA43_CFC6),
            (12, 0x6E3E_FD8F_C780_2B18, 0x061A_1927_13F6_9AD9),
            (24, 0x0CE9_66E4_678D_3761, 0x1E70_44D2_8B1B_901D),
            (48, 0xA002_AC4E_5478_227E, 0xF942_219A_ED80_F67B),
            (222, 0x337E_0964_1B94_8717, 0xF1AE_BD59_7CEC_6B3A),
            (403, 0x1B6D_E21E_332D_D73D, 0xCDEB_804D_65C6_DEA4),
            (512, 0x18D2_D110_DCC9_BCA1, 0x617E_4959_9013_CB6B),
            (2048, 0xF736_557F_D470_73A5, 0xDD59_E2C3_A5F0_38E0),
        ] as [(Int, UInt64, UInt64)])
    func `128 bits as xxHash's own vectors say`(count: Int, high: UInt64, low: UInt64) {
        #expect(unsafe xxh3Digest(sanityBuffer(count).span.bytes) == Digest128(high: high, low: low))
    }

    /// Around every change of algorithm: one pass over a copy, streaming, and XXH3's own length classes.
    @Test(arguments: Array(0...600) + [1007, 1008, 1009, 1024, 4096, 65_537])
    func `a chain hashes the concatenation`(count: Int) {
        let previous = Digest128(high: 0x0102_0304_0506_0708, low: 0xF1F2_F3F4_F5F6_F7F8)
        let bytes = sanityBuffer(count)
        let prefix: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8]
        let joined = prefix + bytes
        #expect(unsafe chained(previous, bytes.span.bytes) == xxh3Digest(joined.span.bytes))
    }

    @Test func `a chain depends on order`() {
        let first: [UInt8] = [1]
        let second: [UInt8] = [2]
        let forwards = unsafe chained(chained(.zero, first.span.bytes), second.span.bytes)
        let backwards = unsafe chained(chained(.zero, second.span.bytes), first.span.bytes)
        #expect(forwards != backwards)
    }
}

private let prime64: UInt64 = 11_400_714_785_074_694_797

/// The bytes that xxHash's sanity check hashes.
private func sanityBuffer(_ count: Int) -> [UInt8] {
    var generator: UInt64 = 2_654_435_761
    return (0..<count).map { _ in
        defer { generator = generator &* prime64 }
        return UInt8(truncatingIfNeeded: generator >> 56)
    }
}
