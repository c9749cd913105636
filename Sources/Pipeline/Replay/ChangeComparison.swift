import Checksums
import Events
import Log
import Scoring

/// Holds the score changes of one topic partition against those that the publisher makes of the fold's results: the same
/// bytes, in either format, in the same order, each once, none beside.
///
/// While all is equal a change costs one comparison. At the first that is not, an index of what the topic holds is made,
/// and each further change is looked up in it.
struct ChangeComparison {
    private var published: PublishedChanges
    /// Before this stamp compaction may have taken a change that a later one of its grant follows.
    private let compactedBefore: Int64
    /// Place in the topic up to which all is told apart.
    private var next = 0
    /// Changes that were found: between which of them something stands, or is missing.
    private(set) var compared: Int64 = 0
    /// Earlier changes of a grant that compaction has taken, or that lie before what the topic keeps.
    private(set) var notKept: Int64 = 0
    /// Changes of results above the last that is compared.
    private(set) var after: Int64 = 0
    private(set) var differences = RecordDifferences()

    /// Places by hash, and the last place of each grant; made when they are first needed.
    private var index: (places: [UInt64: [Int]], lastOfGrant: [UInt64: Int])?
    /// Places in the topic that nothing has explained yet, and after how many found changes they stand.
    private var unexplained: [Int: Int64] = [:]
    private var missing: [Missing] = []

    private struct Missing {
        let hash: UInt64
        let grant: UInt64
        let sequence: UInt64
        let found: Int64
        /// Where it would stand.
        let place: Int
        let key: [UInt8]
        let value: [UInt8]
    }

    /// By difference that is kept, what the publisher makes there.
    private var wanted: [Int: (key: [UInt8], value: [UInt8])] = [:]

    init(_ published: PublishedChanges, above sequence: UInt64, compactedBefore: Int64) {
        self.published = published
        self.compactedBefore = compactedBefore
        while next < published.changes.count, let stated = published.changes[next].sequence, stated <= sequence {
            next += 1
        }
    }

    /// Takes the next change that the publisher makes.
    mutating func expect(_ sequence: UInt64, key: RawSpan, value: RawSpan) {
        let hash = PublishedChanges.Change.hash(key: key, value: value)
        if next < published.changes.count, published.changes[next].hash == hash {
            next += 1
            compared += 1
            return
        }
        search(
            Missing(
                hash: hash, grant: xxh3(key), sequence: sequence, found: compared, place: next, key: key.bytes,
                value: value.bytes))
    }

    private mutating func search(_ wanted: Missing) {
        let index = indexed()
        let places = index.places[wanted.hash] ?? []
        if let place = places.first(where: { $0 >= next }) {
            for between in next..<place { unexplained[between] = compared }
            next = place + 1
            compared += 1
        } else if let place = places.first(where: { unexplained[$0] != nil }) {
            unexplained[place] = nil
            compared += 1
            differences.add(
                RecordDifference(
                    .outOfOrder, published.topic, published.partition, published.changes[place].offset,
                    sequence: wanted.sequence, "it stands before a change that comes before it",
                    expected: text(wanted.value)))
        } else if isCompacted(wanted, index.lastOfGrant[wanted.grant], before: compactedBefore) {
            notKept += 1
        } else {
            missing.append(wanted)
        }
    }

    private mutating func indexed() -> (places: [UInt64: [Int]], lastOfGrant: [UInt64: Int]) {
        if let index { return index }
        var places: [UInt64: [Int]] = [:]
        var lastOfGrant: [UInt64: Int] = [:]
        for (place, change) in published.changes.enumerated() {
            places[change.hash, default: []].append(place)
            lastOfGrant[change.grant] = place
        }
        index = (places, lastOfGrant)
        return (places, lastOfGrant)
    }

    /// Whether it may be gone by right: another of its grant follows, and what stands in its place is old enough to have
    /// been compacted. A record that says it is this one is there, altered.
    private func isCompacted(_ wanted: Missing, _ lastOfGrant: Int?, before time: Int64) -> Bool {
        if published.keptFrom > 0, wanted.sequence < published.changes.first?.sequence ?? .max { return true }
        guard wanted.place < published.changes.count else { return false }
        let standing = published.changes[wanted.place]
        guard let lastOfGrant, lastOfGrant >= wanted.place, standing.stamp < time else { return false }
        return standing.grant != wanted.grant || standing.sequence != wanted.sequence
    }

    /// Changes that are missing may be gone by right where a broker's clock was ahead for a while: what it compacted by went by
    /// that clock, and `time` is 7 days before the latest of its stamps, ms.
    mutating func allowCompaction(before time: Int64) {
        guard time > compactedBefore, !missing.isEmpty else { return }
        let index = indexed()
        let gone = missing.map { isCompacted($0, index.lastOfGrant[$0.grant], before: time) }
        missing = zip(missing, gone).filter { !$0.1 }.map(\.0)
        notKept += Int64(gone.count { $0 })
    }

