import Checksums
import Events
import Kafka
import Log
import Wire

/// What one raw partition, read again below the consumers' committed offset, must have become. Memory: 14 bytes a record,
/// whatever a record holds.
struct RawTable {
    enum Class: UInt8 {
        /// No record stands there.
        case none
        case event, tick, refused
        /// Of `control`: carried to every partition, as a tick is; not carried.
        case models, passedOver
    }

    let topic: RawTopic
    let partition: Int32
    /// The offsets compared, as those of coordinates: from the first kept to the consumers' committed one.
    let range: Range<Int64>
    private(set) var classes: [Class]
    /// Of the timeline record's content, or of a refused record's original bytes (`RefusedBytes.mark`).
    private var hashes: [UInt64]
    /// The timeline partition in which it was found, of a tick the last one; −1 for none.
    private var places: [Int32]
    private var hasLetter: [Bool]
    /// Ticks and switches of models.
    private(set) var everywhere: [Int] = []
    /// Append stamps of refused records, ms.
    private(set) var refusedAt: [Int: Int64] = [:]
    /// The last raw offset met in the timeline partition that is being read.
    var lastMet: Int64 = -1
    /// The greatest raw offset met in the timeline at or above `range`.
    var greatestAhead: Int64 = -1

    init(
        _ log: KafkaLog, name: String, below end: Int64, partition: Int32, shift: Int64, _ reading: RawReading,
        hasher: PersonKeys, _ progress: (Int) throws -> Void
    ) throws {
        topic = reading.topic
        self.partition = partition
        let low = min(end, try log.watermarks(topic: name, partition: partition).lowerBound + shift)
        range = low..<end
        classes = Array(repeating: .none, count: range.count)
        hashes = Array(repeating: 0, count: range.count)
        places = Array(repeating: -1, count: range.count)
        hasLetter = Array(repeating: false, count: range.count)
        var value: [UInt8] = []
        let bytesMax = RefusedBytes.readMax(of: topic)
        try log.read(
            topic: name, partition: partition, range: range.moved(by: -shift), valueBytesMax: bytesMax
        ) { batch in
            for entry in batch.entries {
                let index = Int(entry.offset + shift - range.lowerBound)
                enter(index, entry, batch.value(entry), cut: batch.cut(entry), reading, hasher, &value)
            }
            try progress(batch.count)
        }
    }

    private mutating func enter(
        _ index: Int, _ entry: RecordBatch.Entry, _ bytes: RawSpan, cut: RecordBatch.Cut?, _ reading: RawReading,
        _ hasher: PersonKeys,
        _ value: inout [UInt8]
    ) {
        do throws(Refusal) {
            let content = try reading.content(
                of: bytes, isNull: entry.isNullValue, appendedAt: entry.timestamp, key: hasher.key(of:))
            guard let content else {
                classes[index] = .passedOver
                return
            }
            value.removeAll(keepingCapacity: true)
            let record = TimelineRecord(
                source: coordinates(index), appendedAt: entry.timestamp, content: content)
            let noKey: [UInt8] = []
            record.encode(key: unsafe noKey.span.bytes, partition: 0, into: &value)
            hashes[index] = Self.hash(unsafe value.span.bytes, isPersonKnown: hasher.isKnown)
            switch content {
            case .tick: classes[index] = .tick
            case .models, .clock: classes[index] = .models
            case .event, .properties: classes[index] = .event
            }
            if classes[index] != .event { everywhere.append(index) }
        } catch {
            classes[index] = .refused
            hashes[index] = RefusedBytes(bytes, cut: cut).mark(of: bytes)
            refusedAt[index] = entry.timestamp
        }
    }

    /// Of all but the checksum, which covers key and partition; without a secret of all but the person, too.
    static func hash(_ value: RawSpan, isPersonKnown: Bool) -> UInt64 {
        let kind: UInt8 = value.load(littleEndianAt: 9)
        guard EventType(rawValue: kind) != nil, !isPersonKnown else { return xxh3(value.extracting(8...)) }
        return xxh3(
            value.extracting(TimelineRecord.eventStart...),
            seed: xxh3(value.extracting(8..<TimelineRecord.prefixByteCount)))
    }

    func coordinates(_ index: Int) -> Coordinates {
        Coordinates(topic: topic, partition: partition, offset: range.lowerBound + Int64(index))
    }

    func index(_ offset: Int64) -> Int { Int(offset - range.lowerBound) }

    func isEqual(_ index: Int, _ hash: UInt64) -> Bool { hashes[index] == hash }

    /// Where it was found; nil where it was not.
    func place(_ index: Int) -> Int32? { places[index] < 0 ? nil : places[index] }

    mutating func found(_ index: Int, in partition: Int32) { places[index] = partition }

    /// Takes note of a dead letter; false where there was one before.
    mutating func letter(_ index: Int) -> Bool {
        defer { hasLetter[index] = true }
        return !hasLetter[index]
    }

    func hasLetter(_ index: Int) -> Bool { hasLetter[index] }
}

/// Persons' keys by the timeline's secret, or none where it was not given.
struct PersonKeys {
    let hasher: PersonHasher?

    var isKnown: Bool { hasher != nil }

    func key(of reference: Identifier) -> PersonKey { hasher?.key(of: reference) ?? PersonKey(high: 0, low: 0) }
}
