import CMemory

/// A huge page of `StateMemory`: u32 bytes of blocks that live · u32 where the next block begins · 4 bytes unused · blocks.
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
