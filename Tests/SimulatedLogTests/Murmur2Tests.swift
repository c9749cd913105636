import SimulatedLog
import Testing

@Suite struct Murmur2Tests {
    /// Source: Apache Kafka, `UtilsTest.testMurmur2`.
    @Test(
        arguments: [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] as [(String, Int32)])
    func `hashes as Kafka's own test says`(key: String, expected: Int32) {
        #expect(Int32(bitPattern: murmur2(Array(key.utf8))) == expected)
    }

    @Test func `a negative hash gives a partition, too`() {
        #expect(murmur2Partition(key: Array("foobar".utf8), partitions: 7) == (-790_332_482 & 0x7FFF_FFFF) % 7)
    }

    /// Source: the reference implementation of SplitMix64 (Vigna, 2015), seed 1234567.
    @Test func `SplitMix64 as its reference says`() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<3).map { _ in random.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            ])
    }
}
