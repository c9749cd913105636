import Events

/// A person's events in the order (occurred-at, producer, event id), and nothing that could be worked out from them.
///
/// 18 bytes an event, 26 for a cash flow, 50 for a statement. Names are kept only of events dated to a whole second, as
/// events dated by day are: there ties are common, and producer and id decide them. Between events of one millisecond
/// within a second the hash of their names decides.
struct History: ~Copyable {
    var slots = PackedArray<EventSlot>()
    /// Words of the events that do not fit a slot.
    var wides = PackedArray<Int64>()
    /// Hashes of producer and obligation; a slot names them by place.
    var obligations = PackedArray<UInt64>()
    /// Of each event dated to a whole second: u64 identity · i32 day · u8 length of producer · u8 length of id · producer
    /// · id · u8 length of all that.
    var names = PackedArray<UInt8>()
    /// Of many events only; empty where a look at all of them is as fast.
    var filter = IdentityFilter()

    init() {}

    /// The parts as a snapshot holds them; see `isSound`.
    init(
        slots: consuming PackedArray<EventSlot>, wides: consuming PackedArray<Int64>,
        obligations: consuming PackedArray<UInt64>, names: consuming PackedArray<UInt8>
    ) {
        self.slots = slots
        self.wides = wides
        self.obligations = obligations
        self.names = names
    }

    init(copying other: borrowing History) {
        slots = PackedArray(copying: other.slots)
        wides = PackedArray(copying: other.wides)
        obligations = PackedArray(copying: other.obligations)
        names = PackedArray(copying: other.names)
    }

    var count: Int { @inline(__always) get { slots.count } }
    var isEmpty: Bool { slots.isEmpty }

    subscript(index: Int) -> KeptEvent {
        @inline(__always) get {
            let slot = slots[index]
            var event = unpack(slot)
            if slot.obligation != 0 { event.third = obligations[slot.obligation - 1] }
            return event
        }
    }

    /// The event at `index` without the obligation of a repayment, which lies elsewhere and no running total reads.
    @inline(__always)
    func withoutObligation(_ index: Int) -> KeptEvent { unpack(slots[index]) }

    /// The day of the event at `index`.
    @inline(__always)
    func day(_ index: Int) -> Int32 { slots[index].day }

    @inline(__always)
    func eventClass(_ index: Int) -> EventClass { slots[index].eventClass }

    @inline(__always)
    func type(_ index: Int) -> UInt8 { slots[index].eventClass.type }

    /// See `KeptEvent.days`.
    @inline(__always)
    func days(_ index: Int) -> Int32 {
        let slot = slots[index]
        return slot.form == EventSlot.Form.wide ? WideCalendar(word: wides[Int(slot.word)]).days : slot.inlineDays
    }

    /// See `KeptEvent.monthOffset`.
    @inline(__always)
    func monthOffset(_ index: Int) -> Int32 {
        let slot = slots[index]
        return slot.form == EventSlot.Form.wide
            ? WideCalendar(word: wides[Int(slot.word)]).monthOffset : slot.monthOffset
    }

    func identity(_ index: Int) -> UInt64 { slots[index].identity }

    /// The place of the event's obligation in the person's table, from 1; 0 where it has none there.
    @inline(__always)
    func obligation(_ index: Int) -> Int { slots[index].obligation }

    @inline(__always)
    func currency(_ index: Int) -> UInt8 { currency(slots[index]) }

    /// The events with `lower < day ≤ upper`. Complexity: O(log n).
    @inline(__always)
    func slice(after lower: Int32, through upper: Int32) -> Range<Int> {
        let first = first(after: lower)
        guard first < slots.count, slots[slots.count - 1].day > upper else { return first..<slots.count }
        return first..<max(first, self.first(after: upper))
    }

    /// The first event dated after `day`. Complexity: O(log n).
    func first(after day: Int32) -> Int {
        firstPlace { slots[$0].day > day }
    }

