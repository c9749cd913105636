/// Where the persons' arrays lie: log-structured memory (Rumble, Kejriwal, Ousterhout, "Log-structured Memory for
/// DRAM-based Storage", FAST 2014).
///
/// A general allocator leaves holes that nobody fits: all persons' arrays grow together, so what one gives up is too small
/// for the others too (17 to 40 % of a state, measured). Here an array is put behind the last one in a segment, and what
/// it leaves behind is dead. Where a twentieth of all is dead or empty, the segment with the least alive is cleaned: what
/// lives in it moves, and it is used again.
///
/// ```
/// an array grows: on the heap ─▶ settled: at the open segment's end ─▶ moved, when its segment is cleaned
/// ```
/// Each block names its owner, so cleaning needs no list; and it moves nothing by itself: whoever holds the persons asks
/// for the next owner and moves that array, between two records, one at a time. Nothing of it is state.
@safe struct StateMemory: ~Copyable {
    /// Which array of which person a block is.
    struct Owner: Equatable {
        let slot: UInt32
        let part: PersonPart
    }

    static let blockBytesMax = Segment.byteCount / 16
    /// Of all bytes in closed segments so many may be unused: one in …
    private static let unusedShare = 20
    /// So many changes pay for a look at a segment's header.
    private static let changesPerSegment = 64

    private var segments: [Segment] = []
    private var open: Segment?
    /// Empty, kept so that pages are not given back and asked for again by turns.
    private var spare: Segment?
    private var victim: Segment?
    private var victimPlace = 0
    private var changesUntilCheck = 0

    init() {}

    deinit {
        for segment in segments { segment.giveBack() }
        spare?.giveBack()
    }

    /// Complexity: O(segments).
    var use: PersonMemoryUse {
        PersonMemoryUse(
            heldBytes: (segments.count + (spare == nil ? 0 : 1)) * Segment.byteCount,
            liveBytes: segments.reduce(0) { $0 + $1.live })
    }

    /// Room for a block of so many bytes, a multiple of 8 and at most `blockBytesMax`.
    mutating func place(byteCount: Int) -> UnsafeMutableRawPointer {
        precondition(byteCount % 8 == 0 && byteCount <= Self.blockBytesMax)
        if let block = unsafe open?.place(byteCount: byteCount) { return unsafe block }
        let segment = spare ?? Segment()
        spare = nil
        segments.append(segment)
        open = segment
        check()
        return unsafe segment.place(byteCount: byteCount)!
    }

    /// The owner of the block that is to move after the next one, so that they can be asked for from memory; a guess.
    var ownerAfterNext: Owner? {
        guard let victim, victimPlace < victim.end else { return nil }
        return victim.header(at: victimPlace).owner
    }

    /// The owner of the next block that is to move, nil where none is. To be asked between two records; whoever asks moves
    /// that array by `place` before they ask again.
    mutating func nextToMove() -> Owner? {
        noteChange()
        guard let victim else { return nil }
        while victimPlace < victim.end {
            let header = victim.header(at: victimPlace)
            victimPlace += header.blockBytes
            if let owner = header.owner { return owner }
        }
        precondition(victim.live == 0, "all in a cleaned segment have moved")
        self.victim = nil
        check()
        return nil
    }

    /// To be called where blocks may have died: much can die though nothing is placed.
    mutating func noteChange() {
        changesUntilCheck -= 1
        if changesUntilCheck <= 0 { check() }
    }

    /// Lets go of empty segments and chooses one to clean, where enough is dead.
    private mutating func check() {
        changesUntilCheck = Self.changesPerSegment * segments.count
        var live = 0
        var index = 0
        var sparsest: Segment?
        while index < segments.count {
            let segment = segments[index]
            if segment == open || segment == victim {
                index += 1
            } else if segment.live == 0 {
                segments.swapAt(index, segments.count - 1)
                segments.removeLast()
                if spare == nil { spare = segment.emptied() } else { segment.giveBack() }
            } else {
                live += segment.live
                if segment.live < sparsest?.live ?? .max { sparsest = segment }
                index += 1
            }
        }
        guard victim == nil, let sparsest else { return }
        let closed = (segments.count - 1) * Segment.byteCount
        let dead = closed - live
        let unused = dead + (spare == nil ? 0 : Segment.byteCount)
        // Of a small state the spare alone is more than that, and no cleaning ends it.
        if unused * Self.unusedShare > closed, dead * 2 * Self.unusedShare > closed {
            victim = sparsest
            victimPlace = Segment.headerBytes
        }
    }
}
