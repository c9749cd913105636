/// Times are Int64 milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored as POSIX does.
public enum Timestamp {
    public static let dayMilliseconds: Int64 = 86_400_000
    /// 1970-01-01T00:00:00.000Z … 2199-12-31T23:59:59.999Z: what an event or a tick may say.
    public static let allowed: ClosedRange<Int64> = 0...(84_006 * dayMilliseconds - 1)
    private static let lastOfYear9999: Int64 = 253_402_300_799_999

    /// `YYYY-MM-DDThh:mm:ss.sssZ`, the form in which the outputs write a time.
    public static func text(_ milliseconds: Int64) -> String {
        var bytes: [UInt8] = []
        append(milliseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same at the end of `bytes`: 24 of them. A time that four digits of a year cannot say, as a damaged record may hold
    /// one, is written as its number of ms.
    public static func append(_ milliseconds: Int64, to bytes: inout [UInt8]) {
        guard (0...lastOfYear9999).contains(milliseconds) else {
            bytes += "\(milliseconds) ms".utf8
            return
        }
        let day = milliseconds.floorDivided(by: dayMilliseconds)
        let ofDay = Int(milliseconds - day * dayMilliseconds)
        bytes.append(civil: civilFromDays(Int(day)))
        bytes.append(UInt8(ascii: "T"))
        bytes.append(digits: ofDay / 3_600_000, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(digits: ofDay / 60_000 % 60, width: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(digits: ofDay / 1000 % 60, width: 2)
        bytes.append(UInt8(ascii: "."))
        bytes.append(digits: ofDay % 1000, width: 3)
        bytes.append(UInt8(ascii: "Z"))
    }
}

extension [UInt8] {
    /// The last `width` decimal digits of a number of at least 0.
    mutating func append(digits number: Int, width: Int) {
        append(addingCapacity: width) { output in
            output.append(repeating: UInt8(ascii: "0"), count: width)
            var digits = output.mutableSpan
            var rest = UInt(number)
            for place in stride(from: width - 1, through: 0, by: -1) {
                digits[place] += UInt8(rest % 10)
                rest /= 10
            }
        }
    }

    /// `YYYY-MM-DD`.
    mutating func append(civil date: (year: Int, month: Int, day: Int)) {
        append(digits: date.year, width: 4)
        append(UInt8(ascii: "-"))
        append(digits: date.month, width: 2)
        append(UInt8(ascii: "-"))
        append(digits: date.day, width: 2)
    }
}
