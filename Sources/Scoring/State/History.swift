import Events

/// A person's events in the order (occurred-at, producer, event id), and nothing that could be worked out from them.
///
/// 24 bytes an event, and up to 40 for a statement or cash flow. Names are kept only of events dated to a whole second,
/// as events dated by day are: there ties are common, and producer and id decide them. Between events of one millisecond
/// within a second the hash of their names decides.
struct History {
    var slots: [EventSlot] = []
    /// Words of the events that do not fit a slot.
    var wides: [Int64] = []
    /// Hashes of producer and obligation; a slot names them by place.
    var obligations: [UInt64] = []
    /// Of each event dated to a whole second: u64 identity · i32 day · u8 length of producer · u8 length of id · producer
    /// · id.
    var names: [UInt8] = []
    /// Of many events only; empty where a look at all of them is as fast.
    private var filter = IdentityFilter()

    var count: Int { slots.count }
    var isEmpty: Bool { slots.isEmpty }

    subscript(index: Int) -> KeptEvent {
        @inline(__always) get { unpack(slots[index]) }
    }

    /// The day of the event at `index`.
    @inline(__always)
    func day(_ index: Int) -> Int32 { slots[index].day }

    @inline(__always)
    func type(_ index: Int) -> UInt8 { slots[index].type }

    func identity(_ index: Int) -> UInt64 { slots[index].identity }

    @inline(__always)
    func currency(_ index: Int) -> UInt8 { slots[index].currency }

    /// The events with `lower < day ≤ upper`. Complexity: O(log n).
    @inline(__always)
    func slice(after lower: Int32, through upper: Int32) -> Range<Int> {
        let first = first(after: lower)
        // What lies ahead is rare and at the end.
        var last = slots.count
        while last > first, slots[last - 1].day > upper { last -= 1 }
        return first..<last
    }

