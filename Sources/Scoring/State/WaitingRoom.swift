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
///
/// Each entry is linked into two lists: the queue of all, and the line of its person. So the oldest of all and the oldest
/// of one person go in O(1), and an entry that has gone leaves its place to the next that comes.
///
/// ```
/// queue   head ─▶ a1 ─▶ b1 ─▶ a2 ─▶ c1 ◀─ tail
/// lines   a: a1 ─▶ a2      b: b1      c: c1
/// ```
/// While a snapshot is being written, an entry of it that goes stays in the queue, marked as gone, until it has been
/// written.
struct WaitingRoom {
    /// A place in the pages; `none` ends a list.
    private typealias Place = Int32
    private static let none: Place = -1

    private struct Entry {
        var waiting: WaitingEvent?
        /// Counts all that ever came; ascending in the queue.
        var number = 0
        var next = none
        var previous = none
        var nextOfPerson = none
        /// Kept for the snapshot alone.
        var isGone = false
    }

    /// The entries of one person.
    private struct Line {
        var first = none
        var last = none
        var count = 0

        /// Returns the place that was the last.
        mutating func append(_ place: Place) -> Place {
            defer { last = place }
            if first == none { first = place }
            count += 1
            return last
        }

        mutating func removeFirst(leaving next: Place) {
            first = next
            count -= 1
        }
    }

    /// Pages of a fixed size, so that growing moves nothing.
    private var pages: [[Entry]] = []
    private static let pageBits = 8
    private static let pageCount = 1 << pageBits
    /// The first place that is free; `next` leads to the others.
    private var free = none

    private var head = none
    private var tail = none
    /// The first in the queue that has not gone.
    private var front = none
    private var lines: [PersonKey: Line] = [:]
    /// Entries that have not gone.
    private(set) var count = 0
    private var nextNumber = 0
    private var cut: WaitingCut?

    /// How many events of this person wait. Complexity: O(1) expected.
    func count(of person: PersonKey) -> Int { lines[person]?.count ?? 0 }

    /// Complexity: O(1) expected; for one in 256 the making of a page.
    mutating func append(_ waiting: WaitingEvent) {
        let place = takePlace()
        self[place] = Entry(waiting: waiting, number: nextNumber, previous: tail)
        nextNumber += 1
        if tail == Self.none { head = place } else { self[tail].next = place }
        tail = place
        if front == Self.none { front = place }
        count += 1
        let last = lines[waiting.person, default: Line()].append(place)
        if last != Self.none { self[last].nextOfPerson = place }
    }

    /// Takes out all of one person's, in the order in which they came. Complexity: linear in them.
    mutating func take(_ person: PersonKey) -> [WaitingEvent] {
        guard let line = lines.removeValue(forKey: person) else { return [] }
        var taken: [WaitingEvent] = []
        taken.reserveCapacity(line.count)
        var place = line.first
        while place != Self.none {
            let next = self[place].nextOfPerson
            taken.append(self[place].waiting!)
            leave(place)
            place = next
        }
        return taken
    }

    /// Since when the oldest waits: outer nil when nobody waits, inner nil for one that came before the first tick.
    /// Complexity: O(1).
    var oldestSince: Int64?? { front == Self.none ? nil : .some(self[front].waiting!.since) }

    /// Complexity: O(1) expected.
    mutating func removeOldest() -> Coordinates? {
        front == Self.none ? nil : removeOldest(of: self[front].waiting!.person)
    }

    /// Complexity: O(1) expected.
    mutating func removeOldest(of person: PersonKey) -> Coordinates? {
        guard let first = lines[person]?.first else { return nil }
        let source = self[first].waiting!.source
        let next = self[first].nextOfPerson
        if next == Self.none {
            lines[person] = nil
        } else {
            lines[person]!.removeFirst(leaving: next)
        }
        leave(first)
        return source
    }

    /// All that wait, oldest first. Complexity: linear.
    var all: [WaitingEvent] {
        var all: [WaitingEvent] = []
        all.reserveCapacity(count)
        var place = front
        while place != Self.none {
            if !self[place].isGone { all.append(self[place].waiting!) }
            place = self[place].next
        }
        return all
    }

    // MARK: - Snapshot in slices (see StateCut)

    mutating func beginCut() {
        endCut()
        let first = front == Self.none ? nextNumber : self[front].number
        cut = WaitingCut(count: count, numbers: first..<nextNumber, place: front)
    }

    /// Complexity: linear in what has not been written.
    mutating func endCut() {
        guard var cut else { return }
        self.cut = nil
        while cut.place != Self.none, cut.numbers.contains(self[cut.place].number) {
            let place = cut.place
            cut.place = self[place].next
            if self[place].isGone { unlink(place) }
        }
    }

    /// Adds the next bytes of those who waited at the cut, for `work` units; true when they were the last.
    mutating func writeCut(into bytes: inout [UInt8], work: Int) -> Bool {
        var cut = cut!
        defer { self.cut = cut }
        cut.writeCount(into: &bytes)
        var work = work
        while cut.place != Self.none, cut.numbers.contains(self[cut.place].number) {
            guard work > 0 else { return false }
            let place = cut.place
            self[place].waiting!.encode(into: &bytes)
            cut.numbers = self[place].number + 1..<cut.numbers.upperBound
            cut.place = self[place].next
            if self[place].isGone { unlink(place) }
            work -= WaitingCut.entryWork
        }
        return true
    }

    // MARK: - Places

    private subscript(place: Place) -> Entry {
        // Not `_read`: a debug build of Swift 6.3 then projects a field of `waiting` wrongly (Tests/FoldDigest/compare).
        @inline(__always) get { pages[Int(place) >> Self.pageBits][Int(place) & (Self.pageCount - 1)] }
        @inline(__always) _modify { yield &pages[Int(place) >> Self.pageBits][Int(place) & (Self.pageCount - 1)] }
    }

    private mutating func takePlace() -> Place {
        if free == Self.none {
            let first = pages.count << Self.pageBits
            pages.append(Array(repeating: Entry(), count: Self.pageCount))
            for place in (first..<first + Self.pageCount).reversed() {
                self[Place(place)].next = free
                free = Place(place)
            }
        }
        defer { free = self[free].next }
        return free
    }

    /// Takes an entry out that is no longer in its person's line.
    private mutating func leave(_ place: Place) {
        count -= 1
        if front == place {
            repeat { front = self[front].next } while front != Self.none && self[front].isGone
        }
        if let cut, cut.numbers.contains(self[place].number) {
            self[place].isGone = true
        } else {
            unlink(place)
        }
    }

    private mutating func unlink(_ place: Place) {
        let (previous, next) = (self[place].previous, self[place].next)
        if previous == Self.none { head = next } else { self[previous].next = next }
        if next == Self.none { tail = previous } else { self[next].previous = previous }
        self[place].waiting = nil
        self[place].next = free
        free = place
        // Many waited once: what they took is given back when all of them have gone.
        if head == Self.none, pages.count > 1 {
            pages = []
            free = Self.none
        }
    }
}
