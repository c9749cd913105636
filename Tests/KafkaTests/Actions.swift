import Kafka
import Log
import Testing

/// A record as tests compare it.
struct Record: Equatable {
    var partition: Int32
    var offset: Int64
    var key: String?
    var value: String?
}

extension KafkaLog {
    /// Appends texts to one partition, delivered when it returns.
    func append(_ values: [String], to topic: String, partition: Int32 = 0) throws {
        let writer = try writer()
        let handle = try writer.topic(topic)
        for value in values { try writer.append(handle, partition: partition, key: "k", value: value) }
        try writer.flush(milliseconds: 30_000)
    }

    /// Waits until the committed values of partition 0 are these: a transaction's markers reach the partitions a little
    /// after its commit has returned.
    func expect(_ expected: [String], in topic: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let end = ContinuousClock.now + .seconds(10)
        var found = try values(topic)
        while found != expected, ContinuousClock.now < end { found = try values(topic) }
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    /// The committed values of one partition.
    func values(_ topic: String, partition: Int32 = 0, range: Range<Int64> = 0..<Int64.max) throws -> [String] {
        var values: [String] = []
        try read(topic: topic, partition: partition, range: range) { batch in
            values += batch.records.map { $0.value ?? "null" }
        }
        return values
    }
}

extension LogWriter {
    func append(_ topic: TopicHandle, partition: Int32? = nil, key: String, value: String) throws(LogError) {
        try append(
            topic, partition: partition, key: unsafe key.utf8Span.span.bytes, value: unsafe value.utf8Span.span.bytes)
    }
}

extension TransactionalWriter {
    func append(_ topic: TopicHandle, partition: Int32 = 0, value: String) throws(LogError) {
        let key = "k"
        try append(
            topic, partition: partition, key: unsafe key.utf8Span.span.bytes, value: unsafe value.utf8Span.span.bytes)
    }
}

extension OutgoingRecords {
    init(_ records: [(partition: Int32, value: String)]) {
        self.init()
        let key = "k"
        for (partition, value) in records {
            append(partition: partition, key: unsafe key.utf8Span.span.bytes) { $0 += Array(value.utf8) }
        }
    }
}

extension RecordBatch {
    var records: [Record] {
        entries.map { entry in
            Record(
                partition: entry.partition, offset: entry.offset,
                key: entry.isNullKey ? nil : text(key(entry)), value: entry.isNullValue ? nil : text(value(entry)))
        }
    }

    private func text(_ span: RawSpan) -> String {
        unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension KafkaReader {
    /// Polls until an event other than idle comes; the batch is that of the event.
    func next(_ batch: inout RecordBatch, seconds: Int = 30) throws -> ReaderEvent {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let event = try poll(into: &batch, milliseconds: 100)
            if event != .idle { return event }
        }
        return .idle
    }

    /// Waits for the assignment and returns it.
    func assignment(seconds: Int = 30) throws -> [CommittedOffset] {
        var batch = RecordBatch()
        let event = try next(&batch, seconds: seconds)
        guard case .assigned(let offsets) = event else {
            Issue.record("expected an assignment, got \(event)")
            return []
        }
        return offsets
    }

    /// Waits for the assignment and starts each partition at its committed offset, or at 0 where it has none.
    func startAtCommitted() throws -> [CommittedOffset] {
        let offsets = try assignment()
        try start(offsets.map { PartitionPosition(partition: $0.partition, offset: $0.offset ?? 0) })
        return offsets
    }

    /// Polls until `count` records have come.
    func records(_ count: Int, seconds: Int = 30) throws -> [Record] {
        var records: [Record] = []
        var batch = RecordBatch()
        while records.count < count {
            let event = try next(&batch, seconds: seconds)
            guard event == .records else {
                Issue.record("expected \(count) records, got \(records.count) and \(event)")
                break
            }
            records += batch.records
        }
        return records
    }
}

/// The kind of the `LogError` that `body` throws; nil where it throws none.
func kind(of body: () throws -> Void) throws -> LogError.Kind? {
    do {
        try body()
        return nil
    } catch let error as LogError {
        return error.kind
    }
}
