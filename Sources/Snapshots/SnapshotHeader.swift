import Checksums

/// The first bytes of a snapshot file. Integers are little endian; n is the topic's byte count.
///
/// ```
/// at      size  what
/// 0       8     magic: "PLAINSNP"
/// 8       4     format version: 2
/// 12      4     n, 1 to 200
/// 16      4     partition
/// 20      4     zero
/// 24      8     offset: the next record to fold
/// 32      8     bytes of the payload, unpacked
/// 40      8     bytes of the body
/// 48      8     XXH3-64 of the body
/// 56      n     topic, ASCII
/// 56 + n  8     XXH3-64 of bytes 0 ..< 56 + n
/// 64 + n        body: zstd frames, each with its content size and checksum, to the end of the file
/// ```
///
/// A file is valid where each field holds what the table says, topic, partition and offset are those of its name, the
/// file ends where the body does, and body and payload have the checksums and sizes stated.
struct SnapshotHeader: Equatable {
    let name: SnapshotName
    let payloadBytes: Int
    let bodyBytes: Int
    let bodyChecksum: UInt64

    /// Beyond any state that one process folds; a header that claims more is not believed.
    static let payloadBytesMax = 16 << 30

    /// The longest header: what is read of a file before it is known how long its header is.
    static let bytesMax = bytes(topicBytes: SnapshotName.topicBytesMax)

    var bytes: Int { Self.bytes(topicBytes: name.topic.utf8.count) }

    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(self.bytes)
        bytes += Self.magic
        bytes.append(littleEndian: Self.formatVersion)
        bytes.append(littleEndian: UInt32(name.topic.utf8.count))
        bytes.append(littleEndian: name.partition)
        bytes.append(littleEndian: UInt32(0))
        bytes.append(littleEndian: name.offset)
        bytes.append(littleEndian: UInt64(payloadBytes))
        bytes.append(littleEndian: UInt64(bodyBytes))
        bytes.append(littleEndian: bodyChecksum)
        bytes += Array(name.topic.utf8)
        let checksum = unsafe xxh3(bytes.span.bytes)
        bytes.append(littleEndian: checksum)
        return bytes
    }

    init(name: SnapshotName, payloadBytes: Int, bodyBytes: Int, bodyChecksum: UInt64) {
        self.name = name
        self.payloadBytes = payloadBytes
        self.bodyBytes = bodyBytes
        self.bodyChecksum = bodyChecksum
    }

    /// Reads the header at the start of `bytes`, which hold the file's first `bytesMax` bytes, or all of a shorter one.
    init(_ bytes: [UInt8], fileBytes: Int) throws(Defect) {
        guard bytes.count >= Self.bytes(topicBytes: 1) else {
            throw Defect("cut off: \(fileBytes) bytes are too few for a header")
        }
        guard bytes[0..<8].elementsEqual(Self.magic) else {
            throw Defect("not a snapshot: the first 8 bytes are foreign")
        }
        // The version comes before the checksum, which another version may keep elsewhere.
        let version = bytes.littleEndian(UInt32.self, at: 8)
        guard version == Self.formatVersion else {
            throw Defect("format version \(version), and this program reads \(Self.formatVersion)")
        }
        let topicBytes = Int(bytes.littleEndian(UInt32.self, at: 12))
        guard (1...SnapshotName.topicBytesMax).contains(topicBytes) else {
            throw Defect("the header is damaged: a topic name of \(topicBytes) bytes")
        }
        let end = Self.bytes(topicBytes: topicBytes)
        guard bytes.count >= end else { throw Defect("cut off within the header, at \(fileBytes) of \(end) bytes") }
        let checksum = unsafe xxh3(bytes.span.bytes.extracting(0..<end - 8))
        guard bytes.littleEndian(UInt64.self, at: end - 8) == checksum else {
            throw Defect("the header is damaged: its checksum does not match")
        }
        let topic = String(decoding: bytes[Self.fixedBytes..<end - 8], as: UTF8.self)
        let partition = bytes.littleEndian(Int32.self, at: 16)
        let offset = bytes.littleEndian(Int64.self, at: 24)
        guard let name = SnapshotName(topic: topic, partition: partition, offset: offset) else {
            throw Defect("the header names topic \(topic), partition \(partition), offset \(offset), which cannot be")
        }
        let reserved = bytes.littleEndian(UInt32.self, at: 20)
        guard reserved == 0 else { throw Defect("the header's reserved field is \(reserved), not 0") }
        let payloadBytes = bytes.littleEndian(UInt64.self, at: 32)
        guard payloadBytes <= UInt64(Self.payloadBytesMax) else {
            throw Defect("a payload of \(payloadBytes) bytes is above the limit of \(Self.payloadBytesMax)")
        }
        let bodyBytes = bytes.littleEndian(UInt64.self, at: 40)
        guard bodyBytes == UInt64(fileBytes - end) else {
            throw Defect("the body should have \(bodyBytes) bytes and has \(fileBytes - end)")
        }
        self.init(
            name: name, payloadBytes: Int(payloadBytes), bodyBytes: Int(bodyBytes),
            bodyChecksum: bytes.littleEndian(UInt64.self, at: 48))
    }

    private static let magic = Array("PLAINSNP".utf8)
    static let formatVersion: UInt32 = 2
    private static let fixedBytes = 56

    private static func bytes(topicBytes: Int) -> Int { fixedBytes + topicBytes + 8 }
}

/// What is wrong with a file's content; the reader adds the path and the mend.
struct Defect: Error {
    let problem: String
    init(_ problem: String) { self.problem = problem }
}

extension [UInt8] {
    fileprivate mutating func append<Value: FixedWidthInteger>(littleEndian value: Value) {
        for shift in stride(from: 0, to: Value.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    fileprivate func littleEndian<Value: FixedWidthInteger>(_ type: Value.Type, at start: Int) -> Value {
        (0..<Value.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: self[start + $1]) }
    }
}
