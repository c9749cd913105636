/// What the roles ask of a log: topics of partitions, consumer groups with committed offsets, idempotent writers and
/// a transactional one. `Kafka` is one implementation, the tests' `SimulatedLog` another; both know bytes, not events.
///
/// A role is driven from one thread: none of these types is `Sendable`, and none blocks beyond what its call says.
public protocol Log {
    associatedtype Reader: GroupReader
    associatedtype Writer: LogWriter
    associatedtype Transactions: TransactionalWriter where Transactions.Reader == Reader

    /// Joins `group` on the one topic `topic` as the static member `instance` (KIP-345).
    func reader(group: String, topic: String, instance: String) throws(LogError) -> Reader

    /// An idempotent, gapless writer: any record that cannot be delivered ends it (`LogError.Kind.undelivered`).
    func writer() throws(LogError) -> Writer

    /// A transactional writer. Opening it fences the older process with the same `id` and ends what that left open.
    func transactions(id: String) throws(LogError) -> Transactions

    /// Partitions of `topic`; throws `.missingTopic` when it does not exist.
    func partitionCount(topic: String) throws(LogError) -> Int32

    /// The low and the high watermark of a partition: the first offset kept and the one after the last.
    func watermarks(topic: String, partition: Int32) throws(LogError) -> Range<Int64>

    /// Reads committed records of one partition outside any group, from `range.lowerBound` (or the low watermark where
    /// that is above) up to `range.upperBound` exclusive, and hands them on in batches, in order. Complexity: linear.
    func read(
        topic: String, partition: Int32, range: Range<Int64>, _ body: (borrowing RecordBatch) throws -> Void
    ) throws

    /// The committed offsets of a group outside any membership, for operators' commands and checks.
    func committed(group: String, topic: String) throws(LogError) -> [CommittedOffset]
}

/// A committed offset of one partition: the next record to read. `offset` is nil where the group has none.
public struct CommittedOffset: Equatable, Sendable {
    public var partition: Int32
    public var offset: Int64?
    /// Text of at most 4,096 characters that was committed with it (raw bytes come back corrupted).
    public var metadata: String

    public init(partition: Int32, offset: Int64?, metadata: String) {
        self.partition = partition
        self.offset = offset
        self.metadata = metadata
    }
}

/// Where to read on in one partition.
public struct PartitionPosition: Equatable, Sendable {
    public var partition: Int32
    public var offset: Int64

    public init(partition: Int32, offset: Int64) {
        self.partition = partition
        self.offset = offset
    }
}

/// What one poll brought.
public enum ReaderEvent: Equatable, Sendable {
    /// The batch holds records.
    case records
    /// Nothing within the time given.
    case idle
    /// The group gave these partitions to this member (eager: all that it has). Answer with `start`.
    case assigned([CommittedOffset])
    /// The group takes all partitions back. Finish and commit what is in flight, forget them, answer with `release`.
    case revoked
    /// They are gone already: commits will fail. Forget them, answer with `release`.
    case lost
}

/// A member of a consumer group (eager `range` assignment, static membership, read committed).
public protocol GroupReader: AnyObject {
    /// Waits at most `milliseconds` for something to happen. Replaces what `batch` holds.
    func poll(into batch: inout RecordBatch, milliseconds: Int) throws(LogError) -> ReaderEvent

    /// Tells the group that this member is alive, without records and without waiting: for a caller that is still at work
    /// on the records of the last poll. Returns what the group has to say, else `.idle`; never `.records`.
    func serve() throws(LogError) -> ReaderEvent

    /// Begins to read the partitions just assigned, each at the offset given. There is no other start: a missing
    /// committed offset is the caller's error to raise. Called again with just these partitions, it begins anew there.
    func start(_ positions: [PartitionPosition]) throws(LogError)

    /// Gives the partitions back after `.revoked` or `.lost`.
    func release() throws(LogError)

    /// Commits, and waits for the answer. Throws `.fenced` when the group has moved on without this member.
    func commit(_ offsets: [CommittedOffset]) throws(LogError)

    /// The group's committed offsets of these partitions, asked anew.
    func committed(_ partitions: [Int32]) throws(LogError) -> [CommittedOffset]

    /// Records of an assigned partition from `next` on, as far as the last fetch has told; nil before the first. Asks nobody.
    func lag(of partition: Int32, from next: Int64) -> Int64?

    /// Leaves off within a bound. The static membership stays until its session ends.
    func close()
}

/// A point in a writer's own order of appends.
public typealias Ticket = UInt64

/// An idempotent, gapless writer.
public protocol LogWriter: AnyObject {
    /// A topic's handle, made once; `append` takes it so that the hot path carries no strings.
    func topic(_ name: String) throws(LogError) -> TopicHandle

    /// Queues one record, copied. `partition` nil leaves it to murmur2 of the key, as Java's client does.
    /// Waits for room when the queue is full.
    func append(_ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan) throws(LogError)

    /// Queues all of these, in order.
    func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError)

    /// The same with headers (300 ns each to a reader: for dead letters only).
    func append(
        _ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan, headers: [(name: String, value: String)])
        throws(LogError)

    /// Closes the current ticket, to which all appends since the last `seal` belong, and returns it: 1, 2, 3 ….
    func seal() -> Ticket

    /// The newest sealed ticket with all its records, and those of every ticket before it, delivered; 0 at first.
    /// Serves delivery reports without waiting; throws `.undelivered` when one has failed.
    func settled() throws(LogError) -> Ticket

    /// Waits until all that was appended is delivered, at most `milliseconds`; whether it is.
    func delivers(within milliseconds: Int) throws(LogError) -> Bool

    /// Waits until all that was appended is delivered, at most `milliseconds`; throws `.unavailable` after that.
    func flush(milliseconds: Int) throws(LogError)
}

extension LogWriter {
    public func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError) {
        for entry in records.entries {
            try append(topic, partition: entry.partition, key: records.key(entry), value: records.value(entry))
        }
    }
}

/// A topic of one writer.
public struct TopicHandle: Equatable, Sendable {
    public let index: Int
    public init(index: Int) { self.index = index }
}

public enum TransactionOutcome: Equatable, Sendable {
    case committed
    /// Nothing of it can be seen, now or later. Begin again: with the same records where the committed offset is
    /// still the one they started from, else from the committed offset.
    case aborted(reason: String)
}

/// A writer whose records and the offsets they were made from become visible together (KIP-98, KIP-447).
public protocol TransactionalWriter: AnyObject {
    associatedtype Reader: GroupReader

    func topic(_ name: String) throws(LogError) -> TopicHandle
    func begin() throws(LogError)
    /// Queues one record in the open transaction, copied. An abortable failure shows in the outcome of `commit`.
    func append(_ topic: TopicHandle, partition: Int32, key: RawSpan, value: RawSpan) throws(LogError)
    /// Queues all of these, in order.
    func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError)
    /// Sends the offsets (also when there is no output: only this step fences an old generation) and commits both.
    func commit(_ offsets: [CommittedOffset], of reader: Reader) throws(LogError) -> TransactionOutcome
    /// Drops the open transaction.
    func abort() throws(LogError)
}

extension TransactionalWriter {
    public func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError) {
        for entry in records.entries {
            try append(topic, partition: entry.partition, key: records.key(entry), value: records.value(entry))
        }
    }
}
