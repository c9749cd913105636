/// A place in a file, both counted from 1; the column in characters.
public struct Place: Equatable, Comparable, Sendable {
    public let line: Int
    public let column: Int

    public static func < (left: Place, right: Place) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// A first look at an XML file, before any parser sees it: where each element begins, and the refusal of all that can
/// hurt. What is let through is UTF-8, has no DTD (so no entities to expand or fetch) and is nested at most 32 deep.
struct XMLPlaces {
    static let depthMax = 32

    /// Of each start tag, in document order.
    private(set) var elements: [Place] = []

    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private var column = 1
    private var depth = 0

    /// Complexity: linear in the bytes.
    init(_ bytes: [UInt8]) throws(ScorecardFileError) {
        self.bytes = bytes
        // Another encoding could hide a DTD from this look; a NUL is how UTF-16 looks as UTF-8.
        guard String(validating: bytes, as: UTF8.self) != nil, !bytes.contains(0) else {
            throw error("the file is not UTF-8: save it as UTF-8")
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
        if isAt("<?xml ") { try declaration() }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "<"): try markup()
            case UInt8(ascii: "&"): try reference()
            default: advance()
            }
        }
    }

    private mutating func markup() throws(ScorecardFileError) {
        if isAt("<!--") {
            skip(past: "-->")
        } else if isAt("<![CDATA[") {
            skip(past: "]]>")
        } else if isAt("<!") {
            throw error("a DOCTYPE is refused: no entities, no external files; take the declaration out")
        } else if isAt("<?") {
            throw error("a processing instruction is refused: take it out")
        } else if isAt("</") {
            depth -= 1
            skip(past: ">")
        } else {
            try startTag()
        }
    }

    private mutating func startTag() throws(ScorecardFileError) {
        guard depth < Self.depthMax else { throw error("nested deeper than \(Self.depthMax) elements") }
        elements.append(Place(line: line, column: column))
        depth += 1
        var quote: UInt8?
        var last: UInt8 = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "&") { try reference() } else { advance() }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                if last == UInt8(ascii: "/") { depth -= 1 }
                return
            }
            last = byte
        }
    }

    /// `&amp;` or `&#60;`: what needs no declaration.
    private mutating func reference() throws(ScorecardFileError) {
        let known: [StaticString] = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#"]
        guard known.contains(where: isAt) else {
            throw error("an entity is refused: write the character itself, and & as &amp;")
        }
        advance()
    }

    /// `<?xml version="1.0" encoding="UTF-8"?>`: the encoding is UTF-8 or left out.
    private mutating func declaration() throws(ScorecardFileError) {
        let start = index
        let place = error("the encoding must be UTF-8: save the file as UTF-8")
        skip(past: "?>")
        let text = String(decoding: bytes[start..<index], as: UTF8.self).lowercased()
        guard let encoding = text.range(of: "encoding") else { return }
        let value = text[encoding.upperBound...].drop { $0.isWhitespace || $0 == "=" }.dropFirst()
        guard ["utf-8", "us-ascii"].contains(String(value.prefix { $0 != "\"" && $0 != "'" })) else { throw place }
    }

    private func isAt(_ text: StaticString) -> Bool {
        let wanted = "\(text)".utf8
        return bytes[index...].prefix(wanted.count).elementsEqual(wanted)
    }

    /// To the end of the file where `text` is not there: then it is no XML, and the parser says so.
    private mutating func skip(past text: StaticString) {
        while index < bytes.count, !isAt(text) { advance() }
        for _ in "\(text)".utf8 where index < bytes.count { advance() }
    }

    private mutating func advance() {
        let byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    private func error(_ problem: String) -> ScorecardFileError {
        ScorecardFileError(Place(line: line, column: column), problem)
    }
}
