import Foundation
import FoundationXML

/// One XML element with its place and text: just enough of a tree to read a small file strictly.
final class XMLTree {
    let name: String
    let attributes: [String: String]
    let place: Place
    /// Where its start tag stands in the file's bytes.
    let tag: Range<Int>
    /// Whether something in it is refused by name: then what else it lacks is not told.
    var isRefused = false
    fileprivate(set) var children: [XMLTree] = []
    fileprivate(set) var text = ""

    fileprivate init(name: String, attributes: [String: String], place: Place, tag: Range<Int>) {
        self.name = name
        self.attributes = attributes
        self.place = place
        self.tag = tag
    }

    /// The root of a file without DTD, of bounded depth, in UTF-8: what `XMLPlaces` lets through. No entity is expanded
    /// but XML's own five, nothing is fetched.
    static func parse(_ bytes: [UInt8]) throws(ScorecardFileError) -> XMLTree {
        let places = try XMLPlaces(bytes)
        let builder = Builder(places)
        let parser = XMLParser(data: Data(places.bytes))
        parser.delegate = builder
        parser.shouldResolveExternalEntities = false
        let parsed = parser.parse()
        // The parser takes a file that ends too early for a whole one.
        guard parsed, builder.isComplete, let root = builder.root else {
            let place =
                builder.faultPlace ?? Place(line: max(1, parser.lineNumber), column: max(1, parser.columnNumber))
            throw ScorecardFileError(place, "no XML: \(fault(parser.parserError))")
        }
        return root
    }

    /// The parser's error in words; it has a number only.
    private static func fault(_ error: (any Error)?) -> String {
        guard let code = (error as NSError?)?.code else { return "the file ends too early" }
        switch code {
        case 4: return "the file is empty"
        case 5, 77: return "the file ends too early"
        case 38, 39, 40: return "an attribute's value is not well quoted"
        case 42: return "an attribute stands twice in one element"
        case 76: return "a closing tag does not fit the element that is open"
        default: return "not well-formed (error \(code) of libxml2)"
        }
    }

    subscript(_ attribute: String) -> String? { attributes[attribute] }

    func child(_ name: String) -> XMLTree? { children.first { $0.name == name } }

    func children(_ name: String) -> [XMLTree] { children.filter { $0.name == name } }

    func only(_ name: String) throws(ScorecardFileError) -> XMLTree {
        let found = children(name)
        guard found.count == 1 else { throw error("exactly one \(name) is wanted in \(self.name), not \(found.count)") }
        return found[0]
    }

    func required(_ attribute: String) throws(ScorecardFileError) -> String {
        guard let text = self[attribute], !text.isEmpty else { throw error("\(name) needs \(attribute)") }
        return text
    }

    func boolean(_ attribute: String, default value: Bool) throws(ScorecardFileError) -> Bool {
        switch self[attribute] {
        case nil: return value
        case "true", "1": return true
        case "false", "0": return false
        case let text?: throw error("\(attribute) is true or false, not '\(text)'")
        }
    }

    func number(_ attribute: String) throws(ScorecardFileError) -> ExactNumber? {
        guard let text = self[attribute] else { return nil }
        guard let number = ExactNumber(text) else { throw error("\(attribute) must be a number, not '\(text)'") }
        return number
    }

    func error(_ problem: String) -> ScorecardFileError { ScorecardFileError(place, problem) }
}

private final class Builder: NSObject, XMLParserDelegate {
    private(set) var root: XMLTree?
    /// Of the first error.
    private(set) var faultPlace: Place?
    private var open: [XMLTree] = []
    /// `p:` where the root says that p stands for PMML's namespace; then elements are called without it.
    private var prefix = ""
    private var places: ArraySlice<Place>
    private var tags: ArraySlice<Range<Int>>

    init(_ places: XMLPlaces) {
        self.places = places.elements[...]
        tags = places.tags[...]
    }

    var isComplete: Bool { open.isEmpty && places.isEmpty }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        if root == nil, let colon = name.firstIndex(of: ":"),
            attributes["xmlns:\(name[..<colon])"]?.hasPrefix("http://www.dmg.org/PMML") == true
        {
            prefix = String(name[...colon])
        }
        let name = name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
        let place = places.popFirst() ?? Place(line: parser.lineNumber, column: parser.columnNumber)
        let element = XMLTree(name: name, attributes: attributes, place: place, tag: tags.popFirst() ?? 0..<0)
        if let parent = open.last { parent.children.append(element) } else { root = element }
        open.append(element)
    }

    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, parseErrorOccurred parseError: any Error) {
        faultPlace = faultPlace ?? Place(line: max(1, parser.lineNumber), column: max(1, parser.columnNumber))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) { open.last?.text += text }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        open.last?.text += String(decoding: block, as: UTF8.self)
    }
}
