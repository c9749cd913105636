/// The partition in which Java's client (and librdkafka's `murmur2_random`) puts a record with this key.
///
/// Source: Apache Kafka, `org.apache.kafka.common.utils.Utils.murmur2` and `toPositive`.
public func murmur2Partition(key: [UInt8], partitions: Int32) -> Int32 {
    Int32(murmur2(key) & 0x7FFF_FFFF) % partitions
}

/// 32-bit MurmurHash2 under Kafka's seed.
public func murmur2(_ bytes: [UInt8]) -> UInt32 {
    let multiplier: UInt32 = 0x5BD1_E995
    var hash = 0x9747_B28C ^ UInt32(bytes.count)
    let wholeWords = bytes.count / 4
    for word in 0..<wholeWords {
        var mixed = (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[word * 4 + $1]) } &* multiplier
        mixed ^= mixed >> 24
        hash = (hash &* multiplier) ^ (mixed &* multiplier)
    }
    let rest = bytes[(wholeWords * 4)...]
    if !rest.isEmpty {
        hash ^= rest.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        hash = hash &* multiplier
    }
    hash ^= hash >> 13
    hash = hash &* multiplier
    return hash ^ (hash >> 15)
}
