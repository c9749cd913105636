import Events

/// When grants were closed that are not live any more: what keeps a consent from before that moment from opening its grant
/// again, however late it comes (invariant 22). A mark outlives the person's state, and names neither person nor grant.
///
/// 24 bytes a mark, with room in the arrays some 32. A mark is kept until every consent from before its time would have
/// expired: `EventRules.grantMilliseconds` after it, by the clock.
///
/// Marks lie in buckets by the first bits of their names, which are keyed hashes and so lie evenly. A snapshot keeps the
/// buckets as they were at its cut, and only those that change afterwards are copied.
struct ConsentMarks {
    struct Mark: Equatable {
        let name: GrantName
        /// ms UTC: consents dated at this time or before open nothing.
        var time: Int64
    }

    private var buckets: [[Mark]] = [[]]
    /// Marks in all buckets, those that are over among them.
    private var held = 0

    private static let bucketMarks = 32

    /// When the grant was closed last; nil where that is not known, or does not matter any more. Complexity: O(1) expected.
    func time(of name: GrantName, clock: Int64?) -> Int64? {
        let bucket = bucket(of: name)
        guard let place = buckets[bucket].firstIndex(where: { $0.name == name }) else { return nil }
        let mark = buckets[bucket][place]
        return mark.isOver(at: clock) ? nil : mark.time
    }

    /// Takes note that the grant was closed at `time`; an earlier one than is known changes nothing. Complexity: O(1)
    /// expected, but for every doubling of the marks, which is linear in them.
    mutating func close(_ name: GrantName, at time: Int64, clock: Int64?) {
        let mark = Mark(name: name, time: time)
        guard !mark.isOver(at: clock) else { return }
        var bucket = bucket(of: name)
        if let place = buckets[bucket].firstIndex(where: { $0.name == name }) {
            buckets[bucket][place].time = max(buckets[bucket][place].time, time)
            return
        }
        held -= buckets[bucket].count
        buckets[bucket].removeAll { $0.isOver(at: clock) }
        held += buckets[bucket].count
        if held >= buckets.count * Self.bucketMarks {
            grow(clock: clock)
            bucket = self.bucket(of: name)
        }
        buckets[bucket].append(mark)
        held += 1
    }

    /// Marks that matter at the clock. Complexity: linear in all.
    func count(clock: Int64?) -> Int {
        buckets.reduce(0) { sum, bucket in sum + bucket.count { !$0.isOver(at: clock) } }
    }

    private var bits: Int { buckets.count.trailingZeroBitCount }

    private func bucket(of name: GrantName) -> Int { bits == 0 ? 0 : Int(name.high >> UInt64(64 - bits)) }

    private mutating func grow(clock: Int64?) {
        var grown: [[Mark]] = []
        grown.reserveCapacity(buckets.count * 2)
        held = 0
        for bucket in buckets {
            var halves: ([Mark], [Mark]) = ([], [])
            for mark in bucket where !mark.isOver(at: clock) {
                if mark.name.high >> UInt64(63 - bits) & 1 == 0 { halves.0.append(mark) } else { halves.1.append(mark) }
                held += 1
            }
            grown.append(halves.0)
            grown.append(halves.1)
        }
        buckets = grown
    }
}

extension ConsentMarks.Mark {
    func isOver(at clock: Int64?) -> Bool { clock.map { $0 >= time + EventRules.grantMilliseconds } ?? false }
}

// MARK: - Snapshot

// Marks in a snapshot (schemas/snapshot.md), little endian: 256 groups by the first byte of the name, each
// u32 marks, each u64 name high, u64 name low, i64 time, in the order of names
extension ConsentMarks {
    static let groupCount = 256
    private static let markBytes = 24

    func encode(into bytes: inout [UInt8], clock: Int64?) {
        for group in 0..<Self.groupCount { encode(group, into: &bytes, clock: clock) }
    }

    /// Complexity: O(n log n) in the marks of the group.
    fileprivate func encode(_ group: Int, into bytes: inout [UInt8], clock: Int64?) {
        let first = UInt64(group) << 56
        let last = first | (1 << 56 - 1)
        let places = bucket(of: GrantName(high: first, low: 0))...bucket(of: GrantName(high: last, low: 0))
        var marks: [Mark] = []
        for bucket in places {
            for mark in buckets[bucket] where mark.name.high >> 56 == group && !mark.isOver(at: clock) {
                marks.append(mark)
            }
        }
        marks.sort { $0.name < $1.name }
        bytes.append(littleEndian: UInt32(marks.count))
        for mark in marks {
            bytes.append(littleEndian: mark.name.high)
            bytes.append(littleEndian: mark.name.low)
            bytes.append(littleEndian: mark.time)
        }
    }

    init(decoding cursor: inout ByteCursor, clock: Int64?) throws {
        for group in 0..<Self.groupCount {
            var previous: GrantName?
            for _ in 0..<(try cursor.take(UInt32.self)) {
                let mark = Mark(
                    name: GrantName(high: try cursor.take(), low: try cursor.take()), time: try cursor.takeTime())
                guard mark.name.high >> 56 == group, previous.map({ $0 < mark.name }) ?? true,
                    !mark.isOver(at: clock)
                else { throw SnapshotPayloadError.layout }
                previous = mark.name
                close(mark.name, at: mark.time, clock: clock)
            }
        }
    }
}

/// The marks as they were when a snapshot was cut, written group by group (see StateCut).
struct ConsentMarksCut {
    private let marks: ConsentMarks
    private let clock: Int64?
    private var group = 0

    init(marks: ConsentMarks, clock: Int64?) {
        self.marks = marks
        self.clock = clock
    }

    /// Adds the next bytes for `work` units; true when they were the last.
    mutating func write(into bytes: inout [UInt8], work: Int) -> Bool {
        var work = work
        while group < ConsentMarks.groupCount {
            guard work > 0 else { return false }
            let start = bytes.count
            marks.encode(group, into: &bytes, clock: clock)
            group += 1
            work -= 2 * (bytes.count - start)
        }
        return true
    }
}
