import Checksums
import Events
import Kafka
import Log
import Scoring
import Wire

/// A refused record as its dead letter tells it.
public struct RefusedRecord: Sendable {
    /// `topic-partition@offset`: the dead letter's key.
    public let place: String
    /// The same, nil where the key is not of that form.
    public let source: Coordinates?
    public let reason: String
    /// Field path in the event's JSON; empty where no field is to blame.
    public let field: String
    public let mend: String
    /// What else is wrong with the record, `reason field: mend` each, separated by ` | `; nil where that is all.
    public let also: String?
    /// When the raw record was appended, `Timestamp.text`; nil where it is not known (any more).
    public internal(set) var appendedAt: String?
    /// The first bytes of the original, at most `keptByteCount`; nil where nothing keeps them.
    public internal(set) var original: [UInt8]?
    /// Bytes of the whole original.
    public internal(set) var originalByteCount = 0
    /// XXH3-128 of the whole original, 32 hexadecimal digits, where the dead letter holds a prefix of it alone.
    public internal(set) var originalHash: String?
    public internal(set) var keeping = Keeping.deadLetter

    /// Where the whole original is.
    public enum Keeping: String, Sendable {
        case deadLetter
        /// Its length and hash are those that the dead letter tells, if it tells any.
        case rawTopic
        /// The raw topic has another record there: it was deleted and made again.
        case replaced
        /// The raw topic does not keep it any more.
        case gone
    }

    /// As many as an event may have.
    public static let keptByteCount = EventDecoder.sizeMax
    /// Bytes of the longest original that `fetchWhole` fetches.
    public static let wholeByteCountMax = 16 << 20

    /// Whether the fold refused it, which has no bytes, and not a consumer.
    public var isByFold: Bool { FoldRefusal.Reason(rawValue: reason) != nil }
}

/// The dead letters of one partition, once per key, in the order in which they were first written. Those of one key are
/// all in one partition. `keptFrom` is the first offset that the topic still keeps: what lay below is gone.
public func readRefusedRecords(_ log: KafkaLog, names: TopicNames, partition: Int32) throws
    -> (records: [RefusedRecord], keptFrom: Int64)
{
    let kept = try log.watermarks(topic: names.deadLetters, partition: partition)
    var seen: Set<[UInt8]> = []
    var records: [RefusedRecord] = []
    try log.readWithHeaders(topic: names.deadLetters, partition: partition, range: kept) { letter in
        if seen.insert(letter.key).inserted { records.append(RefusedRecord(letter)) }
    }
    return (records, kept.lowerBound)
}

/// Fills in what dead letters lack, from the raw topics as far as these keep it: the bytes of the fold's refusals, and those
/// behind the prefix of long ones, whose length and hash are checked.
/// Complexity: one read per raw partition, from the first offset that is wanted to the last. Memory: `keptByteCount` a record.
public func fetchOriginals(
    _ records: inout [RefusedRecord], _ log: KafkaLog, names: TopicNames, shifts: OffsetShifts
) throws {
    var wanted: [RawPartition: [Int64: Int]] = [:]
    for (index, record) in records.enumerated() where record.keeping != .deadLetter {
        guard let source = record.source else { continue }
        wanted[RawPartition(source), default: [:]][shifts.offset(of: source)] = index
    }
    for (raw, indices) in wanted {
        let range = max(0, indices.keys.min()!)..<max(0, indices.keys.max()! + 1)
        let name = names.raw(raw.topic)
        guard raw.partition >= 0, raw.partition < (try log.partitionCount(topic: name)) else { continue }
        try log.read(
            topic: name, partition: raw.partition, range: range, valueBytesMax: RefusedBytes.readMax(of: raw.topic)
        ) { batch in
            for entry in batch.entries {
                guard let index = indices[entry.offset] else { continue }
                records[index].take(entry, of: batch)
            }
        }
    }
}

/// All bytes of a refused record, from its raw topic; nil where that does not keep them, where they are not those that the
/// dead letter tells of, or where there are more than `RefusedRecord.wholeByteCountMax`. Reads one record: for what is longer
/// than `RefusedRecord.keptByteCount`.
public func fetchWhole(
    _ record: RefusedRecord, _ log: KafkaLog, names: TopicNames, shifts: OffsetShifts
) throws -> [UInt8]? {
    guard record.keeping == .rawTopic, record.originalByteCount <= RefusedRecord.wholeByteCountMax,
        let source = record.source
    else { return nil }
    let offset = shifts.offset(of: source)
    guard offset >= 0 else { return nil }
    var whole: [UInt8]?
    try log.read(
        topic: names.raw(source.topic), partition: source.partition, range: offset..<offset + 1
    ) { batch in
        for entry in batch.entries where entry.offset == offset {
            let value = batch.value(entry)
            if let hash = record.originalHash, xxh3Digest(value).hex != hash { continue }
            var bytes: [UInt8] = []
            bytes.append(span: value)
            whole = bytes
        }
    }
    return whole
}

extension RefusedRecord {
    init(_ letter: HeaderedRecord) {
        place = String(decoding: letter.key, as: UTF8.self)
        reason = letter.headers["plainscore.reason"] ?? "unknown"
        field = letter.headers["plainscore.field"] ?? ""
        mend = letter.headers["plainscore.mend"] ?? ""
        also = letter.headers["plainscore.also"]
        appendedAt = letter.headers["plainscore.appended-at"]
        source = Coordinates(
            topic: letter.headers["plainscore.topic"], partition: letter.headers["plainscore.partition"],
            offset: letter.headers["plainscore.offset"])
        guard !isByFold else {
            keeping = .gone
            return
        }
        take(original: unsafe letter.value.span.bytes)
        let bytes = unsafe RefusedBytes(headers: letter.headers, value: letter.value.span.bytes)
        if let whole = bytes?.whole, whole.byteCount != letter.value.count {
            originalByteCount = whole.byteCount
            originalHash = whole.digest.hex
            keeping = .gone
        }
    }

    /// The record as its raw topic has it.
    fileprivate mutating func take(_ entry: RecordBatch.Entry, of batch: borrowing RecordBatch) {
        let value = batch.value(entry)
        let found = RefusedBytes(value, cut: batch.cut(entry)).whole
        if let hash = originalHash, found?.digest.hex != hash || found?.byteCount != originalByteCount {
            keeping = .replaced
            return
        }
        appendedAt = Timestamp.text(entry.timestamp)
        take(original: value)
        originalByteCount = found?.byteCount ?? value.byteCount
        keeping = .rawTopic
    }

    private mutating func take(original bytes: RawSpan) {
        var kept: [UInt8] = []
        kept.append(span: bytes.extracting(first: Self.keptByteCount))
        original = kept
        originalByteCount = bytes.byteCount
    }
}

extension Coordinates {
    fileprivate init?(topic: String?, partition: String?, offset: String?) {
        guard let topic = RawTopic.allCases.first(where: { $0.name == topic }),
            let partition = partition.flatMap({ Int32($0) }), let offset = offset.flatMap({ Int64($0) })
        else { return nil }
        self.init(topic: topic, partition: partition, offset: offset)
    }
}
