import Events

/// Says of most identities that a person has no such event, without a look at the events: a Bloom filter whose bits of
/// one key lie in one word (Putze, Sanders, Singler 2007). Derived, so no snapshot holds it.
///
/// 10 bits a key, four of them set: about one in 55 new identities is looked for in vain. Bits of events that have left
/// stay until it is full and is made anew, in its place.
struct IdentityFilter: ~Copyable {
    /// Keys that may still come before it is made anew; then the bits.
    var words = PackedArray<UInt64>()

    private static let keysPerWord = 6

    init() {}

    var isEmpty: Bool { words.isEmpty }

    func prefetch() { words.prefetch() }

    @inline(__always)
    func prefetch(_ identity: UInt64) {
        if !isEmpty { words.prefetch(at: place(identity)) }
    }

    @inline(__always)
    func mayContain(_ identity: UInt64) -> Bool {
        let bits = Self.bits(identity)
        return words[place(identity)] & bits == bits
    }

    /// False where it is full, or there is none yet.
    @inline(__always)
    mutating func insert(_ identity: UInt64) -> Bool {
        guard !words.isEmpty, words[0] > 0 else { return false }
        words[0] -= 1
        set(identity)
        return true
    }

    /// Made anew for the events that there are, with room for a sixteenth more at least; where it must grow, for a quarter,
    /// so that it seldom does.
    mutating func rebuild(_ slots: borrowing PackedArray<EventSlot>) {
        let least = Self.words(for: slots.count + slots.count / 16 + 1)
        if words.count < least {
            words.append(repeating: 0, count: Self.words(for: slots.count + slots.count / 4 + 1) - words.count)
        }
        var bits = words.mutableSpan
        for index in bits.indices { bits[index] = 0 }
        for index in slots.indices { set(slots[index].identity) }
        words[0] = UInt64((words.count - 1) * Self.keysPerWord - slots.count)
    }

    private static func words(for keys: Int) -> Int { 1 + (keys + keysPerWord - 1) / keysPerWord }

    mutating func removeAll() { words.removeAll() }

    private mutating func set(_ identity: UInt64) { words[place(identity)] |= Self.bits(identity) }

    /// The identity is a hash: its parts are as good as several.
    @inline(__always)
    private func place(_ identity: UInt64) -> Int {
        1 + Int(((identity & 0xFFFF_FFFF) * UInt64(words.count - 1)) >> 32)
    }

    @inline(__always)
    private static func bits(_ identity: UInt64) -> UInt64 {
        1 << (identity & 63) | 1 << (identity >> 6 & 63) | 1 << (identity >> 36 & 63) | 1 << (identity >> 42 & 63)
    }
}
