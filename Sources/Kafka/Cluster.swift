internal import CRDKafka
import Log

/// Questions about topics and brokers, asked by a consumer outside any group (which, unlike a producer, makes no topic
/// by asking for it).
final class Cluster {
    static let answerMilliseconds = 15_000
    /// How long a broker may not yet know a topic that was just made through another.
    private static let propagationMilliseconds = 500

    let client: Client

    init(_ settings: KafkaSettings) throws(LogError) {
        client = try Client(
            .consumer, settings,
            // Read uncommitted, so that the high watermark is the log's and not the oldest open transaction's.
            fixed: ["isolation.level": "read_uncommitted", "auto.offset.reset": "error"])
    }

    func partitionCount(topic name: String, madeJustNow: Bool = false) throws(LogError) -> Int32 {
        guard let topic = unsafe rd_kafka_topic_new(client.handle, name, nil) else {
            throw LogError(rd_kafka_last_error(), "topic '\(name)'")
        }
        defer { unsafe rd_kafka_topic_destroy(topic) }
        let deadline = Deadline(milliseconds: Self.answerMilliseconds)
        let propagation = Deadline(
            milliseconds: madeJustNow ? Self.answerMilliseconds : Self.propagationMilliseconds)
        while true {
            let found = unsafe try Metadata(client, topic, deadline).topics.first { $0.name == name }
            let code = found?.code ?? RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART
            if let found, code == RD_KAFKA_RESP_ERR_NO_ERROR, found.partitions > 0 { return found.partitions }
            switch code.kind {
            case .missingTopic where propagation.hasPassed:
                throw LogError(.missingTopic, "topic '\(name)' does not exist")
            case _ where deadline.hasPassed, .configuration,
                .fatal where code != RD_KAFKA_RESP_ERR_NO_ERROR:
                throw LogError(code, "topic '\(name)'")
            default:
                client.serve(milliseconds: deadline.remaining(most: 50))
            }
        }
    }

    /// The high watermark counts uncommitted records too.
    func watermarks(topic: String, partition: Int32) throws(LogError) -> Range<Int64> {
        let count = try partitionCount(topic: topic)
        guard partition >= 0, partition < count else {
            throw LogError(.missingTopic, "topic '\(topic)' has \(count) partitions: there is no \(partition)")
        }
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            client.handle, topic, partition, &low, &high, Int32(Self.answerMilliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.failure(code, "watermarks of \(topic)[\(partition)]")
        }
        return low..<max(low, high)
    }

    /// Lets some time pass while the connections are served.
    func wait(milliseconds: Int32) { client.serve(milliseconds: milliseconds) }

    func everything() throws(LogError) -> Metadata {
        unsafe try Metadata(client, nil, Deadline(milliseconds: Self.answerMilliseconds))
    }
}

/// What a broker says about the cluster.
struct Metadata {
    struct Topic {
        var name: String
        var partitions: Int32
        /// Copies of the partition that has the fewest.
        var replicas: Int32
        var code: ResponseCode
    }

    /// The first question may take so long, each further one twice as long as the one before it. Between two it is looked
    /// why there is no answer.
    private static let firstPatienceMilliseconds: Int32 = 500

    private(set) var topics: [Topic] = []
    private(set) var brokers: [Int32] = []

    /// Asks about `topic`, or where that is nil about all.
    /// - Throws: `.configuration` as soon as the brokers have refused the connection, `.unavailable` at the deadline.
    init(_ client: Client, _ topic: OpaquePointer?, _ deadline: Deadline) throws(LogError) {
        var answer: UnsafePointer<rd_kafka_metadata>?
        var patience = Self.firstPatienceMilliseconds
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        repeat {
            code = unsafe rd_kafka_metadata(
                client.handle, topic == nil ? 1 : 0, topic, &answer, max(1, deadline.remaining(most: patience)))
            patience *= 2
        } while code.kind == .unavailable && !deadline.hasPassed && client.refusal("cluster") == nil
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let answer = unsafe answer else {
            throw client.failure(code, "cluster")
        }
        defer { unsafe rd_kafka_metadata_destroy(answer) }
        for index in unsafe 0..<Int(answer.pointee.topic_cnt) {
            let found = unsafe answer.pointee.topics[index]
            topics.append(
                Topic(
                    name: unsafe String(cString: found.topic), partitions: unsafe found.partition_cnt,
                    replicas: unsafe (0..<Int(found.partition_cnt)).map { unsafe found.partitions[$0].replica_cnt }
                        .min() ?? 0,
                    code: unsafe found.err))
        }
        for index in unsafe 0..<Int(answer.pointee.broker_cnt) {
            unsafe brokers.append(answer.pointee.brokers[index].id)
        }
    }
}
