import Events

/// All that is kept of one person, while any grant lives.
struct Person {
    let key: PersonKey
    /// In the order (occurred-at, producer, event id).
    var events: [KeptEvent] = []
    /// Producer and id of each event, one after the other; see `KeptEvent.nameStart`.
    var names: [UInt8] = []
    /// Consents and corrections, in the order in which they came.
    var notices: [KeptNotice] = []
    /// In the order in which they were opened.
    var grants: [Grant] = []
    /// The day the person stands at: the later of the clock's day and the day of their own latest event.
    var standingDay: Int32
    /// Of the last score: the bin of each characteristic; empty where there is none.
    var bins: [Int16] = []
    var score: Int32?
    /// The next moment on the clock at which something can change without an event, ms; `.max` for never.
    var dueAt: Int64 = .max
    /// Where the calendar looks at this person next; never after `dueAt`.
    var scheduledAt: Int64 = .max
}

/// What an event is to a person's state.
enum Arrival: Equatable {
    /// New: it belongs at this place in the order.
    case new(place: Int)
    case duplicate
    /// Same id, other content.
    case conflict
    /// The day holds as many as it may.
    case tooMany
}

extension Person {
    /// What `event`, dated on `day`, is to this person. Complexity: linear in the events and notices kept.
    func arrival(of event: Event, day: Int32, contentHash: UInt64) -> Arrival {
        var sameDay = 0
        for notice in notices {
            if notice.id == event.id, notice.producer == event.producer {
                return notice.type == event.type.rawValue && notice.contentHash == contentHash ? .duplicate : .conflict
            }
            if !event.isFinancial, notice.day == day { sameDay += 1 }
        }
        var place = events.count
        for index in events.indices.reversed() {
            let other = events[index]
            if hasNames(event.producer, event.id, other) {
                return other.type == event.type.rawValue && other.contentHash == contentHash ? .duplicate : .conflict
            }
            if event.isFinancial, other.day == day { sameDay += 1 }
            if other.occurredAt > event.occurredAt || other.occurredAt == event.occurredAt && precedes(event, other) {
                place = index
            }
        }
        return sameDay < FoldLimits.eventsPerPersonAndDay ? .new(place: place) : .tooMany
    }

    /// Whether a correction has taken this event back, before or after it came.
    func isVoid(_ event: Event) -> Bool {
        event.isFinancial && notices.contains { $0.voided == event.id && $0.producer == event.producer }
    }

    /// Adds a new event at the place that `arrival` named.
    mutating func insert(_ event: Event, day: Int32, contentHash: UInt64, at place: Int) {
        let kept = KeptEvent(event, day: day, nameStart: UInt32(names.count), contentHash: contentHash)
        names.append(span: event.producer.span)
        names.append(span: event.id.span)
        events.insert(kept, at: place)
        assert(place == 0 || events[place - 1].occurredAt <= kept.occurredAt)
    }

    /// Takes an event out, as if it had never come.
    mutating func remove(producer: Identifier, id: Identifier) {
        guard let index = events.firstIndex(where: { hasNames(producer, id, $0) }) else { return }
        events.remove(at: index)
        packNames()
    }

    /// Drops what is dated on or before `day`.
    mutating func drop(through day: Int32) {
        notices.removeAll { $0.day <= day }
        guard let first = events.first, first.day <= day else { return }
        events.removeAll { $0.day <= day }
        packNames()
    }

    private mutating func packNames() {
        var kept: [UInt8] = []
        for index in events.indices {
            let start = Int(events[index].nameStart)
            let end = start + Int(events[index].producerCount) + Int(events[index].idCount)
            events[index].nameStart = UInt32(kept.count)
            kept.append(contentsOf: names[start..<end])
        }
        names = kept
    }

    private func hasNames(_ producer: Identifier, _ id: Identifier, _ other: KeptEvent) -> Bool {
        Int(other.idCount) == id.count && Int(other.producerCount) == producer.count
            && compare(producer, other.producerCount, at: start(of: other)) == 0
            && compare(id, other.idCount, at: start(of: other) + producer.count) == 0
    }

    /// Whether `event` goes before the kept `other`, dated at the same time, by producer and id.
    private func precedes(_ event: Event, _ other: KeptEvent) -> Bool {
        let producer = compare(event.producer, other.producerCount, at: start(of: other))
        if producer != 0 { return producer < 0 }
        return compare(event.id, other.idCount, at: start(of: other) + Int(other.producerCount)) < 0
    }

    private func start(of event: KeptEvent) -> Int { Int(event.nameStart) }

    /// Below, at or above 0 as `identifier` goes before, equals or goes after the name of `count` bytes at `start`.
    private func compare(_ identifier: Identifier, _ count: UInt8, at start: Int) -> Int {
        let span = identifier.span
        for offset in 0..<min(span.byteCount, Int(count)) {
            let difference = Int(span.load(littleEndianAt: offset, as: UInt8.self)) - Int(names[start + offset])
            if difference != 0 { return difference }
        }
        return span.byteCount - Int(count)
    }
}

extension Event {
    /// Whether features can read it: it dates its person's day, and a correction can take it back.
    var isFinancial: Bool { type.rawValue < EventType.consent.rawValue }
}
