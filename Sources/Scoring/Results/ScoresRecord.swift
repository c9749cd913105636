import Checksums
import Events

/// One Kafka record of topic `scores`: results of a partition, one after the other, behind a prefix.
///
/// ```
/// value   0 u64 checksum, as in TimelineRecord     8 u8 format version, 1     9 3 × u8 0
///        12 u32 results                           16 the results
/// key     0 u64 sequence of the first result
/// ```
public enum ScoresRecord {
    public static let formatVersion: UInt8 = 1
    public static let prefixByteCount = 16

    public static func key(firstSequence: UInt64, into bytes: inout [UInt8]) {
        bytes.append(littleEndian: firstSequence)
    }

    /// Appends a value that holds `count` results, whose bytes are `results`.
    public static func encode(results: RawSpan, count: Int, key: RawSpan, partition: Int32, into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(littleEndian: UInt64(0))
        bytes.append(contentsOf: [formatVersion, 0, 0, 0])
        bytes.append(littleEndian: UInt32(count))
        bytes.append(span: results)
        let checksum = unsafe checksum(key: key, value: bytes.span.bytes.extracting(start...), partition: partition)
        bytes.store(littleEndian: checksum, at: start)
    }

    /// Checks a value and returns how many results it holds, and their bytes.
    @_lifetime(copy value)
    public static func results(key: RawSpan, value: RawSpan, partition: Int32) throws -> RawSpan {
        guard value.byteCount >= prefixByteCount else { throw TimelineError.layout("scores prefix") }
        guard value.load(littleEndianAt: 0) == checksum(key: key, value: value, partition: partition) else {
            throw TimelineError.checksum
        }
        let version: UInt8 = value.load(littleEndianAt: 8)
        guard version == formatVersion else { throw TimelineError.format(version) }
        return value.extracting(prefixByteCount...)
    }

    private static func checksum(key: RawSpan, value: RawSpan, partition: Int32) -> UInt64 {
        xxh3(key, seed: xxh3(value.extracting(8...), seed: UInt64(UInt32(bitPattern: partition))))
    }
}