    /// Tells what is left over: `last` is the number of the last result that is compared. What is missing at the end is
    /// looked for once more until `isTimeOver`, since a transaction shows a little after its commit has returned.
    mutating func finish<L: Log>(_ log: L, through last: UInt64, isTimeOver: () -> Bool) throws {
        while missing.contains(where: { $0.place == published.changes.count }), !isTimeOver() {
            guard try published.readOn(log) else { continue }
            index = nil
            let late = missing
            missing = []
            for wanted in late { expect(again: wanted) }
        }
        while next < published.changes.count {
            let change = published.changes[next]
            let isMissed = missing.contains { $0.place == next && $0.grant == change.grant }
            if let sequence = change.sequence, sequence > last, !isMissed {
                after += 1
            } else {
                unexplained[next] = compared
            }
            next += 1
        }
        pair()
        try fetchFound(log)
    }

    private mutating func expect(again wanted: Missing) {
        if next < published.changes.count, published.changes[next].hash == wanted.hash {
            next += 1
            compared += 1
        } else {
            search(wanted)
        }
    }

    /// What is missing and what is unexplained, side by side.
    private mutating func pair() {
        let topic = published.topic
        let partition = published.partition
        if !unexplained.isEmpty { _ = indexed() }
        var rest = unexplained.keys.sorted()
        func take(where isTheOne: (Int) -> Bool) -> Int? {
            rest.firstIndex(where: isTheOne).map { rest.remove(at: $0) }
        }
        for wanted in missing {
            let place =
                take {
                    published.changes[$0].sequence == wanted.sequence && published.changes[$0].grant == wanted.grant
                } ?? take { unexplained[$0] == wanted.found && !isTwice($0) }
            let expected = differences.hasRoom ? text(wanted.value) : nil
            if let place {
                if differences.hasRoom { self.wanted[differences.kept.count] = (wanted.key, wanted.value) }
                differences.add(
                    RecordDifference(
                        .altered, topic, partition, published.changes[place].offset, sequence: wanted.sequence,
                        "the score change is not the one that result \(wanted.sequence) gives", expected: expected))
            } else {
                differences.add(
                    RecordDifference(
                        .missing, topic, partition, nil, sequence: wanted.sequence,
                        "a score change of result \(wanted.sequence) is not in the topic", expected: expected))
            }
        }
        for place in rest {
            let change = published.changes[place]
            let isTwice = isTwice(place)
            differences.add(
                RecordDifference(
                    isTwice ? .repeated : .extra, topic, partition, change.offset, sequence: change.sequence,
                    isTwice ? "the same score change stands in the topic twice" : "no result gives this score change"))
        }
    }

    /// Whether a change with the same bytes was found elsewhere.
    private func isTwice(_ place: Int) -> Bool {
        let places = index?.places[published.changes[place].hash] ?? []
        return places.contains { $0 != place && unexplained[$0] == nil }
    }

    /// Fills in what the topic holds at each difference. Complexity: one read per difference that is kept.
    private mutating func fetchFound<L: Log>(_ log: L) throws {
        for (index, difference) in differences.kept.enumerated() {
            guard let offset = difference.offset else { continue }
            try log.read(topic: published.topic, partition: published.partition, range: offset..<offset + 1) { batch in
                for entry in batch.entries where entry.offset == offset {
                    let key = batch.key(entry)
                    let value = batch.value(entry)
                    let found = text(PublishedScoreChange.json(of: value) ?? value.bytes)
                    let byte = differingByte(index, key, value)
                    differences.update(index) {
                        $0.found = found
                        $0.byte = byte
                    }
                }
            }
        }
    }

    /// Of a value that is Protobuf none is named: what it must be is known as JSON.
    private func differingByte(_ index: Int, _ key: RawSpan, _ value: RawSpan) -> DifferingByte? {
        guard let wanted = wanted[index] else { return nil }
        let ofKey = DifferingByte(.key, found: key, expected: unsafe wanted.key.span.bytes)
        // JSON whose first byte is altered still ends as JSON does, and Protobuf ends with a digit of its checksum.
        let endsAsJSON =
            value.byteCount > 0 && value.load(littleEndianAt: value.byteCount - 1, as: UInt8.self) == UInt8(ascii: "}")
        guard ofKey == nil, value.isJSON || endsAsJSON else { return ofKey }
        return DifferingByte(.value, found: value, expected: unsafe wanted.value.span.bytes)
    }
}

/// A score change is text already; what is not is shown as far as it is.
private func text(_ value: [UInt8]) -> String { String(decoding: value, as: UTF8.self) }

extension RawSpan {
    /// A copy.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(span: self)
        return bytes
    }
}
