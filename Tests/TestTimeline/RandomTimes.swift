import Events

/// When a drawn event happened: mostly lately, often where an off-by-one would show.
struct RandomTimes {
    static let windows: [Int64] = [30, 90, 180, 365, 730, 800]
    private static let day = Timestamp.dayMilliseconds

    /// `others`: times of the same person's earlier events. At most a day ahead of `now`.
    static func draw(now: Int64, others: [Int64], using random: inout SeededRandom) -> Int64 {
        let lately = now - Int64.random(in: 0..<day, using: &random)
        let other = others.randomElement(using: &random) ?? lately
        let window = windows.randomElement(using: &random)! * day
        let edge = window + Int64.random(in: -1...1, using: &random) * day
        let time: Int64
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: time = lately
        case 40..<50: time = lately - Int64.random(in: 0...3, using: &random) * day
        case 50..<60: time = lately - Int64.random(in: 0...60, using: &random) * day
        case 60..<64: time = lately - Int64.random(in: 0...850, using: &random) * day
        case 64..<70: time = lately - edge
        case 70..<80: time = other + edge <= now + day ? other + edge : other - edge
        case 80..<86: time = other
        case 86..<90: time = endOfMonth(before: now, using: &random)
        case 90..<94: time = leapDay(before: now) + Int64.random(in: -1...1, using: &random) * day
        default: time = now + Int64.random(in: 0...day, using: &random)
        }
        return max(0, min(time, now + day))
    }

    /// On the last day of one of the twelve months before, or on the first after it; 1 ms around midnight now and then.
    private static func endOfMonth(before now: Int64, using random: inout SeededRandom) -> Int64 {
        let civil = CalendarDate(days: Int32(now / day))!.civil
        let month = civil.year * 12 + civil.month - 1 - Int.random(in: 0...11, using: &random)
        let first = Int64(CalendarDate(year: month / 12, month: month % 12 + 1, day: 1)!.days) * day
        return first + [-day, -1, 0, day - 1].randomElement(using: &random)!
    }

    /// 29 February of the last leap year before.
    private static func leapDay(before now: Int64) -> Int64 {
        var year = CalendarDate(days: Int32(now / day))!.civil.year
        while true {
            if let date = CalendarDate(year: year, month: 2, day: 29), Int64(date.days) * day <= now {
                return Int64(date.days) * day
            }
            year -= 1
        }
    }
}
