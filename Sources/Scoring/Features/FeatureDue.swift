import Events

/// When a feature can change though no event comes (invariant 4; schemas/features.md).
extension Feature {
    /// The next day after `day` on which something that the feature reads leaves its window, or a day count advances;
    /// nil while nothing it reads is there. Complexity: linear in the events of the horizon.
    func nextChange(of events: History, after day: Int32, currency: UInt8) -> Int32? {
        if advancesDaily(events, on: day, currency) { return day + 1 }
        let window = measure == .tenureDays ? FoldLimits.horizonDays : windowDays
        var next: Int32?
        // The order of events is the order of days: the first that is read leaves first.
        for index in events.slice(after: day - window, through: .max) where reads(events[index], currency) {
            next = events[index].day + window
            break
        }
        guard filter.isUnpaid else { return next }
        for index in events.slice(after: day - FoldLimits.horizonDays, through: .max)
        where isRepayment(events[index], currency) {
            let leaves = events[index].day + FoldLimits.horizonDays
            return next.map { Swift.min($0, leaves) } ?? leaves
        }
        return next
    }

    private func advancesDaily(_ events: History, on day: Int32, _ currency: UInt8) -> Bool {
        switch measure {
        case .daysSince:
            return value(of: events, on: day, currency: currency) != nil
        case .tenureDays:
            return events.slice(after: day - FoldLimits.horizonDays, through: day).contains {
                events[$0].currency == currency
            }
        case .per30Days(let field):
            var sum = self
            sum.measure = .sum(field)
            return sum.value(of: events, on: day, currency: currency) != 0
        default: return false
        }
    }

    private func reads(_ event: KeptEvent, _ currency: UInt8) -> Bool {
        guard event.currency == currency else { return false }
        if measure == .paidToLimit, event.type == EventType.statement.kept { return true }
        switch measure {
        // These look at all events of the type.
        case .share, .longestStreak: return event.type == type?.kept
        default: break
        }
        return (type.map { $0.kept == event.type } ?? true) && filter.passes(event)
    }

    private func isRepayment(_ event: KeptEvent, _ currency: UInt8) -> Bool {
        event.type == EventType.repayment.kept && event.currency == currency
    }
}
