import Checksums

/// Records copied out of a log, in one block of bytes: what a role works on between two polls.
///
/// A batch is reused: `removeAll()` keeps its memory, so the steady state allocates nothing.
///
/// ```
/// bytes  | key 0 | value 0 | key 1 | value 1 | …
/// entries  ^ partition, offset, stamp, where key and value lie
/// ```
public struct RecordBatch {
    public struct Entry {
        public let partition: Int32
        public let offset: Int64
        /// Broker append time (or create time, as the topic says), ms since the epoch, within `stamps`.
        public let timestamp: Int64
        @usableFromInline let start: Int
        @usableFromInline let keyCount: Int
        @usableFromInline let valueCount: Int
        public let isNullKey: Bool
        /// A null payload is a tombstone, not an error.
        public let isNullValue: Bool
        /// Place in `cuts`; -1 where the value is held whole.
        fileprivate let cutIndex: Int32
    }

    /// Length and digest of a value of which a batch holds the first bytes alone.
    public struct Cut: Equatable, Sendable {
        /// Bytes of the whole value.
        public let byteCount: Int
        /// XXH3-128 of the whole value.
        public let digest: Digest128

        public init(byteCount: Int, digest: Digest128) {
            self.byteCount = byteCount
            self.digest = digest
        }
    }

    /// What a stamp may be: 1970-01-01 to 2199-12-31. Whoever writes to a topic without LogAppendTime stamps as they please, so
    /// a stamp from outside is held to this where it comes in, and can be calculated with everywhere.
    public static let stamps: ClosedRange<Int64> = 0...7_258_118_399_999

    public private(set) var entries: [Entry] = []
    @usableFromInline var bytes: [UInt8] = []
    private var cuts: [Cut] = []
    /// Of a longer value the batch holds only so many bytes.
    public let valueBytesMax: Int
    /// Records whose stamp is not the broker's append time, though the log tells which it is.
    public private(set) var foreignStampCount = 0

    /// A batch that holds at most `valueBytesMax` bytes of each value, so that no record takes more of its memory.
    public init(valueBytesMax: Int = .max) { self.valueBytesMax = valueBytesMax }

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }

    /// Bytes of all keys and values held.
    public var byteCount: Int { bytes.count }

    /// Where the entry at `index` stands and those after it that are of its partition too, up to the first that is not.
    public func run(at index: Int) -> Range<Int> {
        var end = index + 1
        while end < count, entries[end].partition == entries[index].partition { end += 1 }
        return index..<end
    }

    /// The entry `distance` after the one at `index` of a run; at its first all up to there. So whoever asks at each entry of
    /// the run sees each once.
    public func ahead(of index: Int, by distance: Int, in run: Range<Int>) -> ArraySlice<Entry> {
        let first = Swift.min(index == run.lowerBound ? index : index + distance, run.upperBound)
        return entries[first..<Swift.min(index + distance + 1, run.upperBound)]
    }

    /// All entries, each partition's in order, the partitions taking turns. O(count × log count).
    public func entriesInTurns() -> [Entry] {
        var turns: [Int32: Int] = [:]
        let turnOf = entries.map { entry in
            turns[entry.partition, default: 0] += 1
            return turns[entry.partition]!
        }
        return entries.indices.sorted { (turnOf[$0], $0) < (turnOf[$1], $1) }.map { entries[$0] }
    }

    public mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        cuts.removeAll(keepingCapacity: true)
        foreignStampCount = 0
    }

    /// Takes note that the stamp of one record is its producer's and not the broker's.
    public mutating func noteForeignStamp() { foreignStampCount += 1 }

    /// Copies one record in. `nil` is null, which differs from empty. A timestamp outside `stamps` becomes the nearest one. Of
    /// a value that is longer than `valueBytesMax` it copies that many bytes, and takes length and digest of the whole.
    public mutating func append(partition: Int32, offset: Int64, timestamp: Int64, key: RawSpan?, value: RawSpan?) {
        let start = bytes.count
        append(key)
        let keyEnd = bytes.count
        var cutIndex: Int32 = -1
        if let value, value.byteCount > valueBytesMax {
            append(value.extracting(first: valueBytesMax))
            cutIndex = Int32(cuts.count)
            cuts.append(Cut(byteCount: value.byteCount, digest: xxh3Digest(value)))
        } else {
            append(value)
        }
        entries.append(
            Entry(
                partition: partition, offset: offset,
                timestamp: Swift.min(Swift.max(timestamp, Self.stamps.lowerBound), Self.stamps.upperBound),
                start: start, keyCount: keyEnd - start, valueCount: bytes.count - keyEnd, isNullKey: key == nil,
                isNullValue: value == nil, cutIndex: cutIndex))
    }

    /// The key of an entry of this batch; empty where it is null.
    @inlinable @_lifetime(borrow self)
    public func key(_ entry: Entry) -> RawSpan {
        unsafe bytes.span.bytes.extracting(entry.start..<entry.start + entry.keyCount)
    }

    /// The value of an entry of this batch; empty where it is null.
    @inlinable @_lifetime(borrow self)
    public func value(_ entry: Entry) -> RawSpan {
        let start = entry.start + entry.keyCount
        return unsafe bytes.span.bytes.extracting(start..<start + entry.valueCount)
    }

    /// What is known of the whole value; nil where the batch holds all of it.
    public func cut(_ entry: Entry) -> Cut? { entry.cutIndex < 0 ? nil : cuts[Int(entry.cutIndex)] }

    private mutating func append(_ span: RawSpan?) {
        guard let span else { return }
        unsafe span.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
}
