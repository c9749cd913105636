import Events

/// The fold's rules once more, the plainest way: raw lists, scanned anew for every question, no state worth the name.
/// It imports nothing of ours but the event values, and is slow.
public struct BruteForce {
    public struct Grant {
        public let id: Identifier
        let purpose: Purpose
        let reference: Identifier
        var expiresAt: Int64
    }

    public struct Person {
        public var grants: [Grant] = []
        public var events: [Event] = []
    }

    public private(set) var people: [PersonKey: Person] = [:]
    private var waiting: [(person: PersonKey, event: Event, since: Int64?)] = []
    private var seen: Set<Coordinates> = []
    private var firstClock: Int64?
    public private(set) var clock: Int64?
    private let offset: DayOffset

    public init(offset: DayOffset) { self.offset = offset }

    /// For timelines with one raw consents partition: each tick moves the clock.
    public mutating func take(_ content: TimelineRecord.Content, from source: Coordinates) {
        guard seen.insert(source).inserted else { return }
        switch content {
        case .properties: break
        case .tick(let time, _, _): tick(time)
        case .event(let person, let event): take(event, of: person)
        }
    }

    /// The day that the person stands at.
    public func today(_ key: PersonKey) -> Int32 {
        let days = people[key]!.events.filter { $0.type != .consent }.map { day(of: $0, key) }
        return max(clock.map { offset.day(of: $0, for: key) } ?? 0, days.max() ?? 0)
    }

    private mutating func tick(_ time: Int64) {
        clock = max(clock ?? time, time)
        firstClock = firstClock ?? clock
        waiting.removeAll { clock! - ($0.since ?? firstClock!) > 60_000 }
        for key in people.keys { expire(key) }
    }

    private mutating func expire(_ key: PersonKey) {
        guard let clock else { return }
        people[key]?.grants.removeAll { $0.expiresAt <= clock }
        if people[key]?.grants.isEmpty == true { people[key] = nil }
    }

    private mutating func take(_ event: Event, of key: PersonKey) {
        if case .consent(let consent) = event.body {
            take(consent, event, of: key)
        } else if people[key] == nil {
            waiting.append((key, event, clock))
        } else {
            _ = admit(event, to: key)
        }
    }

    private mutating func take(_ consent: Consent, _ event: Event, of key: PersonKey) {
        let live = people[key]?.grants.firstIndex { $0.id == consent.grant }
        switch consent.action {
        case .granted:
            if let clock, consent.expiresAt! <= clock { return }
            if let live, let grant = people[key]?.grants[live],
                grant.purpose != consent.purpose || grant.reference != consent.subscriberReference
            {
                return
            }
            let isNew = people[key] == nil
            if isNew { people[key] = Person() }
            guard admit(event, to: key) else {
                if isNew { people[key] = nil }
                return
            }
            if let live {
                people[key]!.grants[live].expiresAt = consent.expiresAt!
            } else {
                people[key]!.grants.append(
                    Grant(
                        id: consent.grant, purpose: consent.purpose, reference: consent.subscriberReference,
                        expiresAt: consent.expiresAt!))
            }
            if isNew {
                for wait in waiting where wait.person == key { _ = admit(wait.event, to: key) }
                waiting.removeAll { $0.person == key }
            }
        case .withdrawn:
            guard let live, admit(event, to: key) else { return }
            people[key]!.grants.remove(at: live)
            if people[key]!.grants.isEmpty { people[key] = nil }
        }
    }

    /// False when the id is taken or the event is too old.
    private mutating func admit(_ event: Event, to key: PersonKey) -> Bool {
        if let clock, day(of: event, key) <= offset.day(of: clock, for: key) - 800 { return false }
        if people[key]!.events.contains(where: { $0.id == event.id && $0.producer == event.producer }) { return false }
        people[key]!.events.append(event)
        return true
    }

    private func day(of event: Event, _ key: PersonKey) -> Int32 { offset.day(of: event.occurredAt, for: key) }
}

extension BruteForce {
    /// The eight features of the UCI card, in its order, by their definitions; nil is missing.
    public func uciFeatures(_ key: PersonKey) -> [Int64?] {
        let today = today(key)
        let twd = people[key]!.events.filter { $0.currency == Currency("TWD") }
        let ordered = twd.sorted {
            ($0.occurredAt, $0.producer, $0.id) < ($1.occurredAt, $1.producer, $1.id)
        }
        func within(_ days: Int32) -> [Event] {
            ordered.filter { day(of: $0, key) <= today && day(of: $0, key) > today - days }
        }
        let latest = within(800).compactMap(\.statement).last
        let year = within(365).compactMap(\.statement)
        let paid = within(365).compactMap(\.repayment).map(\.paid)
        let paidMonths = Set(
            ordered.filter { $0.repayment.map { $0.paid > 0 } ?? false }.map { $0.repayment!.paidDate!.monthNumber })
        var paidToLimit: Int64?
        if let limit = year.last?.creditLimitMinor, limit > 0 {
            paidToLimit = floor(paid.reduce(0, +) * 10_000, limit * Int64(year.count))
        }
        var utilisation: Int64?
        if let latest, latest.creditLimitMinor > 0 {
            utilisation = floor(latest.balanceMinor * 10_000, latest.creditLimitMinor)
        }
        return [
            latest.map { Int64($0.daysPastDue) },
            year.map { Int64($0.daysPastDue) }.max(),
            Int64(year.filter { $0.daysPastDue >= 60 }.count),
            utilisation,
            paidToLimit,
            latest?.creditLimitMinor,
            Int64(year.filter { !paidMonths.contains($0.periodEnd.monthNumber) }.count),
            paid.max(),
        ]
    }

    private func floor(_ numerator: Int64, _ denominator: Int64) -> Int64 {
        let quotient = numerator / denominator
        return numerator % denominator < 0 ? quotient - 1 : quotient
    }
}

extension Event {
    fileprivate var statement: Statement? { if case .statement(let statement) = body { statement } else { nil } }
    fileprivate var repayment: Repayment? { if case .repayment(let repayment) = body { repayment } else { nil } }
}

extension Repayment {
    fileprivate var paid: Int64 { status == .reversed ? 0 : amountPaidMinor }
}
