import Kafka
import Log
import Telemetry

/// How far a group is behind in one partition, for `lag`, `status` and all who wait for zero.
///
/// The lag is the records that the group can still read. Transaction markers, records of aborted transactions and the holes
/// that compaction leaves are none, though each of them has an offset.
///
/// ```
///  offset   17        18      19        20      21 22        23
///           record    marker  aborted   marker  record       end
///           committed ▲                         ▲ open transaction: stable end
///           lag 0                                 held 2
/// ```
public struct PartitionLag: Sendable {
    public let partition: Int32
    /// nil where the group has none: `plainscore topics check` says so too.
    public let committed: Int64?
    public let metadata: String
    /// The offset behind the last record, open transactions included.
    public let end: Int64
    /// Records at or above `committed` that can be read now, as `ReadableTail` counts them; nil where there is no committed
    /// offset, or no broker has told in time.
    public let records: Int64?
    /// Offsets at the partition's end that cannot be read yet, since they are of an open transaction or behind one. They can
    /// be read, or are dropped, when it has ended: a transaction whose producer has died ends when the broker times it out.
    public let held: Int64
    /// How long the oldest record of the lag has been there, ms; 0 where there is none, nil where that is not known.
    public let milliseconds: Int64?

    /// Whether nothing of what was written is still to be read.
    public var isZero: Bool { records == 0 && held == 0 }
}

/// The lag of `group` in each partition of `topic`, in order.
///
/// The offsets are asked for first: a lag of zero then means that the group had done all that the topic held afterwards.
/// Complexity: a request or two for each partition; of partitions with a lag the first 1,000 records are fetched.
public func partitionLags(_ log: KafkaLog, group: String, topic: String) throws(LogError) -> [PartitionLag] {
    let offsets = try log.committed(group: group, topic: topic)
    var ends: [Int64] = []
    var behind: [PartitionPosition] = []
    for committed in offsets {
        let end = try log.watermarks(topic: topic, partition: committed.partition).upperBound
        ends.append(end)
        if let offset = committed.offset, offset < end {
            behind.append(PartitionPosition(partition: committed.partition, offset: offset))
        }
    }
    let tails = try log.tails(topic: topic, from: behind)
    let now = wallMilliseconds()
    return zip(offsets, ends).map { committed, end in
        let tail = tails[committed.partition]
        let isAtEnd = committed.offset.map { $0 >= end } ?? false
        let records = isAtEnd ? 0 : tail?.records
        return PartitionLag(
            partition: committed.partition, committed: committed.offset, metadata: committed.metadata, end: end,
            records: records,
            held: tail.map { max(0, end - max($0.stableEnd, committed.offset ?? 0)) } ?? 0,
            milliseconds: records == 0 ? 0 : tail?.firstStamp.map { max(0, now - $0) })
    }
}
