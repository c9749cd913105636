import Checksums
import Events
import Log
import Scoring

/// The results of one partition as `scores` holds them, to be held against the fold's: of each the hash of its bytes and the
/// offset of its record. Memory: 16 bytes a result.
struct PublishedResults {
    private struct Slot {
        let hash: UInt64
        /// −1: the topic does not hold it.
        let offset: Int64
        static let empty = Slot(hash: 0, offset: -1)
    }

    let topic: String
    let partition: Int32
    /// The number before the first that is compared, and the last.
    private let base: UInt64
    private let last: UInt64
    private var slots: [Slot] = []
    /// Of numbers that came again with other bytes.
    private var others: [UInt64: [Slot]] = [:]
    private var highest: UInt64 = 0
    private var firstKept: UInt64?
    private struct Damage {
        let difference: Int
        /// The number that its first result has by its place.
        let first: UInt64
    }

    /// Records that were found damaged, by offset.
    private var damaged: [Int64: Damage] = [:]
    /// By difference, the bytes of the result that the fold gives there.
    private var wanted: [Int: [UInt8]] = [:]

    private(set) var compared: Int64 = 0
    /// Results that are not kept any more.
    private(set) var notKept: Int64 = 0
    /// The same results once more, sent again after a crash: readers drop them.
    private(set) var repeats: Int64 = 0
    /// Results above the last that is compared.
    private(set) var after: Int64 = 0
    private(set) var differences = RecordDifferences()

    /// Reads the topic from the first record kept to its end.
    init<L: Log>(
        _ log: L, topic: String, partition: Int32, above base: UInt64, through last: UInt64,
        _ progress: (Int) throws -> Void
    ) throws {
        self.topic = topic
        self.partition = partition
        self.base = base
        self.last = max(base, last)
        highest = base
        let kept = try log.watermarks(topic: topic, partition: partition)
        try log.read(topic: topic, partition: partition, range: kept) { batch in
            for entry in batch.entries {
                take(
                    entry.offset, batch.key(entry), batch.value(entry), isFirst: firstKept == nil && kept.lowerBound > 0
                )
            }
            try progress(batch.count)
        }
        if kept.lowerBound == 0 { firstKept = 0 }
    }

    private mutating func take(_ offset: Int64, _ key: RawSpan, _ value: RawSpan, isFirst: Bool) {
        let pieces = ScoresPieces(key: key, value: value, partition: partition, next: highest + 1)
        if isFirst { firstKept = pieces.first }
        if let fault = pieces.fault, pieces.first <= last {
            if differences.hasRoom {
                damaged[offset] = Damage(difference: differences.kept.count, first: pieces.first)
            }
            differences.add(RecordDifference(.damaged, topic, partition, offset, fault))
        }
        for (place, range) in pieces.ranges.enumerated() {
            enter(pieces.first &+ UInt64(place), Slot(hash: xxh3(value.extracting(range)), offset: offset))
        }
        for place in pieces.ranges.count..<pieces.claimed {
            enter(pieces.first &+ UInt64(place), Slot(hash: 0, offset: offset))
        }
    }

    private mutating func enter(_ sequence: UInt64, _ slot: Slot) {
        guard sequence > base else { return }
        guard sequence <= last else {
            after += 1
            return
        }
        let index = Int(sequence - base) - 1
        while slots.count <= index { slots.append(.empty) }
        if slots[index].offset < 0 {
            slots[index] = slot
            if sequence < highest {
                differences.add(
                    RecordDifference(
                        .outOfOrder, topic, partition, slot.offset, sequence: sequence,
                        "result \(sequence) comes after \(highest): a reader has stopped at the gap"))
            }
        } else if slots[index].hash == slot.hash {
            repeats += 1
        } else {
            others[sequence, default: []].append(slot)
        }
        highest = max(highest, sequence)
    }

    /// Holds the next result of the fold, in order, against what the topic has under its number.
    mutating func compare(_ sequence: UInt64, _ result: RawSpan, _ decoded: () -> String) {
        guard sequence <= last else { return }
        let index = Int(sequence - base) - 1
        let slot = slots.indices.contains(index) ? slots[index] : .empty
        guard slot.offset >= 0 else { return miss(sequence, decoded) }
        compared += 1
        let hash = xxh3(result)
        if slot.hash != hash { differ(sequence, slot, result, decoded) }
        for other in others[sequence] ?? [] {
            if other.hash != hash { differ(sequence, other, result, decoded) } else { repeats += 1 }
        }
    }

