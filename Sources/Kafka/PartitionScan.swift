internal import CRDKafka
import Log

/// Reads a stretch of one partition outside any group.
final class PartitionScan {
    /// Without any message for so long, below the end, the scan gives up.
    static let stallMilliseconds = 30_000

    let client: Client
    let topic: String
    let partition: Int32

    init(_ settings: KafkaSettings, topic: String, partition: Int32) throws(LogError) {
        client = try Client(
            .consumer, settings,
            tuned: ["fetch.wait.max.ms": "100", "fetch.min.bytes": "1", "max.partition.fetch.bytes": "4194304"],
            fixed: [
                "enable.auto.commit": "false", "enable.auto.offset.store": "false", "auto.offset.reset": "error",
                "isolation.level": "read_committed", "check.crcs": "false", "enable.partition.eof": "true",
            ])
        self.topic = topic
        self.partition = partition
        _ = try client.addTopic(topic)
    }

    /// See `Log.read`. What was committed when the scan began is read, and nothing after it.
    ///
    /// The end is known by the first of three signs, since markers and compaction leave holes: a record at or above
    /// it, the record just below it, or the end of the partition.
    func read(
        _ range: Range<Int64>, valueBytesMax: Int, _ body: (borrowing RecordBatch) throws -> Void
    ) throws {
        let kept = try committedRange()
        let start = max(range.lowerBound, kept.lowerBound)
        let end = min(range.upperBound, kept.upperBound)
        if start >= end { return }

        let queue = unsafe rd_kafka_queue_new(client.handle)
        let fetched = unsafe FetchQueue(client, queue)
        guard unsafe rd_kafka_consume_start_queue(client.topics[0], partition, start, queue) == 0 else {
            throw LogError(rd_kafka_last_error(), "read of \(topic)[\(partition)]")
        }
        defer { unsafe rd_kafka_consume_stop(client.topics[0], partition) }

        var batch = RecordBatch(valueBytesMax: valueBytesMax)
        var deadline = Deadline(milliseconds: Self.stallMilliseconds)
        while true {
            batch.removeAll()
            let taken = fetched.take(into: &batch, milliseconds: 100, below: end)
            client.serve(milliseconds: 0)  // connection errors
            if let failure = taken.failure { throw error(for: failure, kept) }
            if !batch.isEmpty { try body(batch) }
            let last = batch.entries.last?.offset ?? -1
            if taken.passedBound || last == end - 1 || taken.ends.contains(where: { $0.offset >= end }) { return }
            if taken.messageCount > 0 {
                deadline = Deadline(milliseconds: Self.stallMilliseconds)
            } else if deadline.hasPassed {
                throw client.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "read of \(topic)[\(partition)] below \(end)")
            }
        }
    }

    /// From the first offset kept to the last stable offset, below which no transaction is open.
    func committedRange() throws(LogError) -> Range<Int64> {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            client.handle, topic, partition, &low, &high, Int32(Cluster.answerMilliseconds))
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw client.failure(code, "watermarks of \(topic)[\(partition)]")
        }
        return low..<max(low, high)
    }

    private func error(for failure: FetchQueue.Failure, _ kept: Range<Int64>) -> LogError {
        LogError(
            failure.code.kind,
            "\(topic)[\(partition)] at \(failure.offset): \(failure.text)\(failure.code.mend); kept at the start: \(kept)"
        )
    }
}
