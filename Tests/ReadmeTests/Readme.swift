import Foundation

/// A README cut into what can be run and what can be followed; the conventions are at the head of ReadmeTests.swift.
struct Readme {
    struct Section {
        let title: String
        let line: Int
        var directives: [Directive] = []
        var blocks: [Block] = []
    }

    struct Block {
        /// Of its first command, from 1.
        let line: Int
        var commands = ""
        var directives: [Directive]
    }

    enum Directive: Equatable {
        case notRun(reason: String)
        case needsKafka(reason: String)
        case exit(code: Int)
        /// Left running once it has printed this.
        case background(until: String)
        /// Ended by Ctrl-C once it has printed this.
        case until(String)
    }

    /// A link into the tree.
    struct Link {
        let line: Int
        let target: String
    }

    struct Mistake: Error, CustomStringConvertible {
        let line: Int
        let what: String
        var description: String { "line \(line): \(what)" }
    }

    /// In the order of the text; one for each heading of level 2, and one before the first.
    private(set) var sections = [Section(title: "", line: 1)]
    private(set) var links: [Link] = []
    /// The text of each fenced block of JSON, with the line of its first line.
    private(set) var json: [(line: Int, text: String)] = []
    private(set) var anchors: Set<String> = []

    init(_ text: String) throws(Mistake) {
        var pending: [(line: Int, directive: Directive)] = []
        var fence: (language: String, line: Int, text: String)?
        var isHeadingLast = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            if let open = fence {
                if line == "```" {
                    try close(open, pending.map(\.directive))
                    (fence, pending, isHeadingLast) = (nil, [], false)
                } else {
                    fence?.text += line + "\n"
                }
            } else if line.hasPrefix("```") {
                fence = (String(line.dropFirst(3)), number + 1, "")
            } else if line.hasPrefix("<!-- test: ") {
                pending.append((number, try Self.directive(line, number)))
            } else if !line.allSatisfy(\.isWhitespace) {
                if let first = pending.first, !isHeadingLast {
                    throw Mistake(line: first.line, what: "a test comment stands before a block or after a heading")
                }
                sections[sections.count - 1].directives += pending.map(\.directive)
                pending = []
                isHeadingLast = line.hasPrefix("## ")
                if isHeadingLast { sections.append(Section(title: String(line.dropFirst(3)), line: number)) }
                if line.hasPrefix("#") { anchors.insert(Self.anchor(line)) }
                links += Self.targets(line).map { Link(line: number, target: $0) }
            }
        }
        if let fence { throw Mistake(line: fence.line - 1, what: "a fence is not closed") }
        if let first = pending.first { throw Mistake(line: first.line, what: "a test comment stands before nothing") }
    }

    private mutating func close(_ fence: (language: String, line: Int, text: String), _ directives: [Directive])
        throws(Mistake)
    {
        switch fence.language {
        case "sh":
            sections[sections.count - 1].blocks.append(
                Block(line: fence.line, commands: fence.text, directives: directives))
            return
        case "json": json.append((fence.line, fence.text))
        case "": break
        default: throw Mistake(line: fence.line - 1, what: "a fence is ```sh, ```json, or ``` for what is not run")
        }
        if !directives.isEmpty { throw Mistake(line: fence.line, what: "a test comment before what is not run") }
    }

    private static func directive(_ line: Substring, _ number: Int) throws(Mistake) -> Directive {
        let forms =
            "not run, REASON · needs Kafka, REASON · exit CODE · background until \"TEXT\" · until \"TEXT\""
        guard line.hasSuffix(" -->") else { throw Mistake(line: number, what: "the comment ends on its line with -->") }
        let text = line.dropFirst("<!-- test: ".count).dropLast(" -->".count)
        func rest(_ prefix: String) -> String? {
            text.hasPrefix(prefix) && text.count > prefix.count ? String(text.dropFirst(prefix.count)) : nil
        }
        func quoted(_ prefix: String) -> String? {
            guard let rest = rest(prefix + "\""), rest.hasSuffix("\""), rest.count > 1 else { return nil }
            return String(rest.dropLast())
        }
        if let reason = rest("not run, ") { return .notRun(reason: reason) }
        if let reason = rest("needs Kafka, ") { return .needsKafka(reason: reason) }
        if let code = rest("exit ").flatMap(Int.init) { return .exit(code: code) }
        if let text = quoted("background until ") { return .background(until: text) }
        if let text = quoted("until ") { return .until(text) }
        throw Mistake(line: number, what: "a test comment is one of: \(forms)")
    }

    /// Targets of `[text](target)`, outside of code spans.
    private static func targets(_ line: Substring) -> [String] {
        var targets: [String] = []
        var rest = line
        while let start = rest.range(of: "](") {
            rest = rest[start.upperBound...]
            guard let end = rest.firstIndex(of: ")") else { break }
            targets.append(String(rest[..<end]))
        }
        return targets
    }

    /// The anchor of a heading as GitHub makes it.
    private static func anchor(_ heading: Substring) -> String {
        let title = heading.drop { $0 == "#" || $0 == " " }.lowercased()
        return String(
            title.compactMap { character -> Character? in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }
}
