import Log
import SimulatedLog

/// Polls once, answers what the event asks for, and says what came.
extension SimulatedReader {
    /// Starts what is assigned at its committed offset, or at 0; releases what is revoked or lost.
    @discardableResult
    func step(_ batch: inout RecordBatch) throws(LogError) -> ReaderEvent {
        let event = try poll(into: &batch, milliseconds: 0)
        switch event {
        case .assigned(let committed):
            try start(committed.map { PartitionPosition(partition: $0.partition, offset: $0.offset ?? 0) })
        case .revoked, .lost: try release()
        case .records, .idle: break
        }
        return event
    }

    func step() throws(LogError) -> ReaderEvent {
        var batch = RecordBatch()
        return try step(&batch)
    }

    /// Offsets read until a poll brings nothing.
    func offsets() throws -> [Int64] {
        var batch = RecordBatch()
        var offsets: [Int64] = []
        while try step(&batch) != .idle { offsets += batch.entries.map(\.offset) }
        return offsets
    }
}

extension ReaderEvent {
    var assignedPartitions: [Int32]? {
        if case .assigned(let committed) = self { committed.map(\.partition) } else { nil }
    }
}

extension SimulatedWriter {
    func append(_ topic: TopicHandle, partition: Int32?, _ key: String, _ value: String) throws(LogError) {
        let (key, value) = (Array(key.utf8), Array(value.utf8))
        try unsafe append(topic, partition: partition, key: key.span.bytes, value: value.span.bytes)
    }
}

extension SimulatedTransactionalWriter {
    func append(_ topic: TopicHandle, partition: Int32, _ value: String) throws(LogError) {
        let value = Array(value.utf8)
        try unsafe append(topic, partition: partition, key: RawSpan(), value: value.span.bytes)
    }
}

extension SimulatedRecord {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension RecordBatch {
    func text(_ entry: Entry) -> String {
        unsafe value(entry).withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// The kind of the error that the body throws.
func kind(_ body: () throws -> Void) -> LogError.Kind? {
    do { try body() } catch { return (error as? LogError)?.kind }
    return nil
}
