import Events

/// A feature is a scan over the slice of a person's events that its window holds: so late, corrected and rolled-off
/// events need no second mechanism, and the windows are exact by construction.
extension Feature {
    /// The value on `day` over `events` in their order; nil is missing. Complexity: O(log n) to find the slice, linear in
    /// it (`obligations_open`: times the obligations that are open; `unpaid`: times the statements).
    func value(of events: History, on day: Int32, currency: UInt8) -> Int64? {
        FeatureScan(feature: self, events: events, day: day, currency: currency).value
    }
}

extension Feature {
    /// The extreme that a `min` or `max` looks for, and how many events hold it.
    func extreme(of events: History, on day: Int32, currency: UInt8) -> (value: Int64, holders: Int64)? {
        let scan = FeatureScan(feature: self, events: events, day: day, currency: currency)
        guard case .max(let field) = measure else {
            guard case .min(let field) = measure else { return nil }
            return scan.holders(of: scan.extreme(field, Swift.min), field)
        }
        return scan.holders(of: scan.extreme(field, Swift.max), field)
    }
}

/// One feature over one person's events on one day.
struct FeatureScan {
    let feature: Feature
    let events: History
    let day: Int32
    /// Place of the model's currency in the partition's table.
    let currency: UInt8

    var value: Int64? {
        switch feature.measure {
        case .sum(let field): sum(field)
        case .per30Days(let field): per30Days(field)
        case .mean(let field): mean(field)
        case .min(let field): extreme(field, Swift.min)
        case .max(let field): extreme(field, Swift.max)
        case .latest(let field): latest(field)
        case .count: count()
        case .share: share()
        case .days: runs(of: \.day)
        case .months, .activeMonths: runs { CalendarDate.monthNumber(ofDay: $0.day) }
        case .daysSince: daysSince()
        case .longestStreak: longestStreak()
        case .paidToDue: ratio(of: { $0.effectivePaidMinor }, to: { $0.firstMinor })
        case .depositKeptToHeld: ratio(of: { $0.secondMinor }, to: { $0.firstMinor })
        case .outToIn: outToIn()
        case .paidToLimit: paidToLimit()
        case .obligationsOpen: obligationsOpen()
        case .tenureDays: tenureDays()
        case .events: count()
        }
    }

    /// The places of the window's events that are of the feature's type and currency and pass its filter, in order.
    var passing: [Int] { slice.filter(holds) }

    var repaymentsAndStatements: [Int] {
        slice.filter { index in
            let type = events.type(index)
            return events.currency(index) == currency
                && (type == EventType.repayment.kept || type == EventType.statement.kept)
        }
    }

    // MARK: - Of a field

    @inline(__always)
    func sum(_ field: Field) -> Int64 {
        var sum: Int64 = 0
        forEach { sum += field.value(in: $0) ?? 0 }
        return sum
    }

    func per30Days(_ field: Field) -> Int64 {
        Int64(clamping: (Int128(sum(field)) * 30).floorDivided(by: Int128(max(tenureDays(), 30))))
    }

    func mean(_ field: Field) -> Int64? {
        var sum: Int64 = 0
        var count: Int64 = 0
        forEach { event in
            guard let value = field.value(in: event) else { return }
            sum += value
            count += 1
        }
        return count > 0 ? sum.floorDivided(by: count) : nil
    }

    @inline(__always)
    func extreme(_ field: Field, _ choose: (Int64, Int64) -> Int64) -> Int64? {
        var extreme: Int64?
        forEach { event in
            guard let value = field.value(in: event) else { return }
            extreme = choose(value, extreme ?? value)
        }
        return extreme
    }

    func holders(of extreme: Int64?, _ field: Field) -> (value: Int64, holders: Int64)? {
        guard let extreme else { return nil }
        var holders: Int64 = 0
        forEach { if field.value(in: $0) == extreme { holders += 1 } }
        return (extreme, holders)
    }

    func latest(_ field: Field) -> Int64? {
        for index in slice.reversed() where holds(index) { return field.value(in: events[index]) }
        return nil
    }

