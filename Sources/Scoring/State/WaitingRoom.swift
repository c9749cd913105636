import Events

/// An event that came before its person's consent.
struct WaitingEvent {
    let person: PersonKey
    let event: Event
    let source: Coordinates
    /// The clock when it came; nil before the first tick.
    let since: Int64?
}

/// Events without a live grant, oldest first, found by person when a grant comes.
struct WaitingRoom {
    /// Taken ones are nil until they reach the front.
    private var queue: [WaitingEvent?] = []
    private var front = 0
    /// Sequence number of `queue[0]`; a place in the queue is a sequence number less this.
    private var base = 0
    private var places: [PersonKey: [Int]] = [:]
    private(set) var count = 0
    private var cut: WaitingCut?

    mutating func append(_ waiting: WaitingEvent) {
        places[waiting.person, default: []].append(base + queue.count)
        queue.append(waiting)
        count += 1
    }

    /// Takes out all of one person's, in the order in which they came.
    mutating func take(_ person: PersonKey) -> [WaitingEvent] {
        guard let sequence = places.removeValue(forKey: person) else { return [] }
        count -= sequence.count
        return sequence.map { number in
            defer { queue[number - base] = nil }
            cut?.willGo(number, queue[number - base]!)
            return queue[number - base]!
        }
    }

    /// The oldest; nil when nobody waits.
    var oldest: WaitingEvent? {
        mutating get {
            while front < queue.count, queue[front] == nil { front += 1 }
            if front > 1024, front * 2 > queue.count {
                queue.removeFirst(front)
                base += front
                front = 0
            }
            return front < queue.count ? queue[front] : nil
        }
    }

    mutating func removeOldest() {
        guard let oldest else { return }
        cut?.willGo(base + front, oldest)
        places[oldest.person]!.removeFirst()
        if places[oldest.person]!.isEmpty { places[oldest.person] = nil }
        queue[front] = nil
        count -= 1
    }

    /// All that wait, oldest first.
    var all: [WaitingEvent] { queue[front...].compactMap { $0 } }

    // MARK: - Snapshot in slices (see StateCut)

    mutating func beginCut() { cut = WaitingCut(count: count, numbers: base + front..<base + queue.count) }

    mutating func endCut() { cut = nil }

    /// Adds the next bytes of those who waited at the cut, for `work` units; true when they were the last.
    mutating func writeCut(into bytes: inout [UInt8], work: Int) -> Bool {
        let base = base
        let queue = queue
        return cut!.write(into: &bytes, work: work) { number in number < base ? nil : queue[number - base] }
    }
}
