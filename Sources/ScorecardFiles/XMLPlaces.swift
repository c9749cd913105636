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
    /// The bytes of each start tag, `<` and `>` included, in the same order.
    private(set) var tags: [Range<Int>] = []
    /// The file as a parser may read it: blanks stand in place of a declaration of ASCII.
    private(set) var bytes: [UInt8]

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
        let start = index
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
                tags.append(start..<index)
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

    /// `<?xml version="1.0" encoding="UTF-8"?>`: the encoding is UTF-8, or left out, or one that has ASCII's bytes for
    /// ASCII's characters while the file has no others. Then its bytes are UTF-8 whatever they are called.
    private mutating func declaration() throws(ScorecardFileError) {
        let start = index
        let place = error("")
        skip(past: "?>")
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        guard let name = text.firstMatch(of: /encoding\s*=\s*["']([A-Za-z0-9._:-]*)["']/)?.output.1 else {
            guard !text.contains("encoding") else { throw Self.encodingError(place.place, "") }
            return
        }
        let encoding = name.lowercased()
        if ["utf-8", "utf8"].contains(encoding) { return }
        guard Self.extendsASCII(encoding) else { throw Self.encodingError(place.place, "not \(name): ") }
        guard bytes.allSatisfy({ $0 < 0x80 }) else {
            throw Self.encodingError(place.place, "the declaration says \(name), and there are other characters: ")
        }
        // Without a declaration a file is UTF-8.
        for place in start..<index where bytes[place] != UInt8(ascii: "\n") { bytes[place] = UInt8(ascii: " ") }
    }

    private static func encodingError(_ place: Place, _ why: String) -> ScorecardFileError {
        ScorecardFileError(
            place, "the encoding must be UTF-8: \(why)save the file as UTF-8 and declare encoding=\"UTF-8\"")
    }

    /// Whether an encoding of this name writes ASCII's characters as ASCII does.
    private static func extendsASCII(_ name: String) -> Bool {
        let names: Set = [
            "ascii", "us-ascii", "us", "ansi_x3.4-1968", "ansi_x3.4-1986", "iso_646.irv:1991", "iso646-us", "iso-ir-6",
            "ibm367", "cp367", "csascii", "646",
        ]
        return names.contains(name)
            || ["iso-8859-", "iso8859-", "iso_8859-", "windows-125", "cp125", "latin"].contains { name.hasPrefix($0) }
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