    /// How many are dated on `day`. Complexity: O(log n) where later ones are there, and they.
    func count(on day: Int32) -> Int {
        let end = slots.isEmpty || slots[slots.count - 1].day <= day ? slots.count : first(after: day)
        var index = end
        while index > 0, slots[index - 1].day == day { index -= 1 }
        return end - index
    }

    // MARK: - Ahead of reading

    func prefetchHeaders() {
        slots.prefetch()
        obligations.prefetch(first: 4)
        wides.prefetch()
        filter.prefetch()
    }

    /// The first event, and where the next comes.
    func prefetchEnds() {
        slots.prefetch(at: 0)
        slots.prefetch(at: slots.count - 4)
        slots.prefetch(at: slots.count - 1)
    }

    /// What the search for this identity reads.
    @inline(__always)
    func prefetch(identity: UInt64) { filter.prefetch(identity) }

    @inline(__always)
    func prefetch(_ index: Int) { slots.prefetch(at: index) }

    // MARK: - Unpacking

    @inline(__always)
    private func unpack(_ slot: EventSlot) -> KeptEvent {
        var event = KeptEvent(
            day: slot.day, millisecond: slot.millisecond, eventClass: slot.eventClass, currency: slot.inlineCurrency,
            days: slot.inlineDays, monthOffset: slot.monthOffset, firstMinor: Int64(slot.word), secondMinor: 0,
            third: 0)
        switch slot.form {
        case EventSlot.Form.noSecond: break
        case EventSlot.Form.sameSecond: event.secondMinor = event.firstMinor
        default: unpackWide(slot, into: &event)
        }
        return event
    }

    @inline(__always)
    private func unpackWide(_ slot: EventSlot, into event: inout KeptEvent) {
        let place = Int(slot.word)
        guard slot.form == EventSlot.Form.wide else {
            event.firstMinor = Int64(UInt64(bitPattern: wides[place]) >> 32)
            event.secondMinor = Int64(Int32(truncatingIfNeeded: wides[place]))
            return
        }
        let calendar = WideCalendar(word: wides[place])
        event.monthOffset = calendar.monthOffset
        event.days = calendar.days
        event.currency = calendar.currency
        event.firstMinor = wides[place + 1]
        event.secondMinor = wides[place + 2]
        event.third = UInt64(bitPattern: wides[place + 3])
    }

    @inline(__always)
    private func currency(_ slot: EventSlot) -> UInt8 {
        slot.form == EventSlot.Form.wide ? WideCalendar(word: wides[Int(slot.word)]).currency : slot.inlineCurrency
    }

    // MARK: - Finding

    /// Complexity: linear where there is one, `eventsPerPerson` at most; for a new identity O(1) as a rule.
    func index(of identity: UInt64, _ steps: inout Int) -> Int? {
        if !filter.isEmpty, !filter.mayContain(identity) { return nil }
        // From the end: what comes twice comes soon.
        var index = slots.count
        defer { steps += slots.count - index }
        while index > 0 {
            index -= 1
            if slots[index].identity == identity { return index }
        }
        return nil
    }

    /// Complexity: O(1), or linear where the filter is full: once for every sixteenth of the events that come.
    private mutating func note(_ identity: UInt64, _ steps: inout Int) {
        guard slots.count >= Self.filterMin || !filter.isEmpty else { return }
        if filter.insert(identity) { return }
        filter.rebuild(slots)
        steps += slots.count
    }

    private static let filterMin = 64

    /// Whether the event at `index` has this content.
    func holds(_ event: KeptEvent, contentHash: UInt64, at index: Int) -> Bool {
        self[index] == event && slots[index].check == UInt8(truncatingIfNeeded: contentHash)
    }

    // MARK: - Changing

