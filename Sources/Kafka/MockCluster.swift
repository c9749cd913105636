internal import CRDKafka
import Log

/// One broker inside this process, at a free port of 127.0.0.1: librdkafka's mock cluster, which needs no Java.
///
/// It serves writers, groups and plain commits, and ends with the last reference to it. It knows no admin requests (so
/// topics are made here, or with four partitions by whoever asks about one), no LogAppendTime and no real transactions. Of each partition it keeps the newest
/// `partitionBytesMax` bytes and drops older batches without a word: ask `losses`. Not thread-safe; clients of it may be
/// anywhere.
@safe public final class MockCluster {
    /// Bytes of a partition, compressed as they were sent, above which the oldest batches go.
    public static let partitionBytesMax = 5 << 20

    /// Records that a partition no longer holds: all below `firstKept`.
    public struct Loss: Equatable, Sendable {
        public var topic: String
        public var partition: Int32
        public var firstKept: Int64

        public init(topic: String, partition: Int32, firstKept: Int64) {
            self.topic = topic
            self.partition = partition
            self.firstKept = firstKept
        }
    }

    private static let answerMilliseconds = 30_000

    /// A client of the broker, which it also brings up.
    private let client: Client
    private let cluster: OpaquePointer

    /// `host:port`, for clients on this machine.
    public let servers: String

    /// - Throws: `.fatal` when no port can be opened.
    public init() throws(LogError) {
        client = try Client(
            .consumer, KafkaSettings(servers: "127.0.0.1", properties: [.init("log_level", "3")]),
            fixed: ["test.mock.num.brokers": "1"])
        guard let cluster = unsafe rd_kafka_handle_mock_cluster(client.handle),
            let servers = unsafe rd_kafka_mock_cluster_bootstraps(cluster)
        else { throw LogError(.fatal, "the embedded broker could not open a port of 127.0.0.1") }
        unsafe self.cluster = unsafe cluster
        self.servers = unsafe String(cString: servers)
    }

    /// Creates topics; the answers stand in the order of `plans`. Settings are not known here and left out.
    public func create(_ plans: [TopicPlan]) -> [TopicCreation] {
        plans.map { plan in
            let code = unsafe rd_kafka_mock_topic_create(cluster, plan.name, plan.partitions, 1)
            switch code {
            case RD_KAFKA_RESP_ERR_NO_ERROR: return TopicCreation(name: plan.name, outcome: .created)
            case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: return TopicCreation(name: plan.name, outcome: .exists)
            default: return TopicCreation(name: plan.name, outcome: .refused(reason: code.text))
            }
        }
    }

    /// What its partitions have dropped since they were made. Two requests for all of them.
    /// - Throws: `.unavailable` when the broker does not answer within 30 s.
    public func losses() throws(LogError) -> [Loss] {
        let beginning: Int64 = -2  // the "time" that asks for the first offset kept
        let deadline = Deadline(milliseconds: Self.answerMilliseconds)
        let list = PartitionList(capacity: 0)
        // All that there are: the broker makes a topic that it is asked about and does not know.
        for topic in unsafe try Metadata(client, nil, deadline).topics {
            for partition in 0..<topic.partitions { list.add(topic.name, partition, offset: beginning) }
        }
        if list.count == 0 { return [] }
        var code = unsafe rd_kafka_offsets_for_times(client.handle, list.pointer, max(1, deadline.remaining))
        if code == RD_KAFKA_RESP_ERR_NO_ERROR, let failure = list.firstFailure { code = failure.code }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.failure(code, "first offsets kept") }
        return (0..<list.count).filter { list.offset(at: $0) > 0 }.map { index in
            Loss(
                topic: list.topic(at: index), partition: list.partition(at: index), firstKept: list.offset(at: index))
        }
    }
}
