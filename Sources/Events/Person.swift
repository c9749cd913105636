/// A person as every stage after the consumers knows them: a keyed hash of the reference that the operator gave at
/// opt-in. Nobody without the secret can go from one to the other, and no stage joins two of them.
public struct PersonKey: Equatable, Hashable, Comparable, Sendable, BitwiseCopyable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// The timeline partition that holds all that happens to this person, of `count`.
    public func partition(of count: Int32) -> Int32 {
        precondition(count > 0)
        return Int32(low.multipliedFullWidth(by: UInt64(count)).high)
    }
}

/// How a timeline places the end of each person's day.
public enum DayOffset: UInt8, Sendable, CaseIterable {
    /// All days end at 00:00 UTC.
    case none = 0
    /// A time of day derived from the key, so that midnight is no storm: the greater the key, the later the day ends.
    /// The order of (due day, key) is thereby also the order of the moments at which days end.
    case spread = 1

    /// Milliseconds to add to a time before the division into days, 0 ..< 86,400,000.
    public func milliseconds(for person: PersonKey) -> Int64 {
        switch self {
        case .none: 0
        case .spread:
            Timestamp.dayMilliseconds - 1
                - Int64(person.high.multipliedFullWidth(by: UInt64(Timestamp.dayMilliseconds)).high)
        }
    }

    /// The person's day in which `time` lies: ⌊(time + offset) ÷ 24 h⌋.
    public func day(of time: Int64, for person: PersonKey) -> Int32 {
        Int32((time + milliseconds(for: person)).floorDivided(by: Timestamp.dayMilliseconds))
    }

    /// The first millisecond of a person's day.
    public func start(of day: Int32, for person: PersonKey) -> Int64 {
        Int64(day) * Timestamp.dayMilliseconds - milliseconds(for: person)
    }
}
