/// Times are Int64 milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored as POSIX does.
public enum Timestamp {
    public static let dayMilliseconds: Int64 = 86_400_000
    /// 1970-01-01T00:00:00.000Z … 2199-12-31T23:59:59.999Z: what an event or a tick may say.
    public static let allowed: ClosedRange<Int64> = 0...(84_006 * dayMilliseconds - 1)

    /// `YYYY-MM-DDThh:mm:ss.sssZ`, the form in which the outputs write a time.
    public static func text(_ milliseconds: Int64) -> String {
        let day = milliseconds.floorDivided(by: dayMilliseconds)
        let ofDay = milliseconds - day * dayMilliseconds
        let (year, month, dayOfMonth) = civilFromDays(Int(day))
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T\(padded(ofDay / 3_600_000, 2)):"
            + "\(padded(ofDay / 60_000 % 60, 2)):\(padded(ofDay / 1000 % 60, 2)).\(padded(ofDay % 1000, 3))Z"
    }
}