    /// Adds an event at its place in the order and returns that. Complexity: see `place(of:)`; the events after it move,
    /// `eventsPerPerson` at most, and the filter is now and then made anew.
    mutating func insert(
        _ event: KeptEvent, identity: UInt64, contentHash: UInt64, producer: RawSpan, id: RawSpan, isWholeSecond: Bool,
        steps: inout Int
    ) -> Int {
        let slot = pack(event, identity: identity, check: UInt8(truncatingIfNeeded: contentHash))
        let place = place(of: slot, producer, id, isWholeSecond, &steps)
        steps += slots.count - place
        if isWholeSecond { keepName(identity, event.day, producer, id) }
        if place == slots.count { slots.append(slot) } else { slots.insert(slot, at: place) }
        note(identity, &steps)
        return place
    }

    /// Takes an event out, as if it had never come; the filter may go on to know its identity. Complexity: linear in the
    /// events and names, `eventsPerPerson` at most.
    mutating func remove(at index: Int, steps: inout Int) {
        let slot = slots[index]
        slots.remove(at: index)
        cutWides(of: slot)
        if slot.obligation != 0 { forgetObligations() }
        forgetName(of: slot.identity, &steps)
        steps += slots.count
    }

    /// Drops the events dated on or before `day`. Complexity: linear in all events when there are any to drop.
    mutating func drop(through day: Int32) {
        let dropped = first(after: day)
        guard dropped > 0 else { return }
        slots.removeSubrange(0..<dropped)
        cutWides()
        forgetObligations()
        forgetNames(through: day)
    }

    // MARK: - Packing

    private mutating func pack(_ event: KeptEvent, identity: UInt64, check: UInt8) -> EventSlot {
        var obligation = 0
        var isWide =
            event.currency > EventSlot.currencyMax || event.days >= EventSlot.noDays
            || !(-1...1).contains(event.monthOffset)
        if event.type == EventType.repayment.kept {
            obligation = place(ofObligation: event.third)
            isWide = isWide || obligation == 0
        } else {
            isWide = isWide || event.third != 0
        }
        let form = isWide ? EventSlot.Form.wide : Self.form(event.firstMinor, event.secondMinor)
        // Where they are many, the words' own cache line is looked at only for an event that has some.
        let word = form >= EventSlot.Form.pair ? UInt32(wides.count) : UInt32(event.firstMinor)
        switch form {
        case EventSlot.Form.pair:
            wides.append(event.firstMinor << 32 | Int64(UInt32(truncatingIfNeeded: event.secondMinor)))
        case EventSlot.Form.wide:
            let calendar = WideCalendar(monthOffset: event.monthOffset, days: event.days, currency: event.currency)
            wides.append(calendar.word)
            wides.append(event.firstMinor)
            wides.append(event.secondMinor)
            // What a slot names by place is not said twice.
            wides.append(Int64(bitPattern: event.third))
        default: break
        }
        let isCalendarWide = form == EventSlot.Form.wide
        return EventSlot(
            identity: identity, check: check, day: event.day, eventClass: event.eventClass,
            days: isCalendarWide ? -1 : event.days, millisecond: event.millisecond,
            monthOffset: isCalendarWide ? 0 : event.monthOffset, form: form, obligation: obligation,
            currency: isCalendarWide ? 0 : event.currency, word: word)
    }

    /// Of the forms in which two amounts lie, the smallest that holds these.
    private static func form(_ first: Int64, _ second: Int64) -> UInt32 {
        if first <= EventSlot.amountMax, second == 0 { return EventSlot.Form.noSecond }
        if first <= EventSlot.amountMax, second == first { return EventSlot.Form.sameSecond }
        if first <= Int64(UInt32.max), Int32(exactly: second) != nil { return EventSlot.Form.pair }
        return EventSlot.Form.wide
    }

    /// The obligation's place in the table, counted from 1; 0 where the table is full.
    private mutating func place(ofObligation hash: UInt64) -> Int {
        if let place = obligations.firstIndex(of: hash) { return place + 1 }
        guard obligations.count < EventSlot.obligationMax else { return 0 }
        obligations.append(hash)
        return obligations.count
    }
}
