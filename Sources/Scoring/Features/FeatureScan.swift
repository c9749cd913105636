import Events

/// A feature is a scan over the slice of a person's events that its window holds: so late, corrected and rolled-off
/// events need no second mechanism, and the windows are exact by construction.
extension Feature {
    /// The value on `day` over `events` in their order; nil is missing. Complexity: O(log n) to find the slice, linear in
    /// it (`obligations_open`: times the obligations that are open; `unpaid`: times the statements).
    func value(of events: borrowing History, on day: Int32, currency: UInt8) -> Int64? {
        FeatureScan(feature: self, day: day, currency: currency).value(events)
    }
}

extension Feature {
    /// The extreme that a `min` or `max` looks for, and how many events hold it.
    func extreme(of events: borrowing History, on day: Int32, currency: UInt8) -> (value: Int64, holders: Int64)? {
        let scan = FeatureScan(feature: self, day: day, currency: currency)
        guard case .max(let field) = measure else {
            guard case .min(let field) = measure else { return nil }
            return scan.holders(of: scan.extreme(events, field, Swift.min), events, field)
        }
        return scan.holders(of: scan.extreme(events, field, Swift.max), events, field)
    }
}

/// One feature over one person's events on one day.
struct FeatureScan {
    private let feature: Feature
    private let day: Int32
    /// Place of the model's currency in the partition's table.
    private let currency: UInt8
    private let classes: EventClasses

    init(feature: Feature, day: Int32, currency: UInt8) {
        self.feature = feature
        self.day = day
        self.currency = currency
        classes = EventClasses(
            type: feature.type?.kept ?? 0, kind: feature.filter.kind, status: feature.filter.status)
    }

    func value(_ events: borrowing History) -> Int64? {
        switch feature.measure {
        case .sum(let field): sum(events, field)
        case .per30Days(let field): per30Days(events, field)
        case .mean(let field): mean(events, field)
        case .min(let field): extreme(events, field, Swift.min)
        case .max(let field): extreme(events, field, Swift.max)
        case .latest(let field): last(events).flatMap { field.value(in: events[$0]) }
        case .count, .events: count(events)
        case .share: share(events)
        case .days: runs(events, of: \.day)
        case .months, .activeMonths: runs(events) { CalendarDate.monthNumber(ofDay: $0.day) }
        case .daysSince: last(events).map { Int64(day - events.day($0)) }
        case .longestStreak: longestStreak(events)
        case .paidToDue: ratio(events, of: { $0.effectivePaidMinor }, to: { $0.firstMinor })
        case .depositKeptToHeld: ratio(events, of: { $0.secondMinor }, to: { $0.firstMinor })
        case .outToIn: outToIn(events)
        case .paidToLimit: paidToLimit(events)
        case .obligationsOpen: obligationsOpen(events)
        case .tenureDays: tenureDays(events)
        }
    }

    /// The places of the window's events that are of the feature's type and currency and pass its filter, in order.
    func passing(_ events: borrowing History) -> [Int] {
        var passing: [Int] = []
        for index in slice(events) where holds(index, events) { passing.append(index) }
        return passing
    }

    func repaymentsAndStatements(_ events: borrowing History) -> [Int] {
        var found: [Int] = []
        for index in slice(events) where events.currency(index) == currency {
            let type = events.type(index)
            if type == EventType.repayment.kept || type == EventType.statement.kept { found.append(index) }
        }
        return found
    }

    // MARK: - Of a field

    @inline(__always)
    private func sum(_ events: borrowing History, _ field: Field) -> Int64 {
        var sum: Int64 = 0
        forEach(events) { sum += field.value(in: $0) ?? 0 }
        return sum
    }

    private func per30Days(_ events: borrowing History, _ field: Field) -> Int64 {
        scaled(sum(events, field), by: 30, over: max(tenureDays(events), 30))
    }

    private func mean(_ events: borrowing History, _ field: Field) -> Int64? {
        var sum: Int64 = 0
        var count: Int64 = 0
        forEach(events) { event in
            guard let value = field.value(in: event) else { return }
            sum += value
            count += 1
        }
        return count > 0 ? sum.floorDivided(by: count) : nil
    }

    @inline(__always)
    func extreme(_ events: borrowing History, _ field: Field, _ choose: (Int64, Int64) -> Int64) -> Int64? {
        var extreme: Int64?
        forEach(events) { event in
            guard let value = field.value(in: event) else { return }
            extreme = choose(value, extreme ?? value)
        }
        return extreme
    }

    func holders(of extreme: Int64?, _ events: borrowing History, _ field: Field) -> (value: Int64, holders: Int64)? {
        guard let extreme else { return nil }
        var holders: Int64 = 0
        forEach(events) { if field.value(in: $0) == extreme { holders += 1 } }
        return (extreme, holders)
    }

    // MARK: - Of the events