    private mutating func miss(_ sequence: UInt64, _ decoded: () -> String) {
        if sequence < firstKept ?? .max {
            notKept += 1
            return
        }
        differences.add(
            RecordDifference(
                .missing, topic, partition, nil, sequence: sequence, "result \(sequence) is not in the topic",
                expected: differences.hasRoom ? decoded() : nil))
    }

    private mutating func differ(_ sequence: UInt64, _ slot: Slot, _ result: RawSpan, _ decoded: () -> String) {
        if let index = damaged[slot.offset]?.difference {
            // The record is named already: once, with the first of its results that differs.
            guard differences.kept[index].sequence == nil else { return }
            let expected = decoded()
            wanted[index] = result.bytes
            differences.update(index) {
                $0.sequence = sequence
                $0.expected = expected
            }
            return
        }
        if differences.hasRoom { wanted[differences.kept.count] = result.bytes }
        differences.add(
            RecordDifference(
                .altered, topic, partition, slot.offset, sequence: sequence,
                "result \(sequence) is not the one that the fold gives", expected: differences.hasRoom ? decoded() : nil
            ))
    }

    /// Fills in what the topic holds at each difference. Complexity: one read per difference that is kept.
    mutating func fetchFound<L: Log>(_ log: L, _ decoded: (RawSpan) -> String) throws {
        for (index, difference) in differences.kept.enumerated() {
            guard let offset = difference.offset else { continue }
            try log.read(topic: topic, partition: partition, range: offset..<offset + 1) { batch in
                for entry in batch.entries where entry.offset == offset {
                    let key = batch.key(entry)
                    let value = batch.value(entry)
                    if let sequence = difference.sequence {
                        let first = damaged[offset]?.first ?? sequence
                        let pieces = ScoresPieces(key: key, value: value, partition: partition, next: first)
                        tell(index, sequence, pieces, value, decoded)
                    } else if let first = damaged[offset]?.first {
                        let pieces = ScoresPieces(key: key, value: value, partition: partition, next: first)
                        tellAround(index, pieces, key, value)
                    }
                }
            }
        }
    }

    /// What stands in the place of a result, and its first byte that the fold does not give.
    private mutating func tell(
        _ index: Int, _ sequence: UInt64, _ pieces: ScoresPieces, _ value: RawSpan, _ decoded: (RawSpan) -> String
    ) {
        guard let start = pieces.start(of: sequence) else { return }
        let range = pieces.range(of: sequence) ?? start..<value.byteCount
        let found = decoded(value.extracting(range))
        var byte: DifferingByte?
        if let wanted = wanted[index] {
            byte = DifferingByte(
                .value, from: start, found: value.extracting(range), expected: unsafe wanted.span.bytes)
        }
        differences.update(index) {
            $0.found = found
            $0.byte = byte
        }
    }

    /// Key and prefix of a damaged record in which no result was found to differ, as they must be around its results.
    private mutating func tellAround(_ index: Int, _ pieces: ScoresPieces, _ key: RawSpan, _ value: RawSpan) {
        guard let end = pieces.ranges.last?.upperBound else { return }
        var (wantedKey, wanted): ([UInt8], [UInt8]) = ([], [])
        ScoresRecord.key(firstSequence: pieces.first, into: &wantedKey)
        ScoresRecord.encode(
            results: value.extracting(ScoresRecord.prefixByteCount..<end), count: pieces.ranges.count,
            key: unsafe wantedKey.span.bytes, partition: partition, into: &wanted)
        let byte =
            DifferingByte(.key, found: key, expected: unsafe wantedKey.span.bytes)
            ?? DifferingByte(.value, found: value, expected: unsafe wanted.span.bytes)
        let found = aroundText(key, value)
        let expected = unsafe aroundText(wantedKey.span.bytes, wanted.span.bytes)
        differences.update(index) {
            $0.found = found
            $0.expected = expected
            $0.byte = byte
        }
    }
}

/// Key and prefix of a record, in hexadecimal: its results are not shown.
private func aroundText(_ key: RawSpan, _ value: RawSpan) -> String {
    func digits(_ bytes: RawSpan) -> String {
        bytes.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let prefix = value.extracting(first: ScoresRecord.prefixByteCount)
    return "key \(digits(key)), value \(digits(prefix)) and \(value.byteCount - prefix.byteCount) bytes of results"
}
