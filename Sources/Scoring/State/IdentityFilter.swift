import Events

/// Says of most identities that a person has no such event, without a look at the events: a Bloom filter whose bits of
/// one key lie together (Putze, Sanders, Singler 2007), here in two neighbouring words. Derived, so no snapshot holds it.
///
/// 13 bits a key, six of them set: about one in 200 new identities is looked for in vain. Bits of events that have left
/// stay until it is full and is made anew, in its place.
struct IdentityFilter: ~Copyable {
    /// Keys that may still come before it is made anew; then the bits.
    var words = PackedArray<UInt64>()

    private static let keysPerWord = 5

    init() {}

    var isEmpty: Bool { words.isEmpty }

    func prefetch() { words.prefetch() }

    @inline(__always)
    func prefetch(_ identity: UInt64) {
        guard !isEmpty else { return }
        let place = Self.place(identity, words.count)
        words.prefetch(at: place)
        words.prefetch(at: place + 1)
    }

    @inline(__always)
    func mayContain(_ identity: UInt64) -> Bool {
        let place = Self.place(identity, words.count)
        let (first, second) = Self.bits(identity)
        return words[place] & first == first && words[place + 1] & second == second
    }

    /// False where it is full, or there is none yet.
    @inline(__always)
    mutating func insert(_ identity: UInt64) -> Bool {
        guard !words.isEmpty, words[0] > 0 else { return false }
        var words = words.mutableSpan
        words[0] -= 1
        Self.set(identity, &words)
        return true
    }

    /// Made anew for the events that there are, with room for a sixteenth more at least; where it must grow, for a quarter,
    /// so that it seldom does.
    mutating func rebuild(_ slots: borrowing PackedArray<EventSlot>) {
        let least = Self.words(for: slots.count + slots.count / 16 + 1)
        if words.count < least {
            words.append(repeating: 0, count: Self.words(for: slots.count + slots.count / 4 + 1) - words.count)
        }
        var words = words.mutableSpan
        for index in words.indices { words[index] = 0 }
        for index in slots.indices { Self.set(slots[index].identity, &words) }
        words[0] = UInt64((words.count - 2) * Self.keysPerWord - slots.count)
    }

    /// One for the count, and one more for the second word of the last place.
    private static func words(for keys: Int) -> Int { 2 + (keys + keysPerWord - 1) / keysPerWord }

    mutating func removeAll() { words.removeAll() }

    @inline(__always)
    private static func set(_ identity: UInt64, _ words: inout MutableSpan<UInt64>) {
        let place = place(identity, words.count)
        let (first, second) = bits(identity)
        words[place] |= first
        words[place + 1] |= second
    }

    /// Of the first word of two. The identity is a hash: its parts are as good as several. This reads the upper bits of
    /// the lower half.
    @inline(__always)
    private static func place(_ identity: UInt64, _ wordCount: Int) -> Int {
        1 + Int(((identity & 0xFFFF_FFFF) * UInt64(wordCount - 2)) >> 32)
    }

    /// Three in each of the two words.
    @inline(__always)
    private static func bits(_ identity: UInt64) -> (UInt64, UInt64) {
        (
            1 << (identity & 63) | 1 << (identity >> 6 & 63) | 1 << (identity >> 12 & 63),
            1 << (identity >> 18 & 63) | 1 << (identity >> 32 & 63) | 1 << (identity >> 38 & 63)
        )
    }
}
