internal import CRDKafka
import Log

/// The records that a reader of committed records still finds in a partition, from some offset on.
public struct ReadableTail: Equatable, Sendable {
    /// Up to the first 1,000 they are counted: transaction markers, aborted records and holes of compaction are none.
    /// Beyond those each offset below `stableEnd` counts as one.
    public internal(set) var records: Int64
    /// When the first of them was stamped, ms; nil where there is none.
    public internal(set) var firstStamp: Int64?
    /// Where the oldest open transaction begins, which hides all that comes behind it; the partition's end where none is
    /// open.
    public let stableEnd: Int64
}

extension KafkaLog {
    /// What can still be read at and above each position; a position below what is kept stands for the first that is kept.
    /// Waits at most 15 s for each partition's end and 15 s for all records; partitions about which no broker has told
    /// enough by then are left out.
    public func tails(topic: String, from positions: [PartitionPosition]) throws(LogError) -> [Int32: ReadableTail] {
        if positions.isEmpty { return [:] }
        return try TailReading(settings, topic: topic).read(positions)
    }
}

/// Reads the beginnings of several partitions' tails at once.
@safe private final class TailReading {
    private static let countedMax: Int64 = 1_000

    private let client: Client
    private let topic: String
    private var tails: [Int32: ReadableTail] = [:]
    private var awaited: Set<Int32> = []

    init(_ settings: KafkaSettings, topic: String) throws(LogError) {
        self.topic = topic
        client = try Client(
            .consumer, settings,
            // The first records of each are all that is wanted.
            tuned: [
                "fetch.wait.max.ms": "100", "fetch.min.bytes": "1", "max.partition.fetch.bytes": "65536",
                "queued.min.messages": "1000",
            ],
            fixed: [
                "enable.auto.commit": "false", "enable.auto.offset.store": "false", "auto.offset.reset": "error",
                "isolation.level": "read_committed", "enable.partition.eof": "true",
            ])
        _ = try client.addTopic(topic)
    }

    func read(_ positions: [PartitionPosition]) throws(LogError) -> [Int32: ReadableTail] {
        let queue = unsafe rd_kafka_queue_new(client.handle)
        let fetched = unsafe FetchQueue(client, queue)
        for position in positions { unsafe try start(position, queue) }
        var batch = RecordBatch(valueBytesMax: 0)
        let deadline = Deadline(milliseconds: Cluster.answerMilliseconds)
        while !awaited.isEmpty, !deadline.hasPassed {
            batch.removeAll()
            let taken = fetched.take(into: &batch, milliseconds: deadline.remaining(most: 100))
            client.serve(milliseconds: 0)  // connection errors
            for entry in batch.entries { count(entry) }
            for end in taken.ends where end.offset >= tails[end.partition]?.stableEnd ?? .max { stop(end.partition) }
            // What it asked for is gone: nobody knows how many records there are now.
            if let partition = taken.failure?.partition, awaited.contains(partition) { forget(partition) }
        }
        for partition in awaited { forget(partition) }
        return tails
    }

    private func start(_ position: PartitionPosition, _ queue: OpaquePointer?) throws(LogError) {
        guard let kept = client.kept(topic: topic, position.partition) else { return }
        tails[position.partition] = ReadableTail(records: 0, firstStamp: nil, stableEnd: kept.upperBound)
        let offset = max(position.offset, kept.lowerBound)
        if offset >= kept.upperBound { return }
        guard unsafe rd_kafka_consume_start_queue(client.topics[0], position.partition, offset, queue) == 0 else {
            throw LogError(rd_kafka_last_error(), "read of \(topic)[\(position.partition)]")
        }
        awaited.insert(position.partition)
    }

    private func count(_ entry: RecordBatch.Entry) {
        guard awaited.contains(entry.partition), var tail = tails[entry.partition] else { return }
        guard entry.offset < tail.stableEnd else { return stop(entry.partition) }
        tail.firstStamp = tail.firstStamp ?? entry.timestamp
        tail.records += 1
        let isLast = entry.offset == tail.stableEnd - 1
        let isEnough = tail.records == Self.countedMax
        if isEnough { tail.records += tail.stableEnd - 1 - entry.offset }
        tails[entry.partition] = tail
        if isLast || isEnough { stop(entry.partition) }
    }

    private func stop(_ partition: Int32) {
        if awaited.remove(partition) != nil { unsafe rd_kafka_consume_stop(client.topics[0], partition) }
    }

    private func forget(_ partition: Int32) {
        stop(partition)
        tails[partition] = nil
    }
}

extension Client {
    /// From the first offset kept to the end of what this client may see; nil where no broker tells within 15 s.
    fileprivate func kept(topic: String, _ partition: Int32) -> Range<Int64>? {
        var low: Int64 = 0
        var high: Int64 = 0
        let code = unsafe rd_kafka_query_watermark_offsets(
            handle, topic, partition, &low, &high, Int32(Cluster.answerMilliseconds))
        return code == RD_KAFKA_RESP_ERR_NO_ERROR ? low..<max(low, high) : nil
    }
}
