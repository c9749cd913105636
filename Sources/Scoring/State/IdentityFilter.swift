/// Says of most identities that a person has no such event, without a look at the events: a Bloom filter whose bits of
/// one key lie in one word (Putze, Sanders, Singler 2007). Derived, so no snapshot holds it.
///
/// 16 bits a key; about one in 200 new identities is looked for in vain.
struct IdentityFilter {
    private var words: [UInt64] = []
    /// Keys that it may hold before it is made anew, larger.
    private var room = 0

    static let keysPerWord = 4

    var isEmpty: Bool { words.isEmpty }

    init() {}

    init(room: Int) {
        var count = 16
        while count * Self.keysPerWord < room { count *= 2 }
        words = Array(repeating: 0, count: count)
        self.room = count * Self.keysPerWord
    }

    @inline(__always)
    func mayContain(_ identity: UInt64) -> Bool {
        let bits = Self.bits(identity)
        return words[place(identity)] & bits == bits
    }

    /// False where it is full.
    mutating func insert(_ identity: UInt64) -> Bool {
        guard room > 0 else { return false }
        room -= 1
        words[place(identity)] |= Self.bits(identity)
        return true
    }

    /// The identity is a hash: its parts are as good as several.
    private func place(_ identity: UInt64) -> Int { Int(truncatingIfNeeded: identity) & (words.count - 1) }

    private static func bits(_ identity: UInt64) -> UInt64 {
        1 << (identity >> 20 & 63) | 1 << (identity >> 32 & 63) | 1 << (identity >> 44 & 63)
    }
}
