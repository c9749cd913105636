/// Changes to an XML file that leave every other byte as it is: attributes of start tags, and elements right after them.
struct TagEdits {
    private struct Edit {
        var attributes: [(name: String, value: String?)] = []
        var children: [String] = []
    }

    /// By where the tag begins.
    private var edits: [Int: (tag: Range<Int>, edit: Edit)] = [:]

    var isEmpty: Bool { edits.isEmpty }

    /// nil takes the attribute out.
    mutating func set(_ attribute: String, _ value: String?, of element: XMLTree) {
        edits[element.tag.lowerBound, default: (element.tag, Edit())].edit.attributes.append((attribute, value))
    }

    /// `<Extension name="…" value="…"/>` as the first of what is in the element, after those that were added before.
    mutating func addExtension(_ name: String, _ value: String, to element: XMLTree) {
        let text = "Extension name=\"\(Self.escaped(name))\" value=\"\(Self.escaped(value))\"/>"
        edits[element.tag.lowerBound, default: (element.tag, Edit())].edit.children.append(text)
    }

    /// The file with all changes made. What is added stands on lines of its own, or without `ownLines` where the tag
    /// ends, so that every line keeps its number.
    func applied(to bytes: [UInt8], ownLines: Bool = true) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for (tag, edit) in edits.values.sorted(by: { $0.tag.lowerBound < $1.tag.lowerBound }) {
            result += bytes[position..<tag.lowerBound]
            let indent = bytes[..<tag.lowerBound].reversed().prefix {
                $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
            }
            let line = ownLines ? "\n" + String(decoding: indent.reversed(), as: UTF8.self) + "  " : ""
            result += Self.tag(String(decoding: bytes[tag], as: UTF8.self), edit, line).utf8
            position = tag.upperBound
        }
        return result + bytes[position...]
    }

    private static func tag(_ text: String, _ edit: Edit, _ line: String) -> String {
        let isEmpty = text.hasSuffix("/>")
        var body = String(text.dropLast(isEmpty ? 2 : 1))
        while body.last?.isWhitespace == true { body.removeLast() }
        for (name, value) in edit.attributes { body = Self.body(body, name, value) }
        guard !edit.children.isEmpty else { return body + (isEmpty ? "/>" : ">") }
        let name = body.dropFirst().prefix { !$0.isWhitespace }
        let prefix = name.firstIndex(of: ":").map { name[...$0] } ?? ""
        let children = edit.children.map { "\(line)<\(prefix)\($0)" }.joined()
        return body + ">" + children + (isEmpty ? "\(line.dropLast(2))</\(name)>" : "")
    }

    private static func body(_ body: String, _ attribute: String, _ value: String?) -> String {
        let new = value.map { " \(attribute)=\"\(escaped($0))\"" } ?? ""
        for match in body.matches(of: /\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')/) where match.output.1 == attribute {
            return body.replacingCharacters(in: match.range, with: new)
        }
        return body + new
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
