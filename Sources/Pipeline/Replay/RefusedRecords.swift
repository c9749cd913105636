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
    /// When the raw record was appended, `Timestamp.text`; nil where it is not known (any more).
    public internal(set) var appendedAt: String?
    /// The first bytes of the original, at most `keptByteCount`; nil where the raw topic does not keep it any more.
    public internal(set) var original: [UInt8]?
    /// Bytes of the whole original.
    public internal(set) var originalByteCount = 0

    /// As many as an event may have: nothing longer can be mended by a change.
    public static let keptByteCount = EventDecoder.sizeMax

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

/// Fills in what the fold's refusals lack, from the raw topics as far as these keep it.
/// Complexity: one read per raw partition, from the first offset that is wanted to the last.
public func fetchOriginals(_ records: inout [RefusedRecord], _ log: KafkaLog, names: TopicNames) throws {
    struct RawPartition: Hashable {
        let topic: RawTopic
        let partition: Int32
    }
    var wanted: [RawPartition: [Int64: Int]] = [:]
    for (index, record) in records.enumerated() where record.original == nil {
        guard let source = record.source else { continue }
        wanted[RawPartition(topic: source.topic, partition: source.partition), default: [:]][source.offset] = index
    }
    for (raw, indices) in wanted {
        let range = indices.keys.min()!..<indices.keys.max()! + 1
        try log.read(topic: names.raw(raw.topic), partition: raw.partition, range: range) { batch in
            for entry in batch.entries {
                guard let index = indices[entry.offset] else { continue }
                records[index].appendedAt = Timestamp.text(entry.timestamp)
                records[index].take(original: batch.value(entry))
            }
        }
    }
}

extension RefusedRecord {
    init(_ letter: HeaderedRecord) {
        place = String(decoding: letter.key, as: UTF8.self)
        reason = letter.headers["plainscore.reason"] ?? "unknown"
        field = letter.headers["plainscore.field"] ?? ""
        mend = letter.headers["plainscore.mend"] ?? ""
        appendedAt = letter.headers["plainscore.appended-at"]
        source = Coordinates(
            topic: letter.headers["plainscore.topic"], partition: letter.headers["plainscore.partition"],
            offset: letter.headers["plainscore.offset"])
        if !isByFold { take(original: unsafe letter.value.span.bytes) }
    }

    fileprivate mutating func take(original bytes: RawSpan) {
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