    /// The last event that passes.
    private func last(_ events: borrowing History) -> Int? {
        for index in slice(events).reversed() where holds(index, events) { return index }
        return nil
    }

    private func count(_ events: borrowing History) -> Int64 {
        var count: Int64 = 0
        forEach(events) { _ in count += 1 }
        return count
    }

    private func share(_ events: borrowing History) -> Int64? {
        var passed: Int64 = 0
        var all: Int64 = 0
        for index in slice(events) where isOfType(events[index]) {
            all += 1
            if holds(index, events) { passed += 1 }
        }
        return all > 0 ? basisPoints(passed, of: all) : nil
    }

    /// How many different values of `property` there are, which never falls in the order of the events.
    @inline(__always)
    private func runs(_ events: borrowing History, of property: (KeptEvent) -> Int32) -> Int64 {
        var runs: Int64 = 0
        var last: Int32?
        forEach(events) { event in
            let value = property(event)
            if value != last { runs += 1 }
            last = value
        }
        return runs
    }

    private func longestStreak(_ events: borrowing History) -> Int64 {
        var longest: Int64 = 0
        var streak: Int64 = 0
        for index in slice(events) where isOfType(events[index]) {
            streak = holds(index, events) ? streak + 1 : 0
            longest = max(longest, streak)
        }
        return longest
    }

    @inline(__always)
    private func ratio(
        _ events: borrowing History, of part: (KeptEvent) -> Int64, to whole: (KeptEvent) -> Int64
    ) -> Int64? {
        var parts: Int64 = 0
        var wholes: Int64 = 0
        forEach(events) { event in
            parts += part(event)
            wholes += whole(event)
        }
        return wholes > 0 ? basisPoints(parts, of: wholes) : nil
    }

    private func outToIn(_ events: borrowing History) -> Int64? {
        ratio(
            events, of: { $0.status == CashFlow.Direction.out.rawValue ? $0.firstMinor : 0 },
            to: { $0.status == CashFlow.Direction.in.rawValue ? $0.firstMinor : 0 })
    }

    private func paidToLimit(_ events: borrowing History) -> Int64? {
        var paid: Int64 = 0
        var statements: Int64 = 0
        var limit: Int64 = 0
        for index in slice(events) where events.currency(index) == currency {
            let event = events[index]
            if event.type == EventType.repayment.kept {
                paid += event.effectivePaidMinor
            } else if event.type == EventType.statement.kept {
                statements += 1
                limit = event.firstMinor
            }
        }
        guard statements > 0, limit > 0 else { return nil }
        return basisPoints(Int128(paid), of: Int128(limit) * Int128(statements))
    }

    /// An open obligation is counted where its last event stands.
    private func obligationsOpen(_ events: borrowing History) -> Int64 {
        var open: Int64 = 0
        let slice = slice(events)
        for index in slice {
            let event = events[index]
            guard event.status != PaymentStatus.paid.rawValue, holds(index, events) else { continue }
            var isLast = true
            for later in index + 1..<slice.upperBound
            where events[later].third == event.third && holds(later, events) {
                isLast = false
                break
            }
            if isLast { open += 1 }
        }
        return open
    }

    private func tenureDays(_ events: borrowing History) -> Int64 {
        for index in events.slice(after: day - FoldLimits.horizonDays, through: day)
        where events.currency(index) == currency { return Int64(day - events.day(index)) }
        return 0
    }

    // MARK: - The slice

    @inline(__always)
    private func slice(_ events: borrowing History) -> Range<Int> {
        events.slice(after: day - feature.windowDays, through: day)
    }

    /// Each event of the window that is of the feature's type and currency and passes its filter, in order.
    @inline(__always)
    private func forEach(_ events: borrowing History, _ body: (KeptEvent) -> Void) {
        for index in slice(events) where holds(index, events) { body(events[index]) }
    }

    @inline(__always)
    private func isOfType(_ event: KeptEvent) -> Bool {
        event.currency == currency && (feature.type.map { $0.kept == event.type } ?? true)
    }

    @inline(__always)
    private func holds(_ index: Int, _ events: borrowing History) -> Bool {
        let event = events[index]
        return classes.contains(event.eventClass) && event.currency == currency
            && feature.filter.passesBeyondClass(event)
            && (!feature.filter.isUnpaid || isUnpaid(index, events))
    }

    /// The payments are looked up over the horizon, so that a statement does not turn unpaid because its month is half
    /// out of the window.
    private func isUnpaid(_ statement: Int, _ events: borrowing History) -> Bool {
        let month = events[statement].month
        for index in events.slice(after: day - FoldLimits.horizonDays, through: day) {
            let event = events[index]
            if event.type == EventType.repayment.kept, event.currency == currency, event.effectivePaidMinor > 0,
                event.month == month
            {
                return false
            }
        }
        return true
    }
}
