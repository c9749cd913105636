import Events

/// Who is due when: a binary heap in the order (moment, key). With the spread day offset a greater key ends its day
/// later, so this is also the order (due day, key).
///
/// An entry may be early: whoever takes it out compares it with the person and puts it back at the right moment.
struct Calendar: ~Copyable {
    struct Entry: BitwiseCopyable {
        let at: Int64
        let key: PersonKey

        @inline(__always)
        fileprivate func precedes(_ other: Entry) -> Bool {
            at != other.at ? at < other.at : key < other.key
        }
    }

    private var heap = PackedArray<Entry>()

    var first: Entry? { heap.isEmpty ? nil : heap[0] }

    /// How many entries there are, and the one at a place of the heap: the first is next, one of those after it second.
    var count: Int { heap.count }
    subscript(place: Int) -> Entry { heap[place] }

    /// Complexity: O(log n).
    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var heap = heap.mutableSpan
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.precedes(heap[parent]) else { break }
            heap[place] = heap[parent]
            place = parent
        }
        heap[place] = entry
    }

    /// Complexity: O(log n).
    mutating func removeFirst() -> Entry {
        let first = heap[0]
        let last = heap.removeLast()
        var heap = heap.mutableSpan
        guard !heap.isEmpty else { return first }
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(last) else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = last
        return first
    }
}
