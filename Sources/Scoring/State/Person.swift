import Events

/// All that is kept of one person, while any grant lives.
struct Person {
    let key: PersonKey
    var events = History()
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
    case new
    case duplicate
    /// Same id, other content.
    case conflict
    /// The day holds as many as it may.
    case tooMany
}

extension Person {
    /// What a notice (consent or correction), dated on `day`, is to this person. Complexity: linear.
    func arrival(ofNotice event: Event, identity: UInt64, day: Int32, contentHash: UInt64) -> Arrival {
        if events.index(of: identity) != nil { return .conflict }
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

    /// Drops what is dated on or before `day`; events a month's worth at a time.
    mutating func drop(through day: Int32) {
        if notices.contains(where: { $0.day <= day }) { notices.removeAll { $0.day <= day } }
        if !events.isEmpty, events.day(0) <= day - Self.dropDays { events.drop(through: day) }
    }

    private static let dropDays: Int32 = 30
}
