import Events

/// One feature over one person's events on one day.
struct FeatureScan: ~Copyable {
    private let feature: Feature
    private let day: Int32
    /// Place of the model's currency in the partition's table.
    private let currency: UInt8
    private let classes: EventClasses
    /// Whether the filter asks for more than class, currency and month.
    private let looksInside: Bool
    private let isUnpaid: Bool
    /// Of the horizon, so that a statement does not turn unpaid because its month is half out of the window; empty where no
    /// condition asks for them.
    private let paidMonths: PaidMonths

    init(feature: Feature, day: Int32, currency: UInt8, _ events: borrowing History) {
        self.feature = feature
        self.day = day
        self.currency = currency
        classes = feature.classes
        looksInside = feature.filter.timeliness != nil || !feature.filter.comparisons.isEmpty
        isUnpaid = feature.filter.isUnpaid
        let horizon = isUnpaid ? events.slice(after: day - FoldLimits.horizonDays, through: day) : 0..<0
        paidMonths = PaidMonths(horizon, of: events, currency: currency)
    }

    /// The events that one scan looks at.
    func steps(_ events: borrowing History) -> Int {
        slice(events).count
            + (feature.filter.isUnpaid ? events.slice(after: day - FoldLimits.horizonDays, through: day).count : 0)
    }

    func value(_ events: borrowing History) -> Int64? {
        var steps = 0
        return value(events, &steps)
    }

    func value(_ events: borrowing History, _ steps: inout Int) -> Int64? {
        switch feature.measure {
        case .sum(let field): sum(events, field)
        case .per30Days(let field): per30Days(events, field)
        case .mean(let field): mean(events, field)
        case .min(let field): extreme(events, field, isMax: false)?.value
        case .max(let field): extreme(events, field, isMax: true)?.value
        case .latest(let field): last(events).flatMap { field.value(in: events[$0]) }
        case .count, .events: count(events)
        case .share: share(events)
        case .days: days(events)
        case .months, .activeMonths: months(events)
        case .daysSince: last(events).map { Int64(day - events.day($0)) }
        case .longestStreak: longestStreak(events)
        case .paidToDue: ratio(events, of: { $0.effectivePaidMinor }, to: { $0.firstMinor })
        case .depositKeptToHeld: ratio(events, of: { $0.secondMinor }, to: { $0.firstMinor })
        case .outToIn: outToIn(events)
        case .paidToLimit: paidToLimit(events)
        case .obligationsOpen: obligationsOpen(events, &steps)
        case .tenureDays: tenureDays(events)
        }
    }

    /// The places of the window's events that are of the feature's type and currency and pass its filter, in order.
    func passing(_ events: borrowing History) -> [Int] {
        var passing: [Int] = []
        var months = Months()
        for index in slice(events) where holds(index, &months, events) { passing.append(index) }
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

    func extreme(_ events: borrowing History, _ field: Field, isMax: Bool) -> (value: Int64, holders: Int64)? {
        var extreme: Int64 = 0
        var holders: Int64 = 0
        forEach(events) { event in
            guard let value = field.value(in: event) else { return }
            if holders == 0 || (isMax ? value > extreme : value < extreme) {
                extreme = value
                holders = 1
            } else if value == extreme {
                holders += 1
            }
        }
        return holders > 0 ? (extreme, holders) : nil
    }

    // MARK: - Of the events

    /// The last event that passes.
    private func last(_ events: borrowing History) -> Int? {
        var months = Months()
        for index in slice(events).reversed() where holds(index, &months, events) { return index }
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
        var months = Months()
        for index in slice(events) where isOfType(index, events) {
            all += 1
            if holds(index, &months, events) { passed += 1 }
        }
        return all > 0 ? basisPoints(passed, of: all) : nil
    }

    private func days(_ events: borrowing History) -> Int64 {
        var days: Int64 = 0
        var last: Int32?
        forEach(events) { event in
            if event.day != last { days += 1 }
            last = event.day
        }
        return days
    }

    private func months(_ events: borrowing History) -> Int64 {
        var months: Int64 = 0
        var last: Int32?
        var month = MonthOfDays()
        forEach(events) { event in
            let number = month.number(ofDay: event.day)
            if number != last { months += 1 }
            last = number
        }
        return months
    }

    private func longestStreak(_ events: borrowing History) -> Int64 {
        var longest: Int64 = 0
        var streak: Int64 = 0
        var months = Months()
        for index in slice(events) where isOfType(index, events) {
            streak = holds(index, &months, events) ? streak + 1 : 0
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

    /// From the end: the first event of an obligation that is met is its last, and decides.
    private func obligationsOpen(_ events: borrowing History, _ steps: inout Int) -> Int64 {
        var open: Int64 = 0
        var met: UInt32 = 0
        var months = Months()
        for index in slice(events).reversed() where holds(index, &months, events) {
            let place = events.obligation(index)
            guard place > 0 else { return obligationsOpenOfMany(events, &steps) }
            guard met & 1 << place == 0 else { continue }
            met |= 1 << place
            if isOpen(index, events) { open += 1 }
        }
        return open
    }

    /// The same where some obligations have no place in the person's table, and one may have come with and without.
    private func obligationsOpenOfMany(_ events: borrowing History, _ steps: inout Int) -> Int64 {
        let slice = slice(events)
        steps += 2 * slice.count
        let capacity = ObligationSet.capacity(for: slice.count)
        return unsafe withUnsafeTemporaryAllocation(of: UInt64.self, capacity: capacity) { table in
            // The identity is a keyed hash.
            var met = unsafe ObligationSet(table, seed: events.identity(slice.lowerBound))
            var open: Int64 = 0
            var months = Months()
            for index in slice.reversed() where holds(index, &months, events) {
                if met.insert(events[index].third), isOpen(index, events) { open += 1 }
            }
            steps += met.looks
            return open
        }
    }

    private func isOpen(_ index: Int, _ events: borrowing History) -> Bool {
        events.eventClass(index).status != PaymentStatus.paid.rawValue
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
        var months = Months()
        for index in slice(events) where holds(index, &months, events) { body(events[index]) }
    }

    @inline(__always)
    private func isOfType(_ index: Int, _ events: borrowing History) -> Bool {
        (feature.type.map { $0.kept == events.type(index) } ?? true) && events.currency(index) == currency
    }

    /// Whether the event at `index` passes. One person may have `eventsPerPerson` events that are looked at for each that
    /// comes: so an event is unpacked only where a condition needs it, and its month is worked out and looked up only where it
    /// is another one than that of the event before.
    @inline(__always)
    private func holds(_ index: Int, _ months: inout Months, _ events: borrowing History) -> Bool {
        guard classes.contains(events.eventClass(index)), events.currency(index) == currency else { return false }
        if looksInside, !feature.filter.passesBeyondClass(events.withoutObligation(index)) { return false }
        return !isUnpaid || !isPaid(index, &months, events)
    }

    @inline(__always)
    private func isPaid(_ index: Int, _ months: inout Months, _ events: borrowing History) -> Bool {
        let month = months.ofDays.number(ofDay: events.day(index)) &+ events.monthOffset(index)
        if month != months.last {
            months.last = month
            months.lastIsPaid = paidMonths.contains(month)
        }
        return months.lastIsPaid
    }

    /// The month of the event that was looked at last, and whether something was paid in it.
    private struct Months {
        var ofDays = MonthOfDays()
        var last = Int32.min
        var lastIsPaid = false
    }
}
