import Events

/// What features may read of one person on one day: the events of one currency within the horizon, in the order
/// (occurred-at, producer, event id).
public struct PlainHistory: Sendable {
    public let today: Int32
    public let events: [PlainEvent]
    /// The same of any currency.
    let ofAnyCurrency: [PlainEvent]

    /// `events` in that order, of any currency and day.
    public init(_ events: [PlainEvent], on today: Int32, currency: Currency) {
        self.today = today
        ofAnyCurrency = events.filter { today - PlainFeature.horizon < $0.day && $0.day <= today }
        self.events = ofAnyCurrency.filter { $0.event.currency == currency }
    }

    /// The feature's value; nil where it is missing.
    public func value(of feature: PlainFeature) -> Int64? {
        switch feature.measure {
        case .of(let field, let aggregate): value(of: feature, field, aggregate)
        case .named(let named): value(of: feature, named)
        }
    }

    private func value(of feature: PlainFeature, _ field: PlainEvent.Field, _ aggregate: PlainFeature.Aggregate)
        -> Int64?
    {
        let values = passing(feature).compactMap { $0.value(of: field) }
        let sum = values.reduce(0 as Int128) { $0 + Int128($1) }
        switch aggregate {
        case .mean: return values.isEmpty ? nil : floor(sum, Int128(values.count))
        case .min: return values.min()
        case .max: return values.max()
        case .latest: return passing(feature).last?.value(of: field)
        case .sum: return Int64(clamping: sum)
        case .per30d: return floor(sum * 30, Int128(max(tenureDays, 30)))
        }
    }

    private func value(of feature: PlainFeature, _ named: PlainFeature.Named) -> Int64? {
        switch named {
        case .count: return Int64(passing(feature).count)
        case .share:
            let all = ofType(feature)
            return all.isEmpty ? nil : floor(Int128(all.count { passes($0, feature) }) * 10_000, Int128(all.count))
        case .days: return Int64(Set(passing(feature).map(\.day)).count)
        case .months: return Int64(Set(passing(feature).map(\.month)).count)
        case .daysSince: return passing(feature).map(\.day).max().map { Int64(today - $0) }
        case .longestStreak:
            var run = 0
            var longest = 0
            for event in ofType(feature) {
                run = passes(event, feature) ? run + 1 : 0
                longest = max(longest, run)
            }
            return Int64(longest)
        case .paidToDue: return ratio(sum(.paid, passing(feature)), sum(.due, passing(feature)))
        case .paidToLimit:
            let statements = within(feature.window) { $0.event.type == .statement }
            guard let limit = statements.last?.value(of: .limit) else { return nil }
            return ratio(sum(.paid, passing(feature)), Int128(limit) * Int128(statements.count))
        case .obligationsOpen:
            var lastIsPaid: [Obligation: Bool] = [:]
            for event in passing(feature) { lastIsPaid[Obligation(event)] = event.holds(.paid) }
            return Int64(lastIsPaid.values.count { !$0 })
        case .outToIn:
            let flows = ofType(feature)
            return ratio(sum(.amount, flows.filter { $0.holds(.out) }), sum(.amount, flows.filter { $0.holds(.in) }))
        case .depositKeptToHeld: return ratio(sum(.depositKept, passing(feature)), sum(.depositHeld, passing(feature)))
        case .tenureDays: return tenureDays
        case .events: return Int64(within(feature.window) { _ in true }.count)
        case .activeMonths: return Int64(Set(within(feature.window) { _ in true }.map(\.month)).count)
        }
    }

    private var tenureDays: Int64 { events.map(\.day).min().map { Int64(today - $0) } ?? 0 }

    /// In the feature's window, of its type, and all conditions hold.
    private func passing(_ feature: PlainFeature) -> [PlainEvent] {
        within(feature.window) { $0.event.type == feature.type && passes($0, feature) }
    }

    private func ofType(_ feature: PlainFeature) -> [PlainEvent] {
        within(feature.window) { $0.event.type == feature.type }
    }

