/// HTML written front to back, well formed as XML is, so that a test can read it as such: elements close by themselves, and
/// text and attributes are escaped, always.
struct HTMLText {
    typealias Attributes = KeyValuePairs<String, String>

    private(set) var text = ""

    /// A page of its own: no script, nothing fetched from elsewhere; light or dark as the reader has it, and for paper.
    static func page(title: String, language: String = "en", _ body: (inout HTMLText) -> Void) -> String {
        var html = HTMLText()
        html.element("html", ["lang": language]) { html in
            html.element("head") { html in
                html.void("meta", ["charset": "utf-8"])
                html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                html.void("meta", ["name": "color-scheme", "content": "light dark"])
                html.element("title", text: title)
                html.element("style", text: pageStyle)
            }
            html.element("body") { html in html.element("main") { body(&$0) } }
        }
        return "<!DOCTYPE html>\n" + html.text + "\n"
    }

    mutating func element(_ name: String, _ attributes: Attributes = [:], _ body: (inout HTMLText) -> Void) {
        open(name, attributes)
        text += ">"
        body(&self)
        text += "</\(name)>"
        if Self.blocks.contains(name) { text += "\n" }
    }

    mutating func element(_ name: String, _ attributes: Attributes = [:], text: String) {
        element(name, attributes) { $0.write(text) }
    }

    /// An element that holds nothing.
    mutating func void(_ name: String, _ attributes: Attributes = [:]) {
        open(name, attributes)
        text += "/>"
    }

    mutating func write(_ text: String) {
        for character in text.unicodeScalars {
            switch character {
            case "&": self.text += "&amp;"
            case "<": self.text += "&lt;"
            case ">": self.text += "&gt;"
            case "\"": self.text += "&quot;"
            default: self.text.unicodeScalars.append(character)
            }
        }
    }

    /// A table of rows, the first cell of each its heading; `isNumber` tells which columns end at one edge.
    mutating func table(_ caption: String, _ headings: [String], numbers: Set<Int>, _ rows: [[String]]) {
        element("table") { html in
            if !caption.isEmpty { html.element("caption", text: caption) }
            html.headingRow(headings, numbers: numbers)
            html.element("tbody") { html in
                for row in rows {
                    html.element("tr") { html in
                        for (column, cell) in row.enumerated() {
                            html.cell(column == 0 ? "th" : "td", isNumber: numbers.contains(column), cell)
                        }
                    }
                }
            }
        }
    }

    mutating func headingRow(_ headings: [String], numbers: Set<Int>) {
        element("thead") { html in
            html.element("tr") { html in
                for (column, heading) in headings.enumerated() {
                    html.element(
                        "th", ["scope": "col", "class": numbers.contains(column) ? "number" : "word"], text: heading)
                }
            }
        }
    }

    /// A cell of a row; `small` stands below in small letters.
    mutating func cell(_ name: String, isNumber: Bool, _ text: String, small: String = "") {
        let place = isNumber ? "number" : "word"
        element(name, name == "th" ? ["scope": "row", "class": place] : ["class": place]) { html in
            html.write(text)
            if !small.isEmpty { html.element("small") { $0.writeBreakable(small) } }
        }
    }

    /// As `write`; a line may end behind each `…`.
    private mutating func writeBreakable(_ text: String) {
        for (index, part) in text.split(separator: "…", omittingEmptySubsequences: false).enumerated() {
            if index > 0 {
                write("…")
                void("wbr")
            }
            write(String(part))
        }
    }

    private mutating func open(_ name: String, _ attributes: Attributes) {
        text += "<\(name)"
        for (name, value) in attributes {
            text += " \(name)=\""
            write(value)
            text += "\""
        }
    }

    /// After these a line ends, for people who read the source.
    private static let blocks: Set<String> = [
        "head", "style", "title", "h1", "h2", "h3", "p", "tr", "table", "section", "dl", "figure", "li", "main", "body",
    ]
}
