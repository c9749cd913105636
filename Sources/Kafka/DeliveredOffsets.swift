internal import CRDKafka

/// Where a writer's records have come to stand, as its delivery reports told: runs of offsets by partition.
///
/// Complexity: 16 bytes for each run. A writer that is alone in a partition makes one run; others that write there at the
/// same time cut it into several.
public struct DeliveredOffsets: Equatable, Sendable {
    /// A partition of a topic.
    public struct Place: Hashable, Sendable {
        public var topic: String
        public var partition: Int32

        public init(topic: String, partition: Int32) {
            self.topic = topic
            self.partition = partition
        }
    }

    /// Ascending and apart from each other.
    public private(set) var runs: [Place: [Range<Int64>]] = [:]
    /// Delivered records whose report told no offset: a broker that already had the record does not say where.
    public private(set) var unplaced: [Place: Int] = [:]

    public init() {}

    public var isEmpty: Bool { runs.isEmpty && unplaced.isEmpty }

    /// Takes one record in. Reports of one partition come in the order of its offsets.
    package mutating func add(_ place: Place, _ offset: Int64) {
        guard offset >= 0 else {
            unplaced[place, default: 0] += 1
            return
        }
        Self.append(offset..<offset + 1, to: &runs[place, default: []])
    }

    /// Takes all of `later` in, which was delivered after what is here.
    public mutating func append(_ later: DeliveredOffsets) {
        for (place, ranges) in later.runs {
            for range in ranges { Self.append(range, to: &runs[place, default: []]) }
        }
        for (place, count) in later.unplaced { unplaced[place, default: 0] += count }
    }

    private static func append(_ range: Range<Int64>, to runs: inout [Range<Int64>]) {
        if let last = runs.last, last.upperBound == range.lowerBound {
            runs[runs.count - 1] = last.lowerBound..<range.upperBound
        } else {
            runs.append(range)
        }
    }
}

/// Collects the offsets of a writer's records for whoever has asked for them.
struct OffsetMemory {
    private var names: [(handle: UInt, name: String)] = []
    private(set) var delivered = DeliveredOffsets()

    /// Notes a delivered record. A writer has few topics, so that looking through their handles is quick.
    mutating func note(_ message: UnsafePointer<rd_kafka_message_t>) {
        let handle = UInt(bitPattern: unsafe message.pointee.rkt)
        var name = names.first { $0.handle == handle }?.name
        if name == nil {
            name = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
            names.append((handle, name!))
        }
        let partition = unsafe message.pointee.partition
        delivered.add(.init(topic: name!, partition: partition), unsafe message.pointee.offset)
    }

    mutating func take() -> DeliveredOffsets {
        defer { delivered = DeliveredOffsets() }
        return delivered
    }
}