    private func within(_ days: Int32, _ condition: (PlainEvent) -> Bool) -> [PlainEvent] {
        events.filter { today - days < $0.day && condition($0) }
    }

    private func passes(_ event: PlainEvent, _ feature: PlainFeature) -> Bool {
        feature.conditions.allSatisfy { holds($0, event) }
    }

    private func holds(_ condition: PlainFeature.Condition, _ event: PlainEvent) -> Bool {
        switch condition {
        case .word(let word): event.holds(word)
        case .unpaid: isUnpaid(event)
        case .less(let field, let number): event.value(of: field).map { $0 < number } ?? false
        case .lessOrEqual(let field, let number): event.value(of: field).map { $0 <= number } ?? false
        case .greater(let field, let number): event.value(of: field).map { $0 > number } ?? false
        case .greaterOrEqual(let field, let number): event.value(of: field).map { $0 >= number } ?? false
        }
    }

    /// Of a statement: nothing was paid in the calendar month of its period end.
    private func isUnpaid(_ event: PlainEvent) -> Bool {
        guard case .statement(let statement) = event.event.body else { return false }
        let month = monthNumber(ofDay: statement.periodEnd.days)
        return !events.contains { $0.monthPaid == month }
    }

    private func sum(_ field: PlainEvent.Field, _ events: [PlainEvent]) -> Int128 {
        events.reduce(0) { $0 + Int128($1.value(of: field) ?? 0) }
    }

    private func ratio(_ numerator: Int128, _ denominator: Int128) -> Int64? {
        denominator == 0 ? nil : floor(numerator * 10_000, denominator)
    }

    private struct Obligation: Hashable {
        let producer: Identifier
        let id: Identifier

        init(_ event: PlainEvent) {
            guard case .repayment(let repayment) = event.event.body else {
                fatalError("only repayments pay obligations")
            }
            producer = event.event.producer
            id = repayment.obligation
        }
    }
}

extension PlainHistory {
    /// The next day on which a score by these characteristics can change though no event comes; nil for never. It is due
    /// even where the change turns out to be none, so this is told by what is read, not by values.
    public func nextDay(of characteristics: [PlainCard.Characteristic]) -> Int32? {
        let features = characteristics.map(\.feature)
        let types = Set(features.flatMap(\.typesRead))
        let windows = Set(features.flatMap(\.windowsUsed))
        var days: [Int32] = []
        for event in ofAnyCurrency where types.contains(event.event.type) {
            days += windows.map { event.day + $0 }.filter { $0 > today }
        }
        for characteristic in characteristics {
            guard let value = value(of: characteristic.feature) else { continue }
            switch characteristic.feature.measure {
            case .named(.daysSince), .named(.tenureDays):
                if events.isEmpty { continue }
                let cuts = characteristic.bins.compactMap(\.values).flatMap { values in
                    [values.lowerBound, values.upperBound == .max ? .min : values.upperBound + 1]
                }
                if let next = cuts.filter({ $0 > value }).min() { days.append(today + Int32(clamping: next - value)) }
            case .of(_, .per30d):
                if sum(of: characteristic.feature) != 0 { days.append(today + 1) }
            default: break
            }
        }
        return days.min()
    }

    private func sum(of feature: PlainFeature) -> Int128 {
        guard case .of(let field, _) = feature.measure else { return 0 }
        return sum(field, passing(feature))
    }
}

extension PlainFeature {
    fileprivate var typesRead: [EventType] {
        let all: [EventType] = [.repayment, .bill, .statement, .cashFlow, .rental]
        guard let type, !needsTenure else { return all }
        return measure == .named(.paidToLimit) || readsUnpaid ? [type, .repayment, .statement] : [type]
    }

    fileprivate var windowsUsed: [Int32] { needsTenure || readsUnpaid ? [window, Self.horizon] : [window] }

    private var needsTenure: Bool {
        switch measure {
        case .named(.tenureDays), .of(_, .per30d): true
        default: false
        }
    }
}
