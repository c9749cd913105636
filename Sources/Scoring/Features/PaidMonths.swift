import Events

/// The calendar months in which a person has paid something on a repayment: a bit for each month since 1970-01.
///
/// The months of paid dates lie anywhere in the calendar, however close together the events are, so there is a bit for each
/// month that a day of an event can lie in. It lives on the stack.
struct PaidMonths: ~Copyable {
    private var words = [68 of UInt64](repeating: 0)

    private static let wordCount = 68  // from 1970 beyond the last day of a slot
    /// Of 1970-01, as `CalendarDate.monthNumber`.
    private static var first: Int32 { 1970 * 12 }

    /// Of the repayments in `slice` in this currency that were paid above 0 and not reversed. Complexity: linear in the
    /// slice.
    init(_ slice: Range<Int>, of events: borrowing History, currency: UInt8) {
        var month = MonthOfDays()
        for index in slice
        where events.type(index) == EventType.repayment.kept && events.currency(index) == currency {
            let event = events.withoutObligation(index)
            if event.effectivePaidMinor > 0 { insert(month.number(ofDay: event.day) &+ event.monthOffset) }
        }
    }

    private mutating func insert(_ month: Int32) {
        let place = Int(month &- Self.first)
        if (0..<64 * Self.wordCount).contains(place) { words[place >> 6] |= 1 << UInt64(place & 63) }
    }

    func contains(_ month: Int32) -> Bool {
        let place = Int(month &- Self.first)
        return (0..<64 * Self.wordCount).contains(place) && words[place >> 6] >> UInt64(place & 63) & 1 != 0
    }
}

/// The calendar months of days that come in their order: a civil date is worked out once a month.
struct MonthOfDays {
    /// The days of the month that was asked for last; none at first.
    private var first = Int32.max
    private var last = Int32.min
    private var number: Int32 = 0

    /// See `CalendarDate.monthNumber`.
    @inline(__always)
    mutating func number(ofDay day: Int32) -> Int32 {
        if day < first || day > last { turn(to: day) }
        return number
    }

    private mutating func turn(to day: Int32) {
        let days = CalendarDate.month(ofDay: day)
        first = days.lowerBound
        last = days.upperBound
        number = CalendarDate.monthNumber(ofDay: day)
    }
}
