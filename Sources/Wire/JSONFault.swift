/// Where a text stops being one JSON object (RFC 8259), and what would be right there. Cold: the parser has refused the text,
/// and says no place.
struct JSONFault {
    let mend: String

    /// `value` begins with `{`.
    init(_ value: RawSpan) {
        var scan = Scan(value)
        var due = scan.value()
        if due == nil {
            scan.skipBlanks()
            if !scan.isAtEnd { due = "nothing may follow the object: send each event by itself" }
        }
        guard let due else {
            mend = "send one JSON object (RFC 8259) and nothing after it"
            return
        }
        mend =
            scan.isAtEnd
            ? "send the whole object, from a file on one line: the text ends at byte \(value.byteCount), where \(due)"
            : "byte \(scan.at + 1): \(due)"
    }

    /// Walks the grammar up to the first byte that does not fit.
    private struct Scan: ~Escapable {
        private let bytes: RawSpan
        private(set) var at = 0
        private var depth = 0

        @_lifetime(copy bytes)
        init(_ bytes: RawSpan) { self.bytes = bytes }

        var isAtEnd: Bool { at >= bytes.byteCount }
        private var byte: UInt8? { isAtEnd ? nil : bytes.load(littleEndianAt: at) }

        @_lifetime(self: copy self)
        mutating func skipBlanks() {
            while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { at += 1 }
        }

        @_lifetime(self: copy self)
        private mutating func skip(_ expected: Unicode.Scalar) -> Bool {
            skipBlanks()
            guard byte == UInt8(ascii: expected) else { return false }
            at += 1
            return true
        }

        /// What is due where the value breaks; nil where it does not.
        @_lifetime(self: copy self)
        mutating func value() -> String? {
            skipBlanks()
            switch byte ?? 0 {
            case UInt8(ascii: "{"): return list(closedBy: "}", hasNames: true)
            case UInt8(ascii: "["): return list(closedBy: "]", hasNames: false)
            case UInt8(ascii: "\""): return string()
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
            default:
                for word in ["true", "false", "null"] where skipWord(word) { return nil }
                return "a value is due: text in double quotes, a number (not NaN or Infinity), true, false or null"
            }
        }

        @_lifetime(self: copy self)
        private mutating func list(closedBy end: Unicode.Scalar, hasNames: Bool) -> String? {
            at += 1
            depth += 1
            defer { depth -= 1 }
            if depth > EventDecoder.depthMax { return "nest no deeper than \(EventDecoder.depthMax) levels" }
            if skip(end) { return nil }
            while true {
                if hasNames {
                    skipBlanks()
                    guard byte == UInt8(ascii: "\"") else {
                        return "a name in double quotes is due (no comma stands before the closing bracket)"
                    }
                    if let due = string() { return due }
                    guard skip(":") else { return "a colon is due after the name" }
                }
                if let due = value() { return due }
                if skip(end) { return nil }
                guard skip(",") else { return "a comma or the closing \(end) is due" }
            }
        }

        @_lifetime(self: copy self)
        private mutating func string() -> String? {
            at += 1
            while let byte {
                if byte == UInt8(ascii: "\"") {
                    at += 1
                    return nil
                }
                if byte < 0x20 { return "a control character in text is due as an escape, such as \\n or \\u0000" }
                if byte == UInt8(ascii: "\\") {
                    guard let escaped = escape() else {
                        return "an escape is due: \\\" \\\\ \\/ \\b \\f \\n \\r \\t, or \\u and four hexadecimal "
                            + "digits (two of these for a character beyond FFFF)"
                    }
                    at += escaped
                } else {
                    at += 1
                }
            }
            return "the closing double quote is due"
        }

        /// Bytes of the escape that begins here; nil where it is none.
        private func escape() -> Int? {
            guard at + 1 < bytes.byteCount else { return nil }
            let letter: UInt8 = bytes.load(littleEndianAt: at + 1)
            if letter != UInt8(ascii: "u") { return Array("\"\\/bfnrt".utf8).contains(letter) ? 2 : nil }
            guard let first = unit(at) else { return nil }
            guard (0xD800...0xDFFF).contains(first) else { return 6 }
            guard first < 0xDC00, let second = unit(at + 6), (0xDC00...0xDFFF).contains(second) else { return nil }
            return 12
        }

        /// The UTF-16 code unit that four hexadecimal digits behind `\u` write; nil where none begins at `start`.
        private func unit(_ start: Int) -> Int? {
            guard start + 6 <= bytes.byteCount, bytes.load(littleEndianAt: start) == UInt8(ascii: "\\"),
                bytes.load(littleEndianAt: start + 1) == UInt8(ascii: "u")
            else { return nil }
            let digits = (2..<6).map { bytes.load(littleEndianAt: start + $0, as: UInt8.self) }
            return Int(String(decoding: digits, as: UTF8.self), radix: 16)
        }

        @_lifetime(self: copy self)
        private mutating func number() -> String? {
            if byte == UInt8(ascii: "-") { at += 1 }
            let start = at
            skipDigits()
            if at == start { return "a digit is due" }
            if at > start + 1, bytes.load(littleEndianAt: start) == UInt8(ascii: "0") {
                at = start
                return "a number begins with no needless 0"
            }
            if byte == UInt8(ascii: ".") {
                at += 1
                if !skipDigits() { return "a digit is due" }
            }
            if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
                at += 1
                if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at += 1 }
                if !skipDigits() { return "a digit is due" }
            }
            return nil
        }

        @_lifetime(self: copy self)
        @discardableResult
        private mutating func skipDigits() -> Bool {
            let start = at
            while let byte, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
            return at > start
        }

        @_lifetime(self: copy self)
        private mutating func skipWord(_ word: String) -> Bool {
            let letters = Array(word.utf8)
            guard at + letters.count <= bytes.byteCount,
                letters.indices.allSatisfy({ bytes.load(littleEndianAt: at + $0) == letters[$0] })
            else { return false }
            at += letters.count
            return true
        }
    }
}
