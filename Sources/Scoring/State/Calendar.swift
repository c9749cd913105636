import Events

/// Who is due when: a binary heap in the order (moment, key). With the spread day offset a greater key ends its day
/// later, so this is also the order (due day, key).
///
/// An entry may be early: whoever takes it out compares it with the person and puts it back at the right moment.
struct Calendar {
    struct Entry: Comparable {
        let at: Int64
        let key: PersonKey
        let slot: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.at != right.at ? left.at < right.at : left.key < right.key
        }

        static func == (left: Entry, right: Entry) -> Bool { left.at == right.at && left.key == right.key }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> Entry {
        let first = heap[0]
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first }
        heap[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in 2 * parent + 1...2 * parent + 2 where child < heap.count && heap[child] < heap[least] {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
