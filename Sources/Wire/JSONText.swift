import Events

/// JSON written front to back, compact, members in the order in which they are given: the same calls give the same
/// bytes, always. Commas come by themselves; that each `begin` has its `end` is up to the caller.
///
/// Integers are written as numbers. Complexity: amortized constant per byte.
public struct JSONText: Sendable {
    public private(set) var bytes: [UInt8]
    private var needsComma = false

    /// Goes on after `bytes`, whatever they are.
    public init(bytes: [UInt8] = []) { self.bytes = bytes }

    public mutating func beginObject() { begin(UInt8(ascii: "{")) }
    public mutating func endObject() { end(UInt8(ascii: "}")) }
    public mutating func beginArray() { begin(UInt8(ascii: "[")) }
    public mutating func endArray() { end(UInt8(ascii: "]")) }

    /// The name of the member whose value is written next; one that the program spells needs no escape.
    public mutating func key(_ name: StaticString) {
        let name = unsafe RawSpan(_unsafeStart: name.utf8Start, byteCount: name.utf8CodeUnitCount)
        write(atMost: name.byteCount + 3) { output in
            output.append(UInt8(ascii: "\""))
            output.append(span: name)
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// The same, of a name that is found at run time.
    public mutating func key(named name: String) {
        value(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func value(_ text: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { unsafe append(escaping: $0.span) }
        bytes.append(UInt8(ascii: "\""))
    }

    public mutating func value(_ identifier: Identifier) {
        write(atMost: identifier.count + 2) { output in
            output.append(UInt8(ascii: "\""))
            output.append(span: identifier.span)  // nothing in it needs an escape
            output.append(UInt8(ascii: "\""))
        }
    }

    @inlinable
    public mutating func value(_ number: some BinaryInteger) {
        append(decimal: UInt64(number.magnitude), isNegative: number < 0)
    }

    /// As a string, `YYYY-MM-DDThh:mm:ss.sssZ`; ms since the epoch.
    public mutating func value(time: Int64) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        Timestamp.append(time, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// As a string, `YYYY-MM-DD`.
    public mutating func value(_ date: CalendarDate) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        date.append(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// As a string of 16 hexadecimal digits.
    public mutating func value(hexadecimal number: UInt64) {
        write(atMost: 18) { output in
            output.append(UInt8(ascii: "\""))
            for shift in stride(from: UInt64(60), through: 0, by: -4) { output.append(Self.digit(number >> shift)) }
            output.append(UInt8(ascii: "\""))
        }
    }

    /// Members that another text has written, none or more with their commas, into the object that is open here.
    public mutating func members(_ written: [UInt8]) {
        if written.isEmpty { return }
        write(atMost: written.count) { unsafe $0.append(span: written.span.bytes) }
    }

    public mutating func value(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    }

    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    public mutating func member(named name: String, _ text: String) {
        key(named: name)
        value(text)
    }

    @inlinable
    public mutating func member(named name: String, _ number: some BinaryInteger) {
        key(named: name)
        value(number)
    }

    public mutating func member(_ name: StaticString, _ identifier: Identifier) {
        key(name)
        value(identifier)
    }

    @inlinable
    public mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    public mutating func member(_ name: StaticString, _ truth: Bool) {
        key(name)
        value(truth)
    }

    private mutating func begin(_ bracket: UInt8) {
        write(atMost: 1) { $0.append(bracket) }
        needsComma = false
    }

    private mutating func end(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// A value, or all of one that is to be written, after the comma that it needs: the array is asked once for room.
    @inline(__always)
    private mutating func write(atMost count: Int, _ body: (inout OutputSpan<UInt8>) -> Void) {
        let needsComma = needsComma
        bytes.append(addingCapacity: count + 1) { output in
            if needsComma { output.append(UInt8(ascii: ",")) }
            body(&output)
        }
        self.needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    @usableFromInline
    mutating func append(decimal magnitude: UInt64, isNegative: Bool) {
        var digits: [20 of UInt8] = .init(repeating: 0)
        var first = digits.count
        var rest = magnitude
        repeat {
            first -= 1
            digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        } while rest > 0
        write(atMost: 21) { output in
            if isNegative { output.append(UInt8(ascii: "-")) }
            unsafe output.append(span: digits.span.bytes.extracting(first...))
        }
    }

    /// RFC 8259, section 7: quotation mark, backslash and control characters; what lies between them stands for itself.
    private mutating func append(escaping utf8: Span<UInt8>) {
        var start = 0
        for index in utf8.indices {
            let byte = utf8[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            unsafe bytes.append(span: utf8.extracting(start..<index).bytes)
            append(escaped: byte)
            start = index + 1
        }
        unsafe bytes.append(span: utf8.extracting(start...).bytes)
    }

    private mutating func append(escaped byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\n"): bytes.append(UInt8(ascii: "n"))
        case UInt8(ascii: "\r"): bytes.append(UInt8(ascii: "r"))
        case UInt8(ascii: "\t"): bytes.append(UInt8(ascii: "t"))
        case 0..<0x20:
            bytes.append(contentsOf: [UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")])
            bytes.append(Self.digit(UInt64(byte >> 4)))
            bytes.append(Self.digit(UInt64(byte)))
        default: bytes.append(byte)
        }
    }

    /// The lowest four bits as a hexadecimal digit.
    private static func digit(_ number: UInt64) -> UInt8 {
        let digit = UInt8(number & 15)
        return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
