internal import CRDKafka
import Log

/// An idempotent, gapless writer.
///
/// A record that is not delivered within 60 s (long enough for a broker to start again), or is refused, ends the
/// writer: every later call throws `.undelivered`, or `.configuration` where a right was missing. Not thread-safe; delivery
/// reports are served inside its calls.
public final class KafkaWriter: LogWriter {
    /// Bytes of a record that the client takes, at most; the topic's own `max.message.bytes` is the broker's.
    public static let recordBytesMax = 4 << 20

    /// KiB of keys and values that wait to be sent, at most.
    static let queueKiBMax = 64 << 10

    private let client: Client
    private let cluster: Cluster

    init(_ settings: KafkaSettings, _ cluster: Cluster) throws(LogError) {
        self.cluster = cluster
        client = try Client(
            .producer, settings,
            tuned: [
                // Whoever appends has batches. While librdkafka (2.0) lingers, its thread spins through the last millisecond of
                // each partition's time: at 5 ms and four partitions that is most of a core.
                "linger.ms": "0", "compression.type": "lz4", "batch.num.messages": "10000",
                "queue.buffering.max.messages": "1000000", "message.max.bytes": "\(Self.recordBytesMax)",
                // What waits to be sent, dead letters above all. Whoever appends waits for room.
                "queue.buffering.max.kbytes": "\(Self.queueKiBMax)",
            ],
            fixed: [
                "enable.idempotence": "true", "enable.gapless.guarantee": "true", "acks": "all",
                "partitioner": "murmur2_random", "message.timeout.ms": "60000",
            ])
    }

    /// See `LogWriter.topic`. Throws `.missingTopic` when it does not exist. Asks the cluster: once per topic.
    public func topic(_ name: String) throws(LogError) -> TopicHandle {
        try checkDelivery()
        _ = try cluster.partitionCount(topic: name)
        return TopicHandle(index: try client.addTopic(name))
    }

    /// See `LogWriter.append`. An empty key is sent as no key (null), an empty value as an empty value.
    public func append(_ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan) throws(LogError) {
        try checkDelivery()
        let code = client.produce(topic, partition: partition ?? Client.anyPartition, key: key, value: value)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { try broke("append: \(code.text)") }
    }

    /// See `LogWriter.append`.
    public func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError) {
        try checkDelivery()
        let code = client.produce(topic, records).code
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { try broke("append: \(code.text)") }
    }

    /// See `LogWriter.append`.
    public func append(
        _ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan, headers: [(name: String, value: String)]
    ) throws(LogError) {
        try checkDelivery()
        let failure = client.produce(
            topic, partition: partition ?? Client.anyPartition, key: key, value: value, headers: headers)
        if let failure { try broke("append: \(failure.text)") }
    }

    /// See `LogWriter.seal`.
    public func seal() -> Ticket {
        client.callbacks.deliveries.seal()
    }

    /// See `LogWriter.settled`.
    public func settled() throws(LogError) -> Ticket {
        unsafe rd_kafka_poll(client.handle, 0)
        try checkDelivery()
        return client.callbacks.deliveries.settled
    }

    /// See `LogWriter.delivers`.
    public func delivers(within milliseconds: Int) throws(LogError) -> Bool {
        let code = unsafe rd_kafka_flush(client.handle, Int32(clamping: milliseconds))
        try checkDelivery()
        return code == RD_KAFKA_RESP_ERR_NO_ERROR
    }

    /// See `LogWriter.flush`.
    public func flush(milliseconds: Int) throws(LogError) {
        guard try !delivers(within: milliseconds) else { return }
        let count = unsafe rd_kafka_outq_len(client.handle)
        throw LogError(
            .unavailable, "\(count) records not delivered to \(client.servers) within \(milliseconds) ms")
    }

    /// From now on keeps in mind where its records come to stand. Costs a look into a dictionary for each record.
    public func rememberOffsets() {
        if client.callbacks.offsets == nil { client.callbacks.offsets = OffsetMemory() }
    }

    /// Where the records stand that were delivered since the last call; nothing before `rememberOffsets`.
    public func takeOffsets() -> DeliveredOffsets { client.callbacks.offsets?.take() ?? DeliveredOffsets() }

    private func broke(_ reason: String) throws(LogError) -> Never {
        unsafe rd_kafka_poll(client.handle, 0)  // a delivery report that is there says more
        client.callbacks.deliveries.broke(reason)
        try checkDelivery()
        preconditionFailure("a broken ledger has a failure")
    }

    private func checkDelivery() throws(LogError) {
        if client.callbacks.deliveries.lacksCause { awaitCause() }
        guard let failure = client.callbacks.deliveries.failure else { return }
        let fatal = client.fatalError
        throw LogError(
            fatal?.kind == .configuration ? .configuration : client.callbacks.deliveries.failureKind,
            fatal.map { "\(failure) (\($0))" } ?? failure)
    }

    /// Where a record is refused, librdkafka gives up those of other partitions, and their reports may come first.
    private func awaitCause() {
        let deadline = Deadline(milliseconds: Self.causeMilliseconds)
        while client.callbacks.deliveries.lacksCause, !deadline.hasPassed {
            unsafe rd_kafka_poll(client.handle, deadline.remaining(most: 100))
        }
    }

    private static let causeMilliseconds = 1_000
}
