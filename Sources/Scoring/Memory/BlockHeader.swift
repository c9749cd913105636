/// What stands before the elements of a `PackedArray`, on the heap or in a `StateMemory`: u32 count · u32 capacity · owner.
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

    static func blockBytes(_ capacity: Int, _ part: PersonPart) -> Int {
        (byteCount + capacity * part.stride + 7) / 8 * 8
    }

    /// Nil for one that is dead.
    var owner: StateMemory.Owner? {
        owned & Self.dead == Self.dead ? nil : .init(slot: owned & Self.dead, part: part)
    }

    mutating func die() { owned |= Self.dead }
}
