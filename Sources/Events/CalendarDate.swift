/// A date of the Gregorian calendar as days since 1970-01-01, within 1970 … 2199.
public struct CalendarDate: Equatable, Comparable, Sendable {
    public static let first = CalendarDate(unchecked: 0)
    public static let last = CalendarDate(unchecked: 84_005)  // 2199-12-31

    /// Months between the first date and the last.
    public static let monthsMax: Int32 = 230 * 12

    public let days: Int32

    /// nil outside 1970 … 2199.
    public init?(days: Int32) {
        guard days >= Self.first.days, days <= Self.last.days else { return nil }
        self.days = days
    }

    /// nil when there is no such date or it lies outside 1970 … 2199.
    public init?(year: Int, month: Int, day: Int) {
        guard (1970...2199).contains(year), (1...12).contains(month),
            day >= 1, day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        days = Int32(daysFromCivil(year: year, month: month, day: day))
    }

    /// `YYYY-MM-DD`, digits only; nil when malformed, impossible or outside 1970 … 2199.
    public init?(_ text: RawSpan) {
        guard text.byteCount == 10, text.byte(4) == UInt8(ascii: "-"), text.byte(7) == UInt8(ascii: "-"),
            let year = text.digits(0..<4), let month = text.digits(5..<7), let day = text.digits(8..<10)
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    private init(unchecked days: Int32) { self.days = days }

    public static func < (left: Self, right: Self) -> Bool { left.days < right.days }

    public var civil: (year: Int, month: Int, day: Int) { civilFromDays(Int(days)) }

    /// Months since January of year 0: two dates with the same number lie in the same calendar month.
    public var monthNumber: Int32 { Self.monthNumber(ofDay: days) }

    /// The same of any day since 1970-01-01, also beyond the calendar's end.
    public static func monthNumber(ofDay days: Int32) -> Int32 {
        let civil = civilFromDays(Int(days))
        return Int32(civil.year * 12 + civil.month - 1)
    }

    /// The days of the calendar month in which a day lies.
    public static func month(ofDay days: Int32) -> ClosedRange<Int32> {
        let civil = civilFromDays(Int(days))
        let first = days - Int32(civil.day) + 1
        return first...first + Int32(length(ofMonth: civil.month, year: civil.year)) - 1
    }

    static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CalendarDate: CustomStringConvertible {
    /// `YYYY-MM-DD`.
    public var description: String {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same at the end of `bytes`: 10 of them.
    public func append(to bytes: inout [UInt8]) { bytes.append(civil: civil) }
}

/// Days since 1970-01-01 of a civil date. Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
func daysFromCivil(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted.floorDivided(by: 400)
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}

/// The inverse of `daysFromCivil`, from the same source.
func civilFromDays(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = shifted.floorDivided(by: 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthShifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthShifted + 2) / 5 + 1
    let month = monthShifted < 10 ? monthShifted + 3 : monthShifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

extension BinaryInteger {
    /// Division rounded down, also below zero; `divisor` is positive.
    @inlinable
    public func floorDivided(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension RawSpan {
    func byte(_ offset: Int) -> UInt8 { load(littleEndianAt: offset) }

    /// The number that the decimal digits in `range` write; nil when another byte is among them.
    func digits(_ range: Range<Int>) -> Int? {
        var number = 0
        for offset in range {
            let digit = byte(offset) &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            number = number * 10 + Int(digit)
        }
        return number
    }
}
