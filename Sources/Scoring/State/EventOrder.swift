import Events

/// Names of events dated to a whole second: what decides their order within it.
extension History {
    private static var header: Int { 14 }

    mutating func keepName(_ identity: UInt64, _ day: Int32, _ producer: RawSpan, _ id: RawSpan) {
        names.append(littleEndian: identity)
        names.append(littleEndian: day)
        names.append(UInt8(producer.byteCount))
        names.append(UInt8(id.byteCount))
        names.append(bytes: producer)
        names.append(bytes: id)
        names.append(UInt8(Self.header + producer.byteCount + id.byteCount))
    }

    /// Whether the new `slot` goes before the kept `other`.
    func precedes(
        _ slot: EventSlot, _ producer: RawSpan, _ id: RawSpan, _ isWholeSecond: Bool, _ other: EventSlot
    ) -> Bool {
        if slot.isAfter(other) { return false }
        if other.isAfter(slot) { return true }
        guard isWholeSecond else { return slot.identity < other.identity }
        let bytes = names.bytes
        let start = name(of: other.identity)
        let text = start + Self.header
        let otherProducer = text..<text + Int(bytes.load(littleEndianAt: start + 12, as: UInt8.self))
        let order = Self.compare(producer, bytes.extracting(otherProducer))
        if order != 0 { return order < 0 }
        return Self.compare(id, bytes.extracting(otherProducer.upperBound..<end(ofName: start) - 1)) < 0
    }

    /// Where the name of an event begins that is known to have one. From the end: ties are of one day, and that is a late
    /// one as a rule.
    private func name(of identity: UInt64) -> Int {
        var end = names.count
        while true {
            let start = end - 1 - Int(names[end - 1])
            if names.bytes.load(littleEndianAt: start, as: UInt64.self) == identity { return start }
            end = start
        }
    }

    private func end(ofName start: Int) -> Int {
        start + Self.header + Int(names[start + 12]) + Int(names[start + 13]) + 1
    }

    mutating func forgetNames(where isGone: (_ identity: UInt64, _ day: Int32) -> Bool) {
        var start = 0
        var kept = 0
        while start < names.count {
            let end = end(ofName: start)
            let identity: UInt64 = names.bytes.load(littleEndianAt: start)
            let day: Int32 = names.bytes.load(littleEndianAt: start + 8)
            if !isGone(identity, day) {
                if kept < start { for place in start..<end { names[kept + place - start] = names[place] } }
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
