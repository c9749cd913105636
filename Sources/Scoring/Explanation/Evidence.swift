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
        public let producer: String
        public let id: String
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
    func evidence(of person: Person, on day: Int32, currency: Currency) -> Evidence {
        let held = person.events.filter { holds($0, in: person.events, on: day, currency) }
        switch measure {
        case .count, .sum:
            return Evidence(.counted, held, reading: fieldsRead, of: person)
        case .latest:
            return Evidence(.decides, held.suffix(1), reading: fieldsRead, of: person)
        case .min(let field), .max(let field):
            let value = value(of: person.events, on: day, currency: currency)
            let deciding = held.last { value != nil && $0.value(of: field) == value }
            return Evidence(.decides, deciding.map { [$0] } ?? [], reading: fieldsRead, of: person)
        case .paidToLimit:
            // Paid amounts over the latest limit and the number of statements: both types are read.
            let both = person.events.filter { event in
                let isRead = event.type == EventType.repayment.rawValue || event.type == EventType.statement.rawValue
                return isRead && event.currency == currency.code && event.day <= day && event.day > day - windowDays
            }
            return Evidence(.counted, both, reading: fieldsRead, of: person)
        }
    }

    /// What it reads in an event, its filter's field included.
    private var fieldsRead: [Field] {
        let ofMeasure: [Field] =
            switch measure {
            case .count: []
            case .latest(let field), .sum(let field), .min(let field), .max(let field):
                field == .balanceToLimit ? [.balance, .limit] : [field]
            case .paidToLimit: [.paid, .limit]
            }
        switch filter {
        case .daysPastDueAtLeast: return ofMeasure.contains(.daysPastDue) ? ofMeasure : ofMeasure + [.daysPastDue]
        case .all, .unpaid: return ofMeasure
        }
    }
}

extension Evidence {
    fileprivate init(
        _ role: Role, _ events: some BidirectionalCollection<KeptEvent>, reading fields: [Feature.Field],
        of person: Person
    ) {
        self.role = role
        total = events.count
        newest = events.suffix(Self.shownMax).reversed().map { Fact($0, reading: fields, of: person) }
    }
}

extension Evidence.Fact {
    fileprivate init(_ event: KeptEvent, reading fields: [Feature.Field], of person: Person) {
        let start = Int(event.nameStart)
        let middle = start + Int(event.producerCount)
        let type = EventType(rawValue: event.type)!
        self.init(
            occurredAt: event.occurredAt, day: event.day, type: type,
            producer: String(decoding: person.names[start..<middle], as: UTF8.self),
            id: String(decoding: person.names[middle..<middle + Int(event.idCount)], as: UTF8.self),
            amounts: fields.filter { $0.type == type }.map {
                Evidence.Amount(name: $0.rawValue, value: event.value(of: $0))
            })
    }
}
