/// A feature is a scan over the slice of a person's events that its window holds: so late, corrected and rolled-off
/// events need no second mechanism, and the windows are exact by construction.
extension Feature {
    /// The value on `day` over `events` in their order; nil is missing.
    ///
    /// Complexity: O(log n) to find the slice, and one look at each of its events, `eventsPerPerson` at most; for `unpaid`
    /// one at each event of the horizon before. `obligations_open` of a person with more obligations than their table has
    /// room for takes memory for one scan, which lies on the stack up to 64 events.
    func value(of events: borrowing History, on day: Int32, currency: UInt8) -> Int64? {
        var steps = 0
        return value(of: events, on: day, currency: currency, &steps)
    }

    /// The same; `steps` becomes greater by the events looked at.
    func value(of events: borrowing History, on day: Int32, currency: UInt8, _ steps: inout Int) -> Int64? {
        let scan = FeatureScan(feature: self, day: day, currency: currency, events)
        steps += scan.steps(events)
        return scan.value(events, &steps)
    }

    /// The extreme that a `min` or `max` looks for, and how many events hold it. Complexity: one look at each event of the
    /// slice.
    func extreme(of events: borrowing History, on day: Int32, currency: UInt8, _ steps: inout Int)
        -> (value: Int64, holders: Int64)?
    {
        let scan = FeatureScan(feature: self, day: day, currency: currency, events)
        steps += scan.steps(events)
        return switch measure {
        case .min(let field): scan.extreme(events, field, isMax: false)
        case .max(let field): scan.extreme(events, field, isMax: true)
        default: nil
        }
    }
}