    // MARK: - Of the events

    func count() -> Int64 {
        var count: Int64 = 0
        forEach { _ in count += 1 }
        return count
    }

    func share() -> Int64? {
        var passed: Int64 = 0
        var all: Int64 = 0
        for index in slice where isOfType(events[index]) {
            all += 1
            if passes(index) { passed += 1 }
        }
        return all > 0 ? basisPoints(Int128(passed), of: Int128(all)) : nil
    }

    /// How many different values of `property` there are, which never falls in the order of the events.
    @inline(__always)
    func runs(of property: (KeptEvent) -> Int32) -> Int64 {
        var runs: Int64 = 0
        var last: Int32?
        forEach { event in
            let value = property(event)
            if value != last { runs += 1 }
            last = value
        }
        return runs
    }

    func daysSince() -> Int64? {
        for index in slice.reversed() where holds(index) { return Int64(day - events[index].day) }
        return nil
    }

    func longestStreak() -> Int64 {
        var longest: Int64 = 0
        var streak: Int64 = 0
        for index in slice where isOfType(events[index]) {
            streak = passes(index) ? streak + 1 : 0
            longest = max(longest, streak)
        }
        return longest
    }

    @inline(__always)
    func ratio(of part: (KeptEvent) -> Int64, to whole: (KeptEvent) -> Int64) -> Int64? {
        var parts: Int64 = 0
        var wholes: Int64 = 0
        forEach { event in
            parts += part(event)
            wholes += whole(event)
        }
        return wholes > 0 ? basisPoints(Int128(parts), of: Int128(wholes)) : nil
    }

    func outToIn() -> Int64? {
        ratio(
            of: { $0.status == CashFlow.Direction.out.rawValue ? $0.firstMinor : 0 },
            to: { $0.status == CashFlow.Direction.in.rawValue ? $0.firstMinor : 0 })
    }

    func paidToLimit() -> Int64? {
        var paid: Int64 = 0
        var statements: Int64 = 0
        var limit: Int64 = 0
        for index in slice where events[index].currency == currency {
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
    func obligationsOpen() -> Int64 {
        var open: Int64 = 0
        let slice = slice
        for index in slice {
            let event = events[index]
            guard event.status != PaymentStatus.paid.rawValue, holds(index) else { continue }
            let isLast = !(index + 1..<slice.upperBound).contains {
                events[$0].third == event.third && holds($0)
            }
            if isLast { open += 1 }
        }
        return open
    }

    func tenureDays() -> Int64 {
        for index in events.slice(after: day - FoldLimits.horizonDays, through: day) {
            let event = events[index]
            if event.currency == currency { return Int64(day - event.day) }
        }
        return 0
    }

    // MARK: - The slice

    @inline(__always)
    private var slice: Range<Int> { events.slice(after: day - feature.windowDays, through: day) }

    /// Each event of the window that is of the feature's type and currency and passes its filter, in order.
    @inline(__always)
    private func forEach(_ body: (KeptEvent) -> Void) {
        for index in slice where holds(index) { body(events[index]) }
    }

    @inline(__always)
    private func holds(_ index: Int) -> Bool { isOfType(events[index]) && passes(index) }

    @inline(__always)
    private func isOfType(_ event: KeptEvent) -> Bool {
        event.currency == currency && (feature.type.map { $0.kept == event.type } ?? true)
    }

    @inline(__always)
    private func passes(_ index: Int) -> Bool {
        feature.filter.passes(events[index]) && (!feature.filter.isUnpaid || isUnpaid(index))
    }

    /// The payments are looked up over the horizon, so that a statement does not turn unpaid because its month is half
    /// out of the window.
    private func isUnpaid(_ statement: Int) -> Bool {
        let month = events.month(statement)
        return !events.slice(after: day - FoldLimits.horizonDays, through: day).contains {
            let event = events[$0]
            return event.type == EventType.repayment.kept && event.currency == currency
                && event.effectivePaidMinor > 0 && events.month($0) == month
        }
    }
}
