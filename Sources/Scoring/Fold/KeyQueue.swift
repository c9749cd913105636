import Events

/// Keys, given out in ascending order: laid into buckets by their first bits, each sorted when its turn comes, since keys
/// are keyed hashes and so lie evenly. So no step is long.
struct KeyQueue {
    private var keys: [PersonKey]
    /// Where each bucket ends.
    private var ends: [Int]
    private var place = 0
    private var sortedBuckets = 0

    private static let bucketKeys = 128

    /// Complexity: linear.
    init(_ unordered: [PersonKey] = []) {
        var bits = 1
        while unordered.count >> bits > Self.bucketKeys { bits += 1 }
        func bucket(_ key: PersonKey) -> Int { Int(key.high >> UInt64(64 - bits)) }
        ends = Array(repeating: 0, count: 1 << bits)
        for key in unordered { ends[bucket(key)] += 1 }
        var next: [Int] = []
        var end = 0
        for index in ends.indices {
            next.append(end)
            end += ends[index]
            ends[index] = end
        }
        keys = unordered
        for key in unordered {
            keys[next[bucket(key)]] = key
            next[bucket(key)] += 1
        }
    }

    mutating func next() -> PersonKey? {
        while sortedBuckets < ends.count, place == (sortedBuckets == 0 ? 0 : ends[sortedBuckets - 1]) {
            keys[place..<ends[sortedBuckets]].sort()
            sortedBuckets += 1
        }
        guard place < keys.count else { return nil }
        defer { place += 1 }
        return keys[place]
    }
}
