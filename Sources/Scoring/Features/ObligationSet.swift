/// Obligations that have been met in a scan, by their hashes: open addressing in memory of the caller, at most half full.
///
/// Whoever publishes obligations chooses their names, and could look for ones that lie together. So the place of a hash also
/// depends on a seed, which is to be a number that no producer knows.
@safe struct ObligationSet: ~Copyable {
    private let table: UnsafeMutableBufferPointer<UInt64>
    private let seed: UInt64
    /// A place of the table that holds 0 is free, so 0 itself is kept here.
    private var hasZero = false
    /// Places looked at.
    private(set) var looks = 0

    /// - Parameter table: a power of two of places, at least twice as many as there will be obligations.
    init(_ table: UnsafeMutableBufferPointer<UInt64>, seed: UInt64) {
        unsafe table.initialize(repeating: 0)
        unsafe self.table = table
        self.seed = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    /// Places for so many obligations.
    static func capacity(for count: Int) -> Int {
        var capacity = 2
        while capacity < 2 * count { capacity *= 2 }
        return capacity
    }

    /// False where it is there already. Complexity: O(1) expected.
    mutating func insert(_ hash: UInt64) -> Bool {
        if hash == 0 {
            defer { hasZero = true }
            return !hasZero
        }
        let product = (hash ^ seed).multipliedFullWidth(by: seed)
        var place = Int(truncatingIfNeeded: product.high ^ product.low) & (unsafe table.count - 1)
        while true {
            looks += 1
            let held = unsafe table[place]
            if held == hash { return false }
            if held == 0 { break }
            place = (place + 1) & (unsafe table.count - 1)
        }
        unsafe table[place] = hash
        return true
    }
}
