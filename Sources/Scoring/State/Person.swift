import Events

/// All that is kept of one person, while any grant lives.
struct Person: ~Copyable {
    let key: PersonKey
    var events: History
    /// Of a person with many events, else empty: few are scanned as fast.
    var totals = Totals()
    /// The last scores' bins, grants and notices.
    var ledger: Ledger
    /// The day the person stands at: the later of the clock's day and the day of their own latest event.
    var standingDay: Int32
    /// The next day on which anything can change though no event comes; `.max` for never.
    var nextDay: Int32 = .max
    /// The next moment on the clock at which something can change without an event, ms; `.max` for never.
    var dueAt: Int64 = .max
    /// Where the calendar looks at this person next; never after `dueAt`.
    var scheduledAt: Int64 = .max

    init(
        key: PersonKey, standingDay: Int32, events: consuming History = History(), ledger: consuming Ledger = Ledger()
    ) {
        self.key = key
        self.standingDay = standingDay
        self.events = events
        self.ledger = ledger
    }

    /// A copy of what a snapshot would hold of another.
    init(copying other: borrowing Person) {
        self.init(
            key: other.key, standingDay: other.standingDay, events: History(copying: other.events),
            ledger: Ledger(copying: other.ledger))
    }
}

/// What an event is to a person's state.
enum Arrival: Equatable {
    case new
    /// New, though one of the same name is there: that has left the horizon, and goes with its month's others.
    case newAgain
    case duplicate
    /// Same id, other content.
    case conflict
    /// The day, or the person, holds as many as they may.
    case tooMany
    /// A correction has taken it back, before it came or since.
    case void
}

extension Person {
    /// What a correction, dated on `day`, is to this person, where events dated on or before `horizon`
    /// are gone. Complexity: linear in the notices, and for an id that an event has in the events.
    func arrival(
        ofNotice event: Event, identity: UInt64, day: Int32, contentHash: UInt64, horizon: Int32, steps: inout Int
    ) -> Arrival {
        if let index = events.index(of: identity, &steps), events.day(index) > horizon { return .conflict }
        let count = ledger.noticeCount
        steps += 2 * count
        if let notice = ledger.look(for: identity).notice {
            return notice.isSame(event, contentHash) ? .duplicate : .conflict
        }
        guard count < FoldLimits.noticesPerPerson else { return .tooMany }
        return ledger.noticeCount(on: day) < FoldLimits.eventsPerPersonAndDay ? .new : .tooMany
    }

    /// What an event that features can read is to this person, where those dated on or before `horizon` are gone.
    /// Complexity: linear in the notices and in the events of its day, and for an id that is there in the events.
    func arrival(of event: KeptEvent, identity: UInt64, contentHash: UInt64, horizon: Int32, steps: inout Int)
        -> Arrival
    {
        steps += ledger.noticeCount
        let (notice, isVoid) = ledger.look(for: identity)
        if isVoid { return .void }
        if notice != nil { return .conflict }
        let known = events.index(of: identity, &steps)
        if let known, events.day(known) > horizon {
            return events.holds(event, contentHash: contentHash, at: known) ? .duplicate : .conflict
        }
        let ofDay = events.count(on: event.day)
        steps += ofDay
        guard ofDay < FoldLimits.eventsPerPersonAndDay, hasRoom(horizon) else { return .tooMany }
        return known == nil ? .new : .newAgain
    }

    /// Whether one more event may come. Those that have left the horizon may still be there: they do not count.
    private func hasRoom(_ horizon: Int32) -> Bool {
        events.count < FoldLimits.eventsPerPerson
            || events.count - events.first(after: horizon) < FoldLimits.eventsPerPerson
    }

    /// Adds an event, dated no later than the day the person stands at; returns its place.
    mutating func insert(
        _ event: KeptEvent, identity: UInt64, contentHash: UInt64, producer: RawSpan, id: RawSpan, isWholeSecond: Bool,
        plan: Plan, steps: inout Int
    ) -> Int {
        assert(event.day <= standingDay)
        if !totals.isEmpty { totals.advance(plan, events, to: standingDay) }
        let place = events.insert(
            event, identity: identity, contentHash: contentHash, producer: producer, id: id,
            isWholeSecond: isWholeSecond, steps: &steps)
        if !totals.isEmpty { totals.insert(plan, events, at: place) }
        return place
    }

    /// Takes an event out, as if it had never come. Its totals are made anew when they are asked for. Complexity: linear in
    /// the events, and so is making the totals for each gate of the plan.
    mutating func remove(identity: UInt64, steps: inout Int) {
        guard let index = events.index(of: identity, &steps) else { return }
        events.remove(at: index, steps: &steps)
        totals.removeAll()
    }

    /// Drops events dated on or before `day`, at most the day the person stands at less the horizon; so many at a time that
    /// moving the others up costs little for each. Whether any went.
    mutating func drop(through day: Int32, plan: Plan) -> Bool {
        guard events.count > 0, events.day(lastToDrop) <= day else { return false }
        if !totals.isEmpty { totals.advance(plan, events, to: standingDay) }
        let before = events.count
        events.drop(through: day)
        if events.count < Self.totalsMin / 2 {
            totals.removeAll()
        } else if !totals.isEmpty {
            totals.dropFirst(before - events.count, plan)
        }
        return true
    }

    /// Asks for the event that decides whether `drop` does anything.
    func prefetchDrop() { events.prefetch(lastToDrop) }

    private var lastToDrop: Int { events.count / 32 }

    /// From so many events on, running totals are kept.
    static let totalsMin = 64
}
