import Events

/// Names of events dated to a whole second: what decides their order within it.
extension History {
    /// Bytes of a name before producer and id.
    static var nameHeader: Int { 14 }

    mutating func keepName(_ identity: UInt64, _ day: Int32, _ producer: RawSpan, _ id: RawSpan) {
        names.append(littleEndian: identity)
        names.append(littleEndian: day)
        names.append(UInt8(producer.byteCount))
        names.append(UInt8(id.byteCount))
        names.append(bytes: producer)
        names.append(bytes: id)
        names.append(UInt8(Self.nameHeader + producer.byteCount + id.byteCount))
    }

    /// Where the new `slot` goes. Complexity: O(1) for the latest event; else O(log n) to find the events of its
    /// millisecond, `eventsPerPersonAndDay` at most. Where these decide by name: one look at each name of the person, and
    /// for each name of the day one at the events that are still undecided.
    func place(
        of slot: EventSlot, _ producer: RawSpan, _ id: RawSpan, _ isWholeSecond: Bool, _ steps: inout Int
    ) -> Int {
        guard !slots.isEmpty, !slot.isAfter(slots[slots.count - 1]) else { return slots.count }
        let first = firstPlace { !slot.isAfter(slots[$0]) }
        let end = firstPlace(from: first) { slots[$0].isAfter(slot) }
        steps += slots.count.bitWidth - slots.count.leadingZeroBitCount
        if first == end { return first }
        if isWholeSecond { return place(of: producer, id, on: slot.day, among: first..<end, &steps) }
        return firstPlace(from: first, to: end) { slots[$0].identity > slot.identity }
    }

    /// The place among `ties`, which are in the order of their names. From the last name: ties are of one day, and that is
    /// a late one as a rule.
    private func place(
        of producer: RawSpan, _ id: RawSpan, on day: Int32, among ties: Range<Int>, _ steps: inout Int
    ) -> Int {
        var (first, end) = (ties.lowerBound, ties.upperBound)
        let bytes = names.bytes
        var nameEnd = names.count
        while first < end, nameEnd > 0 {
            let start = nameEnd - 1 - Int(names[nameEnd - 1])
            nameEnd = start
            steps += 1
            guard bytes.load(littleEndianAt: start + 8, as: Int32.self) == day else { continue }
            let identity: UInt64 = bytes.load(littleEndianAt: start)
            var tie = end - 1
            while tie >= first, slots[tie].identity != identity { tie -= 1 }
            steps += end - tie
            guard tie >= first else { continue }
            if precedes(producer, id, nameAt: start) { end = tie } else { first = tie + 1 }
        }
        return end
    }

    private func precedes(_ producer: RawSpan, _ id: RawSpan, nameAt start: Int) -> Bool {
        let bytes = names.bytes
        let text = start + Self.nameHeader
        let otherProducer = text..<text + Int(bytes.load(littleEndianAt: start + 12, as: UInt8.self))
        let order = Self.compare(producer, bytes.extracting(otherProducer))
        if order != 0 { return order < 0 }
        return Self.compare(id, bytes.extracting(otherProducer.upperBound..<end(ofName: start) - 1)) < 0
    }

    /// The first place from `start` on, below `end` (nil: of all), of which `isBehind` holds, which it does of all after it.
    /// Complexity: O(log n).
    @inline(__always)
    func firstPlace(from start: Int = 0, to end: Int? = nil, where isBehind: (Int) -> Bool) -> Int {
        var low = start
        var high = end ?? slots.count
        while low < high {
            let middle = (low + high) / 2
            if isBehind(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func end(ofName start: Int) -> Int {
        start + Self.nameHeader + Int(names[start + 12]) + Int(names[start + 13]) + 1
    }

    /// Forgets the name of one event, if it has one. Complexity: one look at each name, and what comes after it moves.
    mutating func forgetName(of identity: UInt64, _ steps: inout Int) {
        var end = names.count
        while end > 0 {
            let start = end - 1 - Int(names[end - 1])
            steps += 1
            if names.load(at: start) == identity { return names.removeSubrange(start..<end) }
            end = start
        }
    }

    /// Forgets the names of the events of `day` and before. Complexity: linear in the names.
    mutating func forgetNames(through day: Int32) {
        var start = 0
        var kept = 0
        while start < names.count {
            let end = end(ofName: start)
            if names.load(at: start + 8, as: Int32.self) > day {
                names.move(start..<end, to: kept)
                kept += end - start
            }
            start = end
        }
        if kept < names.count { names.removeSubrange(kept..<names.count) }
    }

    /// Below, at or above 0 as `left` goes before, equals or goes after `right`, by bytes, a prefix first.
    private static func compare(_ left: RawSpan, _ right: RawSpan) -> Int {
        for offset in 0..<Swift.min(left.byteCount, right.byteCount) {
            let difference =
                Int(left.load(littleEndianAt: offset, as: UInt8.self))
                - Int(right.load(littleEndianAt: offset, as: UInt8.self))
            if difference != 0 { return difference }
        }
        return left.byteCount - right.byteCount
    }
}
