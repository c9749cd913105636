import Events

/// All that is kept of one person, while any grant lives.
struct Person {
    let key: PersonKey
    var events = History()
    /// Of a person with many events, else empty: few are scanned as fast.
    var totals = Totals()
    /// Consents and corrections, in the order in which they came.
    var notices: [KeptNotice] = []
    /// In the order in which they were opened.
    var grants: [Grant] = []
    /// The day the person stands at: the later of the clock's day and the day of their own latest event.
    var standingDay: Int32
    /// Of the last scores: the bin of each characteristic, in one row for all models (see `CompiledModels`).
    var bins: [Int16] = []
    /// The next day on which anything can change though no event comes; `.max` for never.
    var nextDay: Int32 = .max
    /// The next moment on the clock at which something can change without an event, ms; `.max` for never.
    var dueAt: Int64 = .max
    /// Where the calendar looks at this person next; never after `dueAt`.
    var scheduledAt: Int64 = .max
}

/// What an event is to a person's state.
enum Arrival: Equatable {
    case new
    case duplicate
    /// Same id, other content.
    case conflict
    /// The day holds as many as it may.
    case tooMany
}

extension Person {
    /// What a notice (consent or correction), dated on `day`, is to this person, where events dated on or before `horizon`
    /// are gone. Complexity: linear.
    func arrival(ofNotice event: Event, identity: UInt64, day: Int32, contentHash: UInt64, horizon: Int32) -> Arrival {
        if let index = events.index(of: identity), events.day(index) > horizon { return .conflict }
        if let notice = notices.first(where: { $0.identity == identity }) {
            return notice.type == event.type.rawValue && notice.contentHash == contentHash ? .duplicate : .conflict
        }
        let sameDay = notices.count { $0.day == day }
        return sameDay < FoldLimits.eventsPerPersonAndDay ? .new : .tooMany
    }

    /// What an event that features can read is to this person, where those dated on or before `horizon` are gone.
    func arrival(of event: KeptEvent, identity: UInt64, contentHash: UInt64, horizon: Int32) -> Arrival {
        if notices.contains(where: { $0.identity == identity }) { return .conflict }
        if let index = events.index(of: identity), events.day(index) > horizon {
            return events.holds(event, contentHash: contentHash, at: index) ? .duplicate : .conflict
        }
        return events.count(on: event.day) < FoldLimits.eventsPerPersonAndDay ? .new : .tooMany
    }

    /// Whether a correction has taken this event back, before or after it came.
    func isVoid(_ identity: UInt64) -> Bool {
        notices.contains { $0.voided == identity }
    }

    /// Adds an event, dated no later than the day the person stands at.
    mutating func insert(
        _ event: KeptEvent, identity: UInt64, contentHash: UInt64, producer: Identifier, id: Identifier,
        isWholeSecond: Bool, plan: Plan
    ) {
        assert(event.day <= standingDay)
        // One of the same name that has left the horizon, and would have been dropped with the month's others.
        if events.index(of: identity) != nil { remove(identity: identity) }
        if !totals.isEmpty { totals.advance(plan, events, to: standingDay) }
        let place = events.insert(
            event, identity: identity, contentHash: contentHash, producer: producer, id: id,
            isWholeSecond: isWholeSecond)
        if !totals.isEmpty { totals.insert(plan, events, at: place) }
    }

    /// Takes an event out, as if it had never come.
    mutating func remove(identity: UInt64) {
        guard let index = events.index(of: identity) else { return }
        events.remove(at: index)
        totals.removeAll()
    }

    /// Drops what is dated on or before `day`, at most the day the person stands at less the horizon; events a month's
    /// worth at a time.
    mutating func drop(through day: Int32, plan: Plan) {
        if notices.contains(where: { $0.day <= day }) { notices.removeAll { $0.day <= day } }
        guard !events.isEmpty, events.day(0) <= day - Self.dropDays else { return }
        if !totals.isEmpty { totals.advance(plan, events, to: standingDay) }
        let before = events.count
        events.drop(through: day)
        if events.count < Self.totalsMin / 2 {
            totals.removeAll()
        } else if !totals.isEmpty {
            totals.dropFirst(before - events.count, plan)
        }
    }

    private static let dropDays: Int32 = 30
    /// From so many events on, running totals are kept.
    static let totalsMin = 64
}
