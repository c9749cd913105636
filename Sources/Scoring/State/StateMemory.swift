import CMemory

/// Where the persons' arrays lie: log-structured memory (Rumble, Kejriwal, Ousterhout, "Log-structured Memory for
/// DRAM-based Storage", FAST 2014).
///
/// A general allocator leaves holes that nobody fits: all persons' arrays grow together, so what one gives up is too small
/// for the others too (17 to 40 % of a state, measured). Here an array is put behind the last one in a segment, and what
/// it leaves behind is dead. Where a sixteenth of all is dead, the segment with the least alive is cleaned: what lives in
/// it moves, and it is used again.
///
/// ```
/// an array grows: on the heap ─▶ settled: at the open segment's end ─▶ moved, when its segment is cleaned
/// ```
/// Each block names its owner, so cleaning needs no list; and it moves nothing by itself: whoever holds the persons asks
/// for the next owner and moves that array, between two records, a little at a time. Nothing of it is state.
@safe struct StateMemory: ~Copyable {
    /// Which array of which person a block is.
    struct Owner: Equatable {
        let slot: UInt32
        let part: PersonPart
    }

    static let blockBytesMax = Segment.byteCount / 16
    /// Of all bytes in closed segments so many may be dead: one in …
    private static let deadShare = 16

    private var segments: [Segment] = []
    private var open: Segment?
    /// Empty, kept so that pages are not given back and asked for again by turns.
    private var spare: Segment?
    private var victim: Segment?
    private var victimPlace = 0
    private var looksUntilCheck = 0

    init() {}

    deinit {
        for segment in segments { segment.giveBack() }
        spare?.giveBack()
    }

    /// Of all segments, and what of them lives. Complexity: O(segments).
    var byteCounts: (held: Int, live: Int) {
        (segments.count * Segment.byteCount, segments.reduce(0) { $0 + $1.live })
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
        looksUntilCheck -= 1
        if victim == nil, looksUntilCheck <= 0 { check() }
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

    /// Lets go of empty segments and chooses one to clean, where enough is dead.
    private mutating func check() {
        looksUntilCheck = 64 * segments.count
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
        if (closed - live) * Self.deadShare > closed {
            victim = sparsest
            victimPlace = Segment.headerBytes
        }
    }
}

/// What stands before the elements of a `PackedArray`.
struct BlockHeader: BitwiseCopyable {
    static let byteCount = 12
    /// A block begins this far after a multiple of 8, so that its elements are at one.
    static let lead = 4

    var count: UInt32
    let capacity: UInt32
    /// 3 part · 29 slot of the person, or the mark of a dead block.
    private var owned: UInt32

    private static let dead = UInt32(1) << slotBits - 1
    private static let slotBits: UInt32 = 29

    /// Of a block on the heap, where nobody asks for an owner.
    init(count: Int, capacity: Int) {
        self.count = UInt32(count)
        self.capacity = UInt32(capacity)
        owned = 0
    }

    init(count: Int, capacity: Int, owner: StateMemory.Owner) {
        precondition(owner.slot < Self.dead)
        self.count = UInt32(count)
        self.capacity = UInt32(capacity)
        owned = UInt32(owner.part.rawValue) << Self.slotBits | owner.slot
    }

    private var part: PersonPart { PersonPart(rawValue: UInt8(owned >> Self.slotBits))! }

    /// Of a block that is not on the heap.
    var blockBytes: Int { Self.blockBytes(Int(capacity), part) }

    static func blockBytes(_ capacity: Int, _ part: PersonPart) -> Int { (byteCount + capacity * part.stride + 7) / 8 * 8 }

    /// Nil for one that is dead.
    var owner: StateMemory.Owner? {
        owned & Self.dead == Self.dead ? nil : .init(slot: owned & Self.dead, part: part)
    }

    mutating func die() { owned |= Self.dead }
}

/// A huge page: u32 bytes of blocks that live · u32 where the next block begins · 4 bytes unused · blocks.
@safe struct Segment: Equatable {
    static let byteCount = 1 << 21
    static let headerBytes = 8 + BlockHeader.lead

    private let base: UnsafeMutableRawPointer

    static func == (one: Segment, other: Segment) -> Bool { unsafe one.base == other.base }

    init() {
        guard let pages = unsafe plainscore_pages(Self.byteCount) else {
            preconditionFailure("the system has no memory left for the state")
        }
        unsafe base = pages
        end = Self.headerBytes
    }

    /// The one in which a block lies.
    init(of block: UnsafeMutableRawPointer) {
        unsafe base = UnsafeMutableRawPointer(bitPattern: UInt(bitPattern: block) & ~UInt(Self.byteCount - 1))!
    }

    private(set) var live: Int {
        get { unsafe Int(base.load(as: UInt32.self)) }
        nonmutating set { unsafe base.storeBytes(of: UInt32(newValue), as: UInt32.self) }
    }

    private(set) var end: Int {
        get { unsafe Int(base.load(fromByteOffset: 4, as: UInt32.self)) }
        nonmutating set { unsafe base.storeBytes(of: UInt32(newValue), toByteOffset: 4, as: UInt32.self) }
    }

    func header(at place: Int) -> BlockHeader { unsafe base.load(fromByteOffset: place, as: BlockHeader.self) }

    func place(byteCount: Int) -> UnsafeMutableRawPointer? {
        guard end + byteCount <= Self.byteCount else { return nil }
        defer {
            end += byteCount
            live += byteCount
        }
        return unsafe base + end
    }

    /// A block in it is no longer used.
    static func release(_ block: UnsafeMutableRawPointer) {
        var header = unsafe block.load(as: BlockHeader.self)
        let segment = unsafe Segment(of: block)
        segment.live -= header.blockBytes
        header.die()
        unsafe block.storeBytes(of: header, as: BlockHeader.self)
    }

    func emptied() -> Segment {
        end = Self.headerBytes
        return self
    }

    func giveBack() { unsafe plainscore_give_back_pages(base, Self.byteCount) }
}
