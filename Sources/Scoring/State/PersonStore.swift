import CMemory

/// Persons in slots that never move while they live: pages of a fixed size, so that growing copies nothing and a slot
/// costs no more than its person; and the memory of their arrays. Who is in is the table's business.
@safe struct PersonStore: ~Copyable {
    private static let pageBits = 10
    private static let pageCount = 1 << pageBits
    private static let placeMask = pageCount - 1

    private var pages: [UnsafeMutablePointer<Person>] = unsafe []
    /// Slots ever used.
    private(set) var end = 0
    /// Whether a slot below `end` holds a person.
    private(set) var isHeld: [Bool] = []
    /// Let go of after the persons, whose arrays lie in it: a deinit's own words come before its fields'.
    private var memory = StateMemory()

    init() {}

    deinit {
        for slot in 0..<end where isHeld[slot] {
            unsafe _ = (pages[slot >> Self.pageBits] + (slot & Self.placeMask)).deinitialize(count: 1)
        }
        for page in unsafe pages.indices { unsafe pages[page].deallocate() }
    }

    func holds(_ slot: Int) -> Bool { slot < end && isHeld[slot] }

    var memoryUse: PersonMemoryUse { memory.use }

    subscript(slot: Int) -> Person {
        @inline(__always) unsafeAddress { unsafe UnsafePointer(address(slot)) }
        @inline(__always) unsafeMutableAddress { unsafe address(slot) }
    }

    /// Asks for the person's cache lines.
    @inline(__always)
    func prefetch(_ slot: Int) {
        guard slot < end else { return }
        let person = unsafe UnsafeRawPointer(pages[slot >> Self.pageBits] + (slot & Self.placeMask))
        unsafe plainscore_prefetch(person)
        unsafe plainscore_prefetch(person + 64)
    }

    /// Puts a person into a free slot, or into the next one.
    mutating func put(_ person: consuming Person, at slot: Int) {
        if slot == end {
            if end & Self.placeMask == 0 {
                unsafe pages.append(.allocate(capacity: Self.pageCount))
            }
            end += 1
            isHeld.append(false)
        }
        precondition(!isHeld[slot])
        unsafe (pages[slot >> Self.pageBits] + (slot & Self.placeMask)).initialize(to: person)
        isHeld[slot] = true
    }

    mutating func remove(_ slot: Int) {
        unsafe address(slot).deinitialize(count: 1)
        isHeld[slot] = false
        memory.noteChange()
    }

    /// Sees to it that what has grown of a person lies with the others, and moves one array of another closer to the
    /// rest where there are holes. To be called between two records. Complexity: what the person has gained, and that array.
    mutating func settle(_ slot: Int) {
        unsafe address(slot).pointee.settle(at: UInt32(slot), in: &memory)
        guard let owner = memory.nextToMove() else { return }
        unsafe address(Int(owner.slot)).pointee.move(owner, into: &memory)
        if let next = memory.ownerAfterNext { prefetch(Int(next.slot)) }
    }

    @inline(__always)
    private func address(_ slot: Int) -> UnsafeMutablePointer<Person> {
        precondition(holds(slot))
        return unsafe pages[slot >> Self.pageBits] + (slot & Self.placeMask)
    }
}
