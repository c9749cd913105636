/// What the owner of a card says beside the file: which field is which feature, and the words and numbers that
/// the file lacks. A file of a part of TOML (https://toml.io): comments, `[section]`, and `key = value`, where a key
/// is bare or quoted and a value is a string on one line or a whole number. Whatever else TOML has is refused by line.
///
/// ```
/// currency = "EUR"
/// name = "my-card"
/// version = "1"
///
/// [fields]          # data field = feature
/// age = "person.tenure_days"
/// [codes]           # characteristic = reason code
/// [texts]           # reason code = what a subscriber reads
/// [baselines]       # characteristic = points
/// ```
public struct CardMap: Sendable {
    /// Values by key; "" is the part before the first section.
    private(set) var sections: [String: [String: Entry]] = [:]

    struct Entry: Sendable {
        let text: String
        let line: Int
    }

    static let sectionNames = ["fields", "codes", "texts", "baselines"]
    static let topKeys = ["currency", "name", "version"]

    public init() {}

    /// - Throws: the first line that is not read.
    public init(_ text: String) throws(CardMapError) {
        var section = ""
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var reader = LineReader(String(line), index + 1)
            reader.skipBlanks()
            if reader.isAtEnd { continue }
            if reader.take("[") {
                section = try reader.key()
                guard reader.take("]"), reader.endsHere() else {
                    throw reader.error("a section is [name] alone; arrays and dotted names are not read")
                }
                guard Self.sectionNames.contains(section) else {
                    throw reader.error("'\(section)' is no section: \(Self.sectionNames.joined(separator: ", "))")
                }
            } else {
                let (key, value) = try reader.pair()
                guard !section.isEmpty || Self.topKeys.contains(key) else {
                    throw reader.error(
                        "'\(key)' is not known before a section: \(Self.topKeys.joined(separator: ", "))")
                }
                guard
                    sections[section, default: [:]].updateValue(Entry(text: value, line: index + 1), forKey: key) == nil
                else { throw reader.error("'\(key)' stands here twice") }
            }
        }
    }

    /// A value that is not empty.
    func value(_ section: String, _ key: String) -> String? {
        sections[section]?[key].flatMap { $0.text.isEmpty ? nil : $0.text }
    }
}

public struct CardMapError: Error, CustomStringConvertible {
    public let line: Int
    public let problem: String
    public var description: String { "line \(line): \(problem)" }
}

/// One line of the file.
private struct LineReader {
    private var rest: Substring
    private let line: Int

    init(_ text: String, _ line: Int) {
        rest = text[...]
        if rest.last == "\r" { rest.removeLast() }
        self.line = line
    }

    func error(_ problem: String) -> CardMapError { CardMapError(line: line, problem: problem) }

    mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

    /// Whether nothing follows but a comment.
    var isAtEnd: Bool { rest.isEmpty || rest.first == "#" }

    mutating func take(_ character: Character) -> Bool {
        skipBlanks()
        guard rest.first == character else { return false }
        rest.removeFirst()
        skipBlanks()
        return true
    }

    mutating func endsHere() -> Bool {
        skipBlanks()
        return isAtEnd
    }

    mutating func pair() throws(CardMapError) -> (String, String) {
        let key = try key()
        guard take("=") else { throw error("key = value is wanted; a key with other characters stands in quotes") }
        let value: String
        if rest.first == "\"" || rest.first == "'" {
            value = try string()
        } else {
            value = String(rest.prefix { !$0.isWhitespace && $0 != "#" })
            rest = rest.dropFirst(value.count)
            guard Int32(value) != nil else {
                throw error("a value is a string in quotes or a whole number, not '\(value)'")
            }
        }
        guard endsHere() else { throw error("'\(rest)' after the value is not read") }
        return (key, value)
    }

    mutating func key() throws(CardMapError) -> String {
        if rest.first == "\"" || rest.first == "'" { return try string() }
        let bare = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
        guard !bare.isEmpty else { throw error("a key is of letters, digits, _ and -, or stands in quotes") }
        rest = rest[bare.endIndex...]
        return String(bare)
    }

    private mutating func string() throws(CardMapError) -> String {
        let quote = rest.removeFirst()
        guard !rest.hasPrefix("\(quote)\(quote)") else { throw error("a string of several lines is not read") }
        var text = ""
        while let character = rest.popFirst() {
            if character == quote { return text }
            guard character == "\\", quote == "\"" else {
                text.append(character)
                continue
            }
            switch rest.popFirst() {
            case "\"": text.append("\"")
            case "\\": text.append("\\")
            case "t": text.append("\t")
            default: throw error("after \\ stands \", \\ or t; write other characters as they are")
            }
        }
        throw error("the string has no closing \(quote)")
    }
}
