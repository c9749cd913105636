import Events

/// A line `{"tick":null}` or `{"tick":TIME}` of `plainscore produce`, TIME being ms or `2005-05-01T00:00:00Z`.
struct TickLine: Equatable {
    /// ms UTC; nil where the broker's stamp is to be the time.
    let time: Int64?

    enum Reading: Equatable {
        case tick(TickLine)
        /// Not a tick: an event, or nothing that is known.
        case other
        /// It begins as a tick.
        case bad(mend: String)
    }

    static func read(_ line: RawSpan) -> Reading {
        var text = ASCIIText(line)
        guard text.skip("{"), text.skip("\"tick\"") else { return .other }
        let mend =
            "write {\"tick\":TIME} with ms since 1970 or a text like \"2005-05-01T00:00:00Z\", or {\"tick\":null}"
        guard text.skip(":") else { return .bad(mend: mend) }
        let time: Int64?
        if text.skip("null") {
            time = nil
        } else if text.skip("\"") {
            guard let milliseconds = text.timestamp(), text.skip("\"") else { return .bad(mend: mend) }
            time = milliseconds
        } else {
            guard let milliseconds = text.number() else { return .bad(mend: mend) }
            time = milliseconds
        }
        guard text.skip("}"), text.isAtEnd, time.map(Timestamp.allowed.contains) ?? true else {
            return .bad(mend: mend)
        }
        return .tick(TickLine(time: time))
    }
}

/// Reads a few tokens front to back, with spaces between them.
private struct ASCIIText: ~Escapable {
    private let span: RawSpan
    private var offset = 0

    @_lifetime(copy span)
    init(_ span: RawSpan) { self.span = span }

    var isAtEnd: Bool {
        for index in offset..<span.byteCount where byte(index) != 32 { return false }
        return true
    }

    @_lifetime(self: copy self)
    mutating func skip(_ token: StaticString) -> Bool {
        var start = offset
        while start < span.byteCount, byte(start) == 32 { start += 1 }
        let count = token.utf8CodeUnitCount
        guard start + count <= span.byteCount else { return false }
        for index in 0..<count {
            let expected = unsafe token.utf8Start[index]
            if byte(start + index) != expected { return false }
        }
        offset = start + count
        return true
    }

    /// 1 to 15 digits.
    @_lifetime(self: copy self)
    mutating func number() -> Int64? {
        while offset < span.byteCount, byte(offset) == 32 { offset += 1 }
        var count = 0
        while count < 15, offset + count < span.byteCount, isDigit(byte(offset + count)) { count += 1 }
        return count == 0 ? nil : digits(count)
    }

    /// `YYYY-MM-DDThh:mm:ssZ`, with up to three digits of a second's fraction: RFC 3339 in UTC.
    @_lifetime(self: copy self)
    mutating func timestamp() -> Int64? {
        guard offset + 10 <= span.byteCount, let date = CalendarDate(span.extracting(offset..<offset + 10)) else {
            return nil
        }
        offset += 10
        guard skip("T"), let hour = digits(2), hour < 24, skip(":"), let minute = digits(2), minute < 60, skip(":"),
            let second = digits(2), second < 60
        else { return nil }
        var milliseconds: Int64 = 0
        if skip(".") {
            let start = offset
            guard let fraction = number(), offset - start <= 3 else { return nil }
            milliseconds = fraction * [100, 10, 1][offset - start - 1]
        }
        guard skip("Z") else { return nil }
        let ofDay = (hour * 3600 + minute * 60 + second) * 1000 + milliseconds
        return Int64(date.days) * Timestamp.dayMilliseconds + ofDay
    }

    @_lifetime(self: copy self)
    private mutating func digits(_ count: Int) -> Int64? {
        guard offset + count <= span.byteCount else { return nil }
        var number: Int64 = 0
        for index in offset..<offset + count {
            guard isDigit(byte(index)) else { return nil }
            number = number * 10 + Int64(byte(index) - 48)
        }
        offset += count
        return number
    }

    private func byte(_ index: Int) -> UInt8 { span.load(littleEndianAt: index) }
    private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
