import Events

/// The events behind a feature's value.
public struct Evidence: Equatable, Sendable {
    public enum Role: String, Sendable {
        /// One event gives the value: the latest, the least, the greatest.
        case decides
        /// Each is one of those counted or summed.
        case counted
    }

    public let role: Role
    /// How many there are.
    public let total: Int
    /// The newest of them, newest first, at most `shownMax`.
    public let newest: [Fact]

    public static let shownMax = 5

    /// An event as the person's state keeps it, and what the feature reads in it.
    public struct Fact: Equatable, Sendable {
        /// ms UTC.
        public let occurredAt: Int64
        /// The person's day of it.
        public let day: Int32
        public let type: EventType
        /// nil where the log no longer holds the event, or was not asked.
        public let producer: String?
        public let id: String?
        /// In the units of the fields: minor units of the card's currency, days, basis points (nil: to a limit of 0).
        public let amounts: [Amount]
    }

    public struct Amount: Equatable, Sendable {
        public let name: String
        public let value: Int64?
    }
}

extension Feature {
    /// The events that make this feature's value on `day`. Among events of one extreme value the newest decides: the
    /// value stays until that one leaves. Complexity: as `value`.
    func evidence(of events: borrowing History, on day: Int32, currency: UInt8) -> (role: Evidence.Role, events: [Int])
    {
        let scan = FeatureScan(feature: self, day: day, currency: currency, events)
        switch measure {
        case .latest, .daysSince: return (.decides, Array(scan.passing(events).suffix(1)))
        case .min(let field), .max(let field):
            guard let value = scan.value(events) else { return (.decides, []) }
            var passing = scan.passing(events)
            while let last = passing.last, field.value(in: events[last]) != value { passing.removeLast() }
            return (.decides, Array(passing.suffix(1)))
        case .tenureDays: return (.decides, Array(scan.passing(events).prefix(1)))
        // Both types are read.
        case .paidToLimit: return (.counted, scan.repaymentsAndStatements(events))
        case .sum, .per30Days, .mean, .count, .share, .days, .months, .longestStreak, .paidToDue, .obligationsOpen,
            .outToIn, .depositKeptToHeld, .events, .activeMonths:
            return (.counted, scan.passing(events))
        }
    }

    /// What it reads in an event, its filter's fields included.
    var fieldsRead: [Field] {
        let ofMeasure: [Field] =
            switch measure {
            case .latest(let field), .sum(let field), .per30Days(let field), .mean(let field), .min(let field),
                .max(let field):
                field == .balanceToLimit ? [.balance, .limit] : [field]
            case .paidToLimit: [.paid, .limit]
            case .paidToDue: [.paid, .due]
            case .outToIn: [.amount]
            case .depositKeptToHeld: [.depositKept, .depositHeld]
            case .count, .share, .days, .months, .daysSince, .longestStreak, .obligationsOpen, .tenureDays, .events,
                .activeMonths:
                []
            }
        var fields = ofMeasure
        if filter.timeliness != nil { fields.append(.daysLate) }
        for comparison in filter.comparisons where !fields.contains(comparison.field) {
            fields.append(comparison.field)
        }
        return fields
    }
}

extension Evidence {
    init(
        of feature: Feature, _ person: borrowing Person, on day: Int32, currency: UInt8, dayOffset: DayOffset,
        _ names: EventNames
    ) {
        let (role, places) = feature.evidence(of: person.events, on: day, currency: currency)
        var newest: [Fact] = []
        for place in places.suffix(Self.shownMax).reversed() {
            let event = person.events[place]
            let type = EventType(kept: event.type)
            let name = names[person.events.identity(place)]
            newest.append(
                Fact(
                    occurredAt: dayOffset.start(of: event.day, for: person.key) + event.millisecond, day: event.day,
                    type: type, producer: name?.producer.text, id: name?.id.text,
                    amounts: feature.fieldsRead.filter { $0.facts.types.contains(type) }.map {
                        Amount(name: $0.facts.name, value: $0.value(in: event))
                    }))
        }
        self.init(role: role, total: places.count, newest: newest)
    }
}
