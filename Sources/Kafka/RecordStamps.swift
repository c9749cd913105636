internal import CRDKafka
import Log

extension KafkaLog {
    /// When the first committed record at or above each position was stamped, ms; partitions without one are left out.
    /// Waits at most 15 s; what no broker has told by then is left out too.
    public func stamps(topic: String, at positions: [PartitionPosition]) throws(LogError) -> [Int32: Int64] {
        if positions.isEmpty { return [:] }
        let client = try Client(
            .consumer, settings,
            // One record of each is all that is wanted.
            tuned: ["fetch.wait.max.ms": "100", "fetch.min.bytes": "1", "max.partition.fetch.bytes": "4096"],
            fixed: [
                "enable.auto.commit": "false", "enable.auto.offset.store": "false", "auto.offset.reset": "error",
                "isolation.level": "read_committed", "enable.partition.eof": "true",
            ])
        _ = try client.addTopic(topic)
        let queue = unsafe rd_kafka_queue_new(client.handle)
        let fetched = unsafe FetchQueue(client, queue)
        var started: [Int32] = []
        defer { for partition in started { unsafe rd_kafka_consume_stop(client.topics[0], partition) } }
        for position in positions {
            guard
                unsafe rd_kafka_consume_start_queue(client.topics[0], position.partition, position.offset, queue) == 0
            else { throw LogError(rd_kafka_last_error(), "read of \(topic)[\(position.partition)]") }
            started.append(position.partition)
        }
        return stamps(client, fetched, awaited: Set(positions.map(\.partition)))
    }

    private func stamps(_ client: Client, _ fetched: FetchQueue, awaited: Set<Int32>) -> [Int32: Int64] {
        var awaited = awaited
        var stamps: [Int32: Int64] = [:]
        var batch = RecordBatch()
        let deadline = Deadline(milliseconds: Cluster.answerMilliseconds)
        while !awaited.isEmpty, !deadline.hasPassed {
            batch.removeAll()
            let taken = fetched.take(into: &batch, milliseconds: 100)
            unsafe rd_kafka_poll(client.handle, 0)  // connection errors
            for entry in batch.entries where awaited.remove(entry.partition) != nil {
                stamps[entry.partition] = entry.timestamp
            }
            for end in taken.ends { awaited.remove(end.partition) }
            if let failure = taken.failure { awaited.remove(failure.partition) }  // its record is not kept any more
        }
        return stamps
    }
}
