import CMemory
import Events

/// The persons of one partition, found by key: open addressing over slots that never move while a person lives.
///
/// Keys are keyed hashes, so their low bits are the hash; at most half of the index is used. Iteration happens only in
/// the order of keys (`slotsByKey`), so nothing depends on the layout.
struct PersonTable: ~Copyable {
    private(set) var count = 0
    private var people = PersonStore()
    private var free: [Int32] = []
    /// Slot + 1, or 0 where empty. A power of two.
    private var index: [Int32] = Array(repeating: 0, count: 64)

    /// Complexity: O(1) expected.
    func slot(of key: PersonKey) -> Int? {
        var place = home(of: key)
        while index[place] != 0 {
            let slot = Int(index[place] - 1)
            if people[slot].key == key { return slot }
            place = (place + 1) & (index.count - 1)
        }
        return nil
    }

    subscript(slot: Int) -> Person {
        @inline(__always) _read { yield people[slot] }
        @inline(__always) _modify { yield &people[slot] }
    }

    // MARK: - Ahead of reading

    /// Asks for the place where the search for `key` begins.
    @inline(__always)
    func prefetchPlace(of key: PersonKey) {
        let home = home(of: key)
        unsafe index.withUnsafeBufferPointer { unsafe plainscore_prefetch($0.baseAddress! + home) }
    }

    /// Asks for the cache lines of those whom the search for `key` looks at, or the first of them.
    @inline(__always)
    func prefetchPerson(_ key: PersonKey) {
        var place = home(of: key)
        for _ in 0..<4 {
            if index[place] == 0 { return }
            people.prefetch(Int(index[place] - 1))
            place = (place + 1) & (index.count - 1)
        }
    }

    func holds(_ slot: Int) -> Bool { people.holds(slot) }

    var memoryUse: PersonMemoryUse { people.memoryUse }

    /// See `PersonStore`.
    mutating func settle(_ slot: Int) { people.settle(slot) }

    // MARK: - Changing

    /// Makes room for so many persons in all.
    mutating func reserve(_ total: Int) {
        if total * 2 > index.count { grow(to: total) }
    }

    /// The person's slot; nil where there is one with that key. Complexity: O(1) expected.
    mutating func insert(_ person: consuming Person) -> Int? {
        reserve(count + 1)
        let key = person.key
        var place = home(of: key)
        while index[place] != 0 {
            if people[Int(index[place] - 1)].key == key { return nil }
            place = (place + 1) & (index.count - 1)
        }
        let slot = free.popLast().map { Int($0) } ?? people.end
        people.put(person, at: slot)
        count += 1
        index[place] = Int32(slot + 1)
        return slot
    }

    mutating func remove(at slot: Int) {
        let key = people[slot].key
        var hole = home(of: key)
        while index[hole] != Int32(slot + 1) { hole = (hole + 1) & (index.count - 1) }
        // Backward shift (Knuth, TAOCP 3, 6.4, algorithm R): no tombstones.
        var next = hole
        while true {
            next = (next + 1) & (index.count - 1)
            guard index[next] != 0 else { break }
            let home = home(of: people[Int(index[next] - 1)].key)
            let distanceToHole = (next - hole) & (index.count - 1)
            let distanceToHome = (next - home) & (index.count - 1)
            if distanceToHome >= distanceToHole {
                index[hole] = index[next]
                hole = next
            }
        }
        index[hole] = 0
        people.remove(slot)
        free.append(Int32(slot))
        count -= 1
    }

    /// Of each slot ever used, whether it holds a person.
    var held: [Bool] { people.isHeld }

    /// All slots in use, in the order of keys. Complexity: O(n log n).
    var slotsByKey: [Int] {
        (0..<people.end).filter { people.holds($0) }.sorted { people[$0].key < people[$1].key }
    }

    private func home(of key: PersonKey) -> Int { Int(truncatingIfNeeded: key.low) & (index.count - 1) }

    private mutating func place(_ slot: Int, key: PersonKey) {
        var place = home(of: key)
        while index[place] != 0 { place = (place + 1) & (index.count - 1) }
        index[place] = Int32(slot + 1)
    }

    private mutating func grow(to total: Int) {
        var places = index.count
        while places < total * 2 { places *= 2 }
        index = Array(repeating: 0, count: places)
        for slot in 0..<people.end where people.holds(slot) { place(slot, key: people[slot].key) }
    }
}
