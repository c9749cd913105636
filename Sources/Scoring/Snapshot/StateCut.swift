import Events

/// The state at one offset, written out in slices while the fold goes on: the same bytes as `encodeState` there.
///
/// Two things make that cheap. A person who is about to change and has not been written is encoded first and kept aside
/// until their turn comes (copy on write, by the person). And the order of keys comes from buckets by the keys' first
/// bits, filled slot by slot and sorted one at a time, since keys are keyed hashes and so lie evenly.
///
/// ```
/// index: each slot into the bucket of its key ─▶ write: bucket by bucket ─▶ those who wait, oldest first ─▶ marks
///           ▲                                       ▲
///           └────────── kept aside ─────────────────┘◀── willChange, from the fold
/// ```
/// Memory: 8 bytes a slot, and the bytes of the persons kept aside, at most the payload.
final class StateCut {
    /// Of the next record at the moment of the cut.
    let offset: Int64

    /// What a slot's person is to the cut: to be written as they are, done (or not in it), or kept aside at place n.
    private var standing: [Int32]
    private static let asTheyAre: Int32 = -1
    private static let done: Int32 = -2
    private var asides: [(key: PersonKey, bytes: [UInt8])] = []

    /// The first slot of each bucket's list, and after each slot the next; −1 ends a list.
    private var firsts: [Int32]
    private var nexts: [Int32]
    private let bucketShift: UInt64

    private let generations: Generations
    fileprivate var marks: ConsentMarksCut
    private var head: [UInt8]
    /// How far index and writing have come.
    private var slot = 0
    private var bucket = 0
    private var sorted: [(key: PersonKey, slot: Int)] = []
    private var place = 0

    /// Complexity: O(slots), about 2 ns each.
    init(
        offset: Int64, head: [UInt8], people: borrowing PersonTable, generations: Generations, marks: ConsentMarksCut
    ) {
        self.offset = offset
        self.marks = marks
        self.generations = generations
        self.head = head
        standing = people.held.map { $0 ? Self.asTheyAre : Self.done }
        nexts = Array(repeating: -1, count: standing.count)
        var bits: UInt64 = 1
        while people.count >> Int(bits) > Self.bucketPersons { bits += 1 }
        firsts = Array(repeating: -1, count: 1 << Int(bits))
        bucketShift = 64 - bits
    }

    private static let bucketPersons = 128

    /// The person at `slot` is about to change or go. Complexity: their bytes, the first time; else O(1).
    @inline(__always)
    func willChange(_ slot: Int, _ people: borrowing PersonTable) {
        if slot < standing.count, standing[slot] == Self.asTheyAre { keep(slot, people) }
    }

    private func keep(_ slot: Int, _ people: borrowing PersonTable) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(people[slot].encodedBytes)
        people[slot].encode(into: &bytes, generations)
        standing[slot] = Int32(asides.count)
        asides.append((people[slot].key, bytes))
    }

    /// Adds the next bytes of head and persons to `bytes`, for `work` units of about a nanosecond; returns what is left of
    /// them, above 0 only when all persons are written. One bucket's sort, or one person, may pass the bound.
    func writePersons(_ people: borrowing PersonTable, into bytes: inout [UInt8], work: Int) -> Int {
        var work = work
        if !head.isEmpty {
            bytes.append(contentsOf: head)
            head = []
        }
        while slot < standing.count {
            guard work > 0 else { return 0 }
            work -= Self.indexWork
            enterBucket(people)
        }
        while true {
            while place < sorted.count {
                guard work > 0 else { return 0 }
                let start = bytes.count
                write(sorted[place].slot, people, into: &bytes)
                place += 1
                work -= Self.personWork + bytes.count - start
            }
            guard bucket < firsts.count else { return max(1, work) }
            guard work > 0 else { return 0 }
            sortBucket(people)
            work -= Self.sortWork * (1 + sorted.count)
        }
    }

    // Measured with `deploy/bench core`: an index look misses one cache line, a person some five; a byte costs its copy and
    // its share of a fresh page.
    private static let indexWork = 30
    private static let sortWork = 100
    private static let personWork = 800

    private func enterBucket(_ people: borrowing PersonTable) {
        defer { slot += 1 }
        guard standing[slot] != Self.done else { return }
        let bucket = Int(key(slot, people).high >> bucketShift)
        nexts[slot] = firsts[bucket]
        firsts[bucket] = Int32(slot)
    }

    private func sortBucket(_ people: borrowing PersonTable) {
        sorted.removeAll(keepingCapacity: true)
        place = 0
        var slot = firsts[bucket]
        while slot >= 0 {
            sorted.append((key(Int(slot), people), Int(slot)))
            slot = nexts[Int(slot)]
        }
        sorted.sort { $0.key < $1.key }
        bucket += 1
    }

    private func write(_ slot: Int, _ people: borrowing PersonTable, into bytes: inout [UInt8]) {
        let aside = standing[slot]
        standing[slot] = Self.done
        if aside == Self.asTheyAre {
            people[slot].encode(into: &bytes, generations)
        } else {
            bytes.append(contentsOf: asides[Int(aside)].bytes)
            asides[Int(aside)].bytes = []
        }
    }

    /// Of the person who was there at the cut.
    private func key(_ slot: Int, _ people: borrowing PersonTable) -> PersonKey {
        let aside = standing[slot]
        return aside == Self.asTheyAre ? people[slot].key : asides[Int(aside)].key
    }
}

/// A snapshot in slices.
extension PartitionFold {
    /// Takes the state as it stands now, to be written by `writeCut` while the fold goes on. A cut that was under way is
    /// dropped. Complexity: O(persons), about 2 ns each.
    public func beginCut() {
        var head: [UInt8] = []
        state.encodeHead(into: &head)
        state.cut = StateCut(
            offset: nextOffset, head: head, people: state.people, generations: state.generations,
            marks: ConsentMarksCut(marks: state.marks, clock: clock))
        state.waiting.beginCut()
    }

    /// The offset at which a cut under way was taken; nil without one.
    public var cutOffset: Int64? { state.cut?.offset }

    /// Adds the next bytes of the cut to `bytes`; true when they were the last, and the cut is over. All slices together
    /// are the bytes that `encodeState` would have written at `cutOffset`.
    ///
    /// - Parameter work: of this slice, in units of about a nanosecond: 2,000,000 is a few milliseconds.
    public func writeCut(into bytes: inout [UInt8], work: Int) -> Bool {
        guard let cut = state.cut else { preconditionFailure("no cut is under way") }
        let left = cut.writePersons(state.people, into: &bytes, work: work)
        let start = bytes.count
        guard left > 0, state.waiting.writeCut(into: &bytes, work: left) else { return false }
        guard cut.marks.write(into: &bytes, work: left - (bytes.count - start)) else { return false }
        dropCut()
        return true
    }

    /// Forgets the cut that is under way, if there is one.
    public func dropCut() {
        state.cut = nil
        state.waiting.endCut()
    }
}

extension FoldState {
    /// Called before anything that a snapshot holds of the person at `slot` changes.
    @inline(__always)
    func willChange(_ slot: Int) {
        if let cut { cut.willChange(slot, people) }
    }
}
