import Events

/// A feature is a scan over the slice of a person's events that its window holds: so late, corrected and rolled-off
/// events need no second mechanism, and the windows are exact by construction.
extension Feature {
    /// The value on `day` over `events` in their order; nil is missing. Complexity: linear in the events kept.
    func value(of events: [KeptEvent], on day: Int32, currency: Currency) -> Int64? {
        switch measure {
        case .count:
            return fold(events, on: day, currency, 0) { count, _ in count + 1 }
        case .latest(let field):
            guard let last = events.last(where: { holds($0, in: events, on: day, currency) }) else { return nil }
            return last.value(of: field)
        case .sum(let field):
            return fold(events, on: day, currency, 0) { sum, event in sum + (event.value(of: field) ?? 0) }
        case .min(let field):
            return fold(events, on: day, currency, nil) { least, event in
                event.value(of: field).map { Swift.min($0, least ?? $0) } ?? least
            }
        case .max(let field):
            return fold(events, on: day, currency, nil) { most, event in
                event.value(of: field).map { Swift.max($0, most ?? $0) } ?? most
            }
        case .paidToLimit:
            return paidToLimit(events, on: day, currency)
        }
    }

    /// The next day after `day` on which this feature can change without an event: the first on which something that
    /// it reads leaves its window. nil when nothing it reads is in the window.
    func nextChange(of events: [KeptEvent], after day: Int32, currency: Currency) -> Int32? {
        var next: Int32?
        for event in events where reads(event, currency) {
            let leaves = event.day + windowDays
            if leaves > day { next = Swift.min(next ?? leaves, leaves) }
        }
        return next
    }

    private func reads(_ event: KeptEvent, _ currency: Currency) -> Bool {
        (event.type == type.rawValue || measure == .paidToLimit && event.type == EventType.statement.rawValue)
            && event.currency == currency.code
    }

    @inline(__always)
    private func fold<T>(
        _ events: [KeptEvent], on day: Int32, _ currency: Currency, _ initial: T, _ step: (T, KeptEvent) -> T
    ) -> T {
        var result = initial
        for event in events where holds(event, in: events, on: day, currency) { result = step(result, event) }
        return result
    }

    /// Whether `event` is of this feature's type and currency, in its window and passes its filter.
    @inline(__always)
    func holds(_ event: KeptEvent, in events: [KeptEvent], on day: Int32, _ currency: Currency) -> Bool {
        guard event.type == type.rawValue, event.currency == currency.code, inWindow(event, on: day) else {
            return false
        }
        switch filter {
        case .all: return true
        case .daysPastDueAtLeast(let days): return event.daysPastDue >= days
        case .unpaid:
            return !events.contains {
                $0.type == EventType.repayment.rawValue && $0.currency == currency.code && $0.month == event.month
                    && $0.day <= day && $0.effectivePaidMinor > 0
            }
        }
    }

    @inline(__always)
    private func inWindow(_ event: KeptEvent, on day: Int32) -> Bool {
        event.day <= day && event.day > day - windowDays
    }

    private func paidToLimit(_ events: [KeptEvent], on day: Int32, _ currency: Currency) -> Int64? {
        var paid: Int64 = 0
        var statements: Int64 = 0
        var limit: Int64 = 0
        for event in events where event.currency == currency.code && inWindow(event, on: day) {
            if event.type == EventType.repayment.rawValue {
                paid += event.effectivePaidMinor
            } else if event.type == EventType.statement.rawValue {
                statements += 1
                limit = event.limitMinor
            }
        }
        guard statements > 0, limit > 0 else { return nil }
        return basisPoints(Int128(paid), of: Int128(limit) * Int128(statements))
    }
}

/// ⌊part × 10,000 ÷ whole⌋ for a positive whole, clamped to Int64.
private func basisPoints(_ part: Int128, of whole: Int128) -> Int64 {
    Int64(clamping: (part * 10_000).floorDivided(by: whole))
}

extension KeptEvent {
    /// The value of a field of this event; nil where it has none (a ratio to a limit of 0).
    func value(of field: Feature.Field) -> Int64? {
        switch field {
        case .daysPastDue: Int64(daysPastDue)
        case .limit: limitMinor
        case .balance: balanceMinor
        case .balanceToLimit: limitMinor > 0 ? basisPoints(Int128(balanceMinor), of: Int128(limitMinor)) : nil
        case .due: dueMinor
        case .paid: effectivePaidMinor
        }
    }
}
