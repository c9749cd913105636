internal import CRDKafka
import Log

/// A log on Apache Kafka, through librdkafka.
///
/// Not thread-safe: use it, and what it makes, from one thread. Each reader and writer is a client of its own with its
/// own connections; questions about topics share one.
public final class KafkaLog: Log {
    private static let lookupMilliseconds = 30_000

    let settings: KafkaSettings
    private let cluster: Cluster

    /// - Throws: `.configuration`, naming the property, when librdkafka does not take a setting. Connects later.
    public init(_ settings: KafkaSettings) throws(LogError) {
        self.settings = settings
        cluster = try Cluster(settings)
    }

    /// See `Log.reader`. Throws `.missingTopic` when the topic does not exist.
    public func reader(group: String, topic: String, instance: String) throws(LogError) -> KafkaReader {
        _ = try cluster.partitionCount(topic: topic)
        return try KafkaReader(settings, group: group, topic: topic, instance: instance)
    }

    /// See `Log.writer`.
    public func writer() throws(LogError) -> KafkaWriter {
        try KafkaWriter(settings, cluster)
    }

    /// See `Log.transactions`. Waits at most 30 s for the brokers.
    public func transactions(id: String) throws(LogError) -> KafkaTransactions {
        try KafkaTransactions(settings, cluster, id: id)
    }

    /// See `Log.partitionCount`. Waits at most 15 s.
    public func partitionCount(topic: String) throws(LogError) -> Int32 {
        try cluster.partitionCount(topic: topic)
    }

    /// See `Log.watermarks`. The high one counts records of open transactions too. Waits at most 30 s.
    public func watermarks(topic: String, partition: Int32) throws(LogError) -> Range<Int64> {
        try cluster.watermarks(topic: topic, partition: partition)
    }

    /// See `Log.read`. Ends at what was committed when it began, also where `range` goes on. A transaction shows once
    /// its markers have reached the partition, which may be a little after its commit has returned.
    public func read(
        topic: String, partition: Int32, range: Range<Int64>, _ body: (borrowing RecordBatch) throws -> Void
    ) throws {
        try read(topic: topic, partition: partition, range: range, valueBytesMax: .max, body)
    }

    /// The same with batches that hold at most `valueBytesMax` bytes of each value.
    public func read(
        topic: String, partition: Int32, range: Range<Int64>, valueBytesMax: Int,
        _ body: (borrowing RecordBatch) throws -> Void
    ) throws {
        let count = try cluster.partitionCount(topic: topic)
        guard partition >= 0, partition < count else {
            throw LogError(.missingTopic, "topic '\(topic)' has \(count) partitions: there is no \(partition)")
        }
        try PartitionScan(settings, topic: topic, partition: partition)
            .read(range, valueBytesMax: valueBytesMax, body)
    }

    /// See `Log.committed`: one entry per partition, in order. Waits at most 45 s.
    public func committed(group: String, topic: String) throws(LogError) -> [CommittedOffset] {
        let count = try cluster.partitionCount(topic: topic)
        let client = try Client(outsideGroup: group, settings)
        return try client.committed(topic: topic, Array(0..<count), within: Self.lookupMilliseconds, asMember: false)
    }
}

extension Client {
    /// A client that knows a group by name and is no member of it.
    convenience init(outsideGroup group: String, _ settings: KafkaSettings) throws(LogError) {
        try self.init(
            .consumer, settings,
            fixed: ["group.id": group, "enable.auto.commit": "false", "isolation.level": "read_committed"])
    }
}
