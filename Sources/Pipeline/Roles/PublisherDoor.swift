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
    struct Entry {
        let topic: TopicHandle
        let partition: Int32
        let keyEnd: Int
        let valueEnd: Int
    }

    private(set) var entries: [Entry] = []
    private var bytes: [UInt8] = []

    public init() {}

    var byteCount: Int { bytes.count }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func append(
        topic: TopicHandle, partition: Int32, _ recipient: ScoreResult.Recipient, _ change: ScoreChange,
        _ format: ScoreChangeFormat
    ) {
        bytes.append(span: recipient.grant.span)
        let keyEnd = bytes.count
        change.encode(format, for: recipient, into: &bytes)
        entries.append(Entry(topic: topic, partition: partition, keyEnd: keyEnd, valueEnd: bytes.count))
    }

    /// Key: the grant id. Value: the score change.
    func eachRecord(_ body: (Entry, _ key: RawSpan, _ value: RawSpan) throws -> Void) rethrows {
        var start = 0
        for entry in entries {
            let all = unsafe bytes.span.bytes
            try body(entry, all.extracting(start..<entry.keyEnd), all.extracting(entry.keyEnd..<entry.valueEnd))
            start = entry.valueEnd
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
        try outbox.eachRecord { entry, key, value in
            try transactions.append(entry.topic, partition: entry.partition, key: key, value: value)
        }
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
        try outbox.eachRecord { entry, key, value in
            try writer.append(entry.topic, partition: entry.partition, key: key, value: value)
        }
        try writer.flush(milliseconds: finishMilliseconds)
        try reader.commit(offsets)
        return .committed
    }
}
