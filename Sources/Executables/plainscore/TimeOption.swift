import Commands
import Events

/// A time as operators write it: `2005-07-01` (its first millisecond, UTC), `2005-07-01T12:00:00Z`, or ms since 1970.
/// nil for anything else.
func milliseconds(_ text: some StringProtocol) -> Int64? {
    let bytes = Array(text.utf8)
    if let date = CalendarDate(unsafe bytes.span.bytes) { return Int64(date.days) * Timestamp.dayMilliseconds }
    guard bytes.allSatisfy({ $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: " ") }) else { return nil }
    // Just as ticks are told.
    let isNumber = bytes.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let line = Array("{\"tick\":\(isNumber ? "\(text)" : "\"\(text)\"")}".utf8)
    guard case .tick(let tick) = TickLine.read(unsafe line.span.bytes) else { return nil }
    return tick.time
}

extension Arguments {
    /// The option as a time, ms UTC; nil when it was not given.
    func time(_ option: String) throws(UsageError) -> Int64? {
        guard let text = text(option) else { return nil }
        guard let time = milliseconds(text) else {
            throw UsageError(
                "--\(option) \(text): give a time such as 2005-07-01, 2005-07-01T12:00:00Z, or ms since 1970", command)
        }
        return time
    }
}
