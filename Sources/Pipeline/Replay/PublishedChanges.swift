import Checksums
import Events
import Log
import Scoring

/// The score changes of one partition of `score-changes.<purpose>` as the topic holds them, in its order: hashes, not
/// bytes. What is Protobuf is taken as the JSON that it stands for, so one topic may hold both. Memory: 40 bytes a change.
struct PublishedChanges {
    struct Change {
        /// Of key and value.
        let hash: UInt64
        /// Of the key, the grant.
        let grant: UInt64
        let offset: Int64
        /// The result that it says it is of; nil where it says none.
        let sequence: UInt64?
        /// Append or create stamp, ms.
        let stamp: Int64

        init(offset: Int64, stamp: Int64, key: RawSpan, value: RawSpan) {
            grant = xxh3(key)
            self.offset = offset
            self.stamp = stamp
            if value.isJSON {
                hash = Self.hash(key: key, value: value)
                sequence = statedSequence(value)
            } else {
                let json = PublishedScoreChange.json(of: value) ?? value.bytes
                hash = unsafe Self.hash(key: key, value: json.span.bytes)
                sequence = unsafe statedSequence(json.span.bytes)
            }
        }

        static func hash(key: RawSpan, value: RawSpan) -> UInt64 { xxh3(value, seed: xxh3(key)) }
    }

    let purpose: Purpose
    let topic: String
    let partition: Int32
    private(set) var changes: [Change] = []
    private(set) var keptFrom: Int64 = 0
    private var nextOffset: Int64 = 0

    init<L: Log>(
        _ log: L, purpose: Purpose, topic: String, partition: Int32, _ progress: (Int) throws -> Void
    ) throws {
        self.purpose = purpose
        self.topic = topic
        self.partition = partition
        keptFrom = try log.watermarks(topic: topic, partition: partition).lowerBound
        try readOn(log, progress)
    }

    /// Reads what has become visible since. True where that is anything.
    @discardableResult
    mutating func readOn<L: Log>(_ log: L, _ progress: (Int) throws -> Void = { _ in }) throws -> Bool {
        let count = changes.count
        let kept = try log.watermarks(topic: topic, partition: partition)
        let start = max(nextOffset, kept.lowerBound)
        guard start < kept.upperBound else { return false }
        try log.read(topic: topic, partition: partition, range: start..<kept.upperBound) { batch in
            for entry in batch.entries {
                changes.append(
                    Change(
                        offset: entry.offset, stamp: entry.timestamp, key: batch.key(entry), value: batch.value(entry)))
                nextOffset = entry.offset + 1
            }
            try progress(batch.count)
        }
        return changes.count > count
    }
}

/// The number behind the last `"sequence":` of a score change.
private func statedSequence(_ value: RawSpan) -> UInt64? {
    let name = sequenceMember
    // Only the checksum comes after it.
    var start = value.byteCount - name.count - 1
    let first = max(0, value.byteCount - 128)
    while start >= first {
        if matches(value, name, at: start) { return number(value, at: start + name.count) }
        start -= 1
    }
    return nil
}

private let sequenceMember = Array("\"sequence\":".utf8)

private func matches(_ value: RawSpan, _ name: [UInt8], at start: Int) -> Bool {
    for index in name.indices {
        let byte: UInt8 = value.load(littleEndianAt: start + index)
        if byte != name[index] { return false }
    }
    return true
}

private func number(_ value: RawSpan, at start: Int) -> UInt64? {
    var number: UInt64?
    for index in start..<value.byteCount {
        let byte: UInt8 = value.load(littleEndianAt: index)
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { break }
        let (shifted, isOver) = (number ?? 0).multipliedReportingOverflow(by: 10)
        if isOver { return nil }
        number = shifted &+ UInt64(byte - UInt8(ascii: "0"))
    }
    return number
}