    /// The first event dated after `day`. Complexity: O(log n).
    func first(after day: Int32) -> Int {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].day > day { high = middle } else { low = middle + 1 }
        }
        return low
    }

    // MARK: - Unpacking

    @inline(__always)
    private func unpack(_ slot: EventSlot) -> KeptEvent {
        var event = KeptEvent(
            day: slot.day, millisecond: slot.millisecond, type: slot.type, kind: slot.kind, status: slot.status,
            currency: slot.currency, days: slot.inlineDays == EventSlot.noDays ? -1 : Int32(slot.inlineDays), month: 0,
            firstMinor: Int64(slot.inline), secondMinor: 0, third: 0)
        if slot.isWide {
            unpackWide(slot, into: &event)
        } else {
            event.secondMinor = slot.secondForm == EventSlot.SecondForm.zero.rawValue ? 0 : event.firstMinor
            if slot.obligationIndex != 0 { event.third = obligations[Int(slot.obligationIndex) - 1] }
        }
        return event
    }

    private func unpackWide(_ slot: EventSlot, into event: inout KeptEvent) {
        var place = Int(slot.inline)
        func next() -> Int64 {
            defer { place += 1 }
            return wides[place]
        }
        if slot.isFirstWide { event.firstMinor = next() }
        switch slot.secondForm {
        case EventSlot.SecondForm.zero.rawValue: event.secondMinor = 0
        case EventSlot.SecondForm.sameAsFirst.rawValue: event.secondMinor = event.firstMinor
        default: event.secondMinor = next()
        }
        if slot.isThirdWide {
            event.third = UInt64(bitPattern: next())
        } else if slot.obligationIndex != 0 {
            event.third = obligations[Int(slot.obligationIndex) - 1]
        }
        if slot.isCalendarWide { event.days = Int32(truncatingIfNeeded: next()) }
    }

    /// See `KeptEvent.month`; not part of the unpacked event, since few features ask. Complexity: a civil date.
    func month(_ index: Int) -> Int32 {
        let slot = slots[index]
        if slot.isCalendarWide { return Int32(truncatingIfNeeded: wides[Int(slot.inline) + slot.calendarPlace] >> 32) }
        return CalendarDate.monthNumber(ofDay: slot.day) + slot.inlineMonth - 8
    }

    /// Whether all that slots name is there, and days never fall: what reading relies on.
    var isSound: Bool {
        for index in slots.indices {
            let slot = slots[index]
            if index > 0, slots[index - 1].day > slot.day { return false }
            if slot.isWide, Int(slot.inline) + slot.calendarPlace + 1 > wides.count + (slot.isCalendarWide ? 0 : 1) {
                return false
            }
            if Int(slot.obligationIndex) > obligations.count { return false }
        }
        return true
    }

    // MARK: - Finding

    /// Complexity: linear where there is one; for a new identity O(1) as a rule.
    func index(of identity: UInt64) -> Int? {
        if !filter.isEmpty, !filter.mayContain(identity) { return nil }
        // From the end: what comes twice comes soon.
        return slots.lastIndex { $0.identity == identity }
    }

    private mutating func note(_ identity: UInt64) {
        guard slots.count >= Self.filterMin, !filter.insert(identity) else { return }
        filter = IdentityFilter(room: slots.count * 2)
        for slot in slots { _ = filter.insert(slot.identity) }
    }

    private static let filterMin = 48

    /// Whether the event at `index` has this content.
    func holds(_ event: KeptEvent, contentHash: UInt64, at index: Int) -> Bool {
        var kept = self[index]
        kept.month = month(index)
        return kept == event && slots[index].contentCheck == contentHash & 0x1FFF
    }

    /// How many are dated on `day`.
    func count(on day: Int32) -> Int { slice(after: day - 1, through: day).count }

    // MARK: - Changing

    /// Adds an event at its place in the order and returns that. Complexity: linear in the events after it.
    mutating func insert(
        _ event: KeptEvent, identity: UInt64, contentHash: UInt64, producer: Identifier, id: Identifier,
        isWholeSecond: Bool
    ) -> Int {
        let slot = pack(event, identity: identity, contentHash: contentHash)
        var place = slots.count
        while place > 0, precedes(slot, producer, id, isWholeSecond, slots[place - 1]) { place -= 1 }
        if isWholeSecond {
            names.append(littleEndian: identity)
            names.append(littleEndian: event.day)
            names.append(contentsOf: [UInt8(producer.count), UInt8(id.count)])
            names.append(span: producer.span)
            names.append(span: id.span)
        }
        if slots.count == slots.capacity { slots.reserveCapacity(slots.count + Swift.max(4, slots.count / 8)) }
        if place == slots.count { slots.append(slot) } else { slots.insert(slot, at: place) }
        note(identity)
        return place
    }

    /// Takes an event out, as if it had never come. Complexity: linear.
    mutating func remove(at index: Int) {
        let identity = slots[index].identity
        slots.remove(at: index)
        repack { name, _ in name != identity }
    }

    /// Drops the events dated on or before `day`. Complexity: linear when there are any.
    mutating func drop(through day: Int32) {
        let dropped = first(after: day)
        guard dropped > 0 else { return }
        slots.removeSubrange(0..<dropped)
        filter = IdentityFilter()
        repack { _, named in named > day }
    }

    /// Whether the new `slot` goes before the kept `other`.
    private func precedes(
        _ slot: EventSlot, _ producer: Identifier, _ id: Identifier, _ isWholeSecond: Bool, _ other: EventSlot
    ) -> Bool {
        if slot.day != other.day { return slot.day < other.day }
        if slot.millisecond != other.millisecond { return slot.millisecond < other.millisecond }
        guard isWholeSecond else { return slot.identity < other.identity }
        let start = name(of: other.identity)
        let text = start + Self.nameHeader
        let otherProducer = text..<text + Int(names[start + 12])
        let order = compare(producer, otherProducer)
        if order != 0 { return order < 0 }
        let otherID = otherProducer.upperBound..<otherProducer.upperBound + Int(names[start + 13])
        return compare(id, otherID) < 0
    }

    /// Where the name of an event begins that is known to have one.
    private func name(of identity: UInt64) -> Int {
        var start = 0
        while unsafe names.span.bytes.load(littleEndianAt: start, as: UInt64.self) != identity {
            start = nameEnd(start)
        }
        return start
    }

    private static let nameHeader = 14

    private func nameEnd(_ start: Int) -> Int {
        start + Self.nameHeader + Int(names[start + 12]) + Int(names[start + 13])
    }

    /// Below, at or above 0 as `identifier` goes before, equals or goes after the name in `range`.
    private func compare(_ identifier: Identifier, _ range: Range<Int>) -> Int {
        let span = identifier.span
        for offset in 0..<Swift.min(span.byteCount, range.count) {
            let difference =
                Int(span.load(littleEndianAt: offset, as: UInt8.self)) - Int(names[range.lowerBound + offset])
            if difference != 0 { return difference }
        }
        return span.byteCount - range.count
    }

    // MARK: - Packing

    private mutating func pack(_ event: KeptEvent, identity: UInt64, contentHash: UInt64) -> EventSlot {
        let month = event.month - CalendarDate.monthNumber(ofDay: event.day) + 8
        let isCalendarWide = !(0..<16).contains(month) || event.days >= Int32(EventSlot.noDays)
        let second: EventSlot.SecondForm =
            event.secondMinor == 0 ? .zero : event.secondMinor == event.firstMinor ? .sameAsFirst : .wide
        var obligation: UInt8 = 0
        var isThirdWide = false
        if event.type == EventType.repayment.kept {
            obligation = self.obligation(event.third)
            isThirdWide = obligation == EventSlot.obligationInWides
            if isThirdWide { obligation = 0 }
        } else {
            isThirdWide = event.third != 0
        }
        let isWide = isCalendarWide || isThirdWide || second == .wide || event.firstMinor > Int64(UInt32.max)
        var inline = UInt64(event.firstMinor)
        if isWide {
            inline = UInt64(wides.count)
            wides.append(event.firstMinor)
            if second == .wide { wides.append(event.secondMinor) }
            if isThirdWide { wides.append(Int64(bitPattern: event.third)) }
            if isCalendarWide { wides.append(Int64(event.month) << 32 | Int64(UInt32(bitPattern: event.days))) }
        }
        let days = event.days < 0 || isCalendarWide ? EventSlot.noDays : UInt64(event.days)
        return EventSlot(
            word0: identity << 8 | UInt64(obligation),
            word1: inline << 32 | UInt64(UInt32(bitPattern: event.day)) << 15 | (contentHash & 0x1FFF) << 2
                | second.rawValue,
            word2: UInt64(event.millisecond) | days << 27 | UInt64(event.type) << 39 | UInt64(event.kind) << 42
                | UInt64(event.status) << 46 | UInt64(event.currency) << 49
                | (isCalendarWide ? 0 : UInt64(month)) << 57 | (isWide ? 1 : 0) << 61 | (isThirdWide ? 1 : 0) << 62
                | (isCalendarWide ? 1 : 0) << 63)
    }

    /// The obligation's place in the table, counted from 1; 255 where the table is full.
    private mutating func obligation(_ hash: UInt64) -> UInt8 {
        if let place = obligations.firstIndex(of: hash) { return UInt8(place + 1) }
        guard obligations.count < 254 else { return EventSlot.obligationInWides }
        obligations.append(hash)
        return UInt8(obligations.count)
    }

    /// Makes the side tables anew for the slots that are left, whose names `isKept` knows by identity and day.
    private mutating func repack(_ isKept: (UInt64, Int32) -> Bool) {
        if !wides.isEmpty || obligations.count > 1 {
            let old = self
            wides.removeAll(keepingCapacity: true)
            obligations.removeAll(keepingCapacity: true)
            for index in slots.indices {
                var event = old[index]
                event.month = old.month(index)
                slots[index] = pack(event, identity: slots[index].identity, contentHash: slots[index].contentCheck)
            }
        }
        var kept: [UInt8] = []
        var start = 0
        while start < names.count {
            let end = nameEnd(start)
            let identity: UInt64 = unsafe names.span.bytes.load(littleEndianAt: start)
            let day: Int32 = unsafe names.span.bytes.load(littleEndianAt: start + 8)
            if isKept(identity, day) { kept.append(contentsOf: names[start..<end]) }
            start = end
        }
        names = kept
    }
}

extension EventSlot {
    /// Where the calendar word lies behind the first, when it is wide.
    var calendarPlace: Int {
        1 + (secondForm == SecondForm.wide.rawValue ? 1 : 0) + (isThirdWide ? 1 : 0)
    }
}
