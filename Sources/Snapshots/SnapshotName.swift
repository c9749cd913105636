/// What a snapshot is of, and how a file's name says so: `<topic>-<partition>-<offset in 19 digits>.snapshot`, so that
/// names sort as offsets do. A write that is not finished bears `.unfinished` after that.
struct SnapshotName: Equatable, Sendable {
    let topic: String
    let partition: Int32
    let offset: Int64

    /// Leaves room for the rest of the name within the 255 bytes that file systems allow. Kafka itself allows 249.
    static let topicBytesMax = 200
    static let unfinishedSuffix = ".unfinished"

    /// nil where the topic is not a Kafka topic's name (`[A-Za-z0-9._-]`) of at most `topicBytesMax` bytes, or a
    /// number is negative.
    init?(topic: String, partition: Int32, offset: Int64) {
        guard (1...Self.topicBytesMax).contains(topic.utf8.count), topic.utf8.allSatisfy(Self.isTopicByte),
            partition >= 0, offset >= 0
        else { return nil }
        self.topic = topic
        self.partition = partition
        self.offset = offset
    }

    /// nil for every name that `fileName` does not give.
    init?(fileName: String) {
        guard fileName.hasSuffix(Self.suffix) else { return nil }
        // The topic may hold dashes of its own: the last two are ours.
        let parts = fileName.dropLast(Self.suffix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, let partition = Int32(parts[parts.count - 2]),
            let offset = Int64(parts[parts.count - 1])
        else { return nil }
        self.init(topic: parts.dropLast(2).joined(separator: "-"), partition: partition, offset: offset)
        guard self.fileName == fileName else { return nil }
    }

    var fileName: String {
        let digits = String(offset)
        let zeros = String(repeating: "0", count: Self.offsetDigits - digits.count)
        return "\(topic)-\(partition)-\(zeros)\(digits)\(Self.suffix)"
    }

    private static let suffix = ".snapshot"
    private static let offsetDigits = 19

    private static func isTopicByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
