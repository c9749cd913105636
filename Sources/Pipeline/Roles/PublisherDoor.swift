import Events
import Log
import Scoring

/// Where score changes leave: outputs and the offsets they were made from, together.
public protocol PublisherDoor: AnyObject {
    associatedtype Reader: GroupReader
    func topic(_ name: String) throws -> TopicHandle
    /// After `.aborted` nothing of it can be seen; the same outbox may be published again.
    func publish(_ outbox: Outbox, offsets: [CommittedOffset], of reader: Reader) throws -> TransactionOutcome
}

/// The records of one step, kept until they are committed.
public struct Outbox {
    /// Bytes that are committed well within a transaction's time-out.
    private static let bytesMax = 16 << 20

    private(set) var topics: [(topic: TopicHandle, records: OutgoingRecords)] = []

    public init() {}

    var count: Int { topics.reduce(0) { $0 + $1.records.count } }
    /// Whether it should leave before more is put in.
    var isFull: Bool { topics.reduce(0) { $0 + $1.records.byteCount } >= Self.bytesMax }

    func count(of topic: TopicHandle) -> Int { topics.first { $0.topic == topic }?.records.count ?? 0 }

    mutating func removeAll() {
        for index in topics.indices { topics[index].records.removeAll() }
    }

    /// Key: the grant id. Value: the score change.
    mutating func append(
        topic: TopicHandle, partition: Int32, _ recipient: ScoreResult.Recipient, _ change: ScoreChange,
        _ format: ScoreChangeFormat
    ) {
        let index = topics.firstIndex { $0.topic == topic } ?? topics.count
        if index == topics.count { topics.append((topic, OutgoingRecords())) }
        topics[index].records.append(partition: partition, key: recipient.grant.span) {
            change.encode(format, for: recipient, into: &$0)
        }
    }
}

/// The real door: one Kafka transaction.
public final class TransactionalDoor<Transactions: TransactionalWriter>: PublisherDoor {
    private let transactions: Transactions

    public init(_ transactions: Transactions) { self.transactions = transactions }

    public func topic(_ name: String) throws -> TopicHandle { try transactions.topic(name) }

    public func publish(_ outbox: Outbox, offsets: [CommittedOffset], of reader: Transactions.Reader) throws
        -> TransactionOutcome
    {
        try transactions.begin()
        for (topic, records) in outbox.topics { try transactions.append(topic, records) }
        return try transactions.commit(offsets, of: reader)
    }
}

/// For a broker that knows no transactions: plain commits after delivery. A crash between the two publishes again what
/// the subscriber then sees twice, under the same numbers.
public final class PlainDoor<Writer: LogWriter, Reader: GroupReader>: PublisherDoor {
    private let writer: Writer

    public init(_ writer: Writer, readers: Reader.Type) { self.writer = writer }

    public func topic(_ name: String) throws -> TopicHandle { try writer.topic(name) }

    public func publish(_ outbox: Outbox, offsets: [CommittedOffset], of reader: Reader) throws -> TransactionOutcome {
        for (topic, records) in outbox.topics { try writer.append(topic, records) }
        try writer.flush(milliseconds: finishMilliseconds)
        try reader.commit(offsets)
        return .committed
    }
}
