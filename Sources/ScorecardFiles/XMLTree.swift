import Foundation
import FoundationXML

/// One XML element with its line: just enough of a tree to read a small file strictly. No DTD, no entities.
final class XMLTree {
    let name: String
    let attributes: [String: String]
    let line: Int
    fileprivate(set) var children: [XMLTree] = []

    static let depthMax = 16

    fileprivate init(name: String, attributes: [String: String], line: Int) {
        self.name = name
        self.attributes = attributes
        self.line = line
    }

    static func parse(_ bytes: [UInt8]) throws(ScorecardFileError) -> XMLTree {
        guard !String(decoding: bytes, as: UTF8.self).contains("<!DOCTYPE") else {
            throw ScorecardFileError(line: 1, "a DOCTYPE is refused: no entities, no external files")
        }
        let builder = Builder()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = builder
        parser.shouldResolveExternalEntities = false
        let parsed = parser.parse()
        if let error = builder.error { throw error }
        // The parser takes a file that ends too early for a whole one.
        guard parsed, builder.isComplete, let root = builder.root else {
            let text = parser.parserError.map { "\($0.localizedDescription)" } ?? "not well-formed"
            throw ScorecardFileError(line: max(1, parser.lineNumber), "no XML: \(text)")
        }
        return root
    }

    subscript(_ attribute: String) -> String? { attributes[attribute] }

    func child(_ name: String) -> XMLTree? { children.first { $0.name == name } }

    func only(_ name: String) throws(ScorecardFileError) -> XMLTree {
        let found = children.filter { $0.name == name }
        guard found.count == 1 else { throw error("exactly one \(name) is wanted here, not \(found.count)") }
        return found[0]
    }

    func expect(_ name: String, attributes known: Set<String>) throws(ScorecardFileError) {
        guard self.name == name else { throw error("\(name) is wanted here, not \(self.name)") }
        if let unknown = attributes.keys.filter({
            !known.contains($0) && !$0.hasPrefix("xmlns") && !$0.hasPrefix("xsi:")
        }).min() {
            throw error("attribute '\(unknown)' of \(name) is not supported")
        }
    }

    func expectChildren(_ known: Set<String>) throws(ScorecardFileError) {
        if let unknown = children.first(where: { !known.contains($0.name) }) {
            throw unknown.error("\(unknown.name) is not supported in \(name)")
        }
    }

    func integer(_ attribute: String) throws(ScorecardFileError) -> Int32 {
        guard let value = try optionalInteger(attribute) else { throw error("\(name) needs \(attribute)") }
        return value
    }

    /// Points are whole numbers; `29.0` is one.
    func optionalInteger(_ attribute: String) throws(ScorecardFileError) -> Int32? {
        guard let text = self[attribute] else { return nil }
        let whole = text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        guard let value = Int32(whole), abs(Int64(value)) <= 1_000_000 else {
            throw error("\(attribute) must be a whole number within ±1,000,000, not '\(text)'")
        }
        return value
    }

    func error(_ problem: String) -> ScorecardFileError { ScorecardFileError(line: line, problem) }
}

private final class Builder: NSObject, XMLParserDelegate {
    var root: XMLTree?
    var error: ScorecardFileError?
    private var open: [XMLTree] = []
    var isComplete: Bool { open.isEmpty }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let element = XMLTree(name: name, attributes: attributes, line: parser.lineNumber)
        guard open.count < XMLTree.depthMax else {
            error = element.error("nested deeper than \(XMLTree.depthMax)")
            return parser.abortParsing()
        }
        if let parent = open.last { parent.children.append(element) } else { root = element }
        open.append(element)
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        guard let element = open.last, element.name != "Timestamp", element.name != "Annotation" else { return }
        if error == nil, !text.allSatisfy(\.isWhitespace) {
            error = element.error("text is not wanted in \(element.name)")
        }
    }
}
