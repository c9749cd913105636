/// Bars beside numbers. The numbers are text in the row, so a bar says nothing to a reader who cannot see it.
extension HTMLText {
    /// One bar from the left, `part` of `most` long.
    mutating func bar(_ part: Int, of most: Int, kind: String) {
        drawing("bar", height: 10) { html in
            html.rectangle(x: 0, y: 0, width: Self.length(part, of: most), height: 10, kind: kind)
        }
    }

    /// Two, one over the other.
    mutating func bars(before: Int, after: Int, of most: Int) {
        drawing("pair", height: 14) { html in
            html.rectangle(x: 0, y: 0, width: Self.length(before, of: most), height: 6, kind: "before")
            html.rectangle(x: 0, y: 8, width: Self.length(after, of: most), height: 6, kind: "after")
        }
    }

    /// From a mark to the right or, below zero, to the left; `least` … `most` is what all bars of the figure span, and holds 0.
    mutating func bar(from mark: Int, to value: Int, least: Int, most: Int) {
        let span = most - least
        let start = Self.length(mark - least, of: span)
        let end = Self.length(value - least, of: span)
        drawing("bar", height: 10) { html in
            html.void("line", ["class": "rule", "x1": "0", "y1": "5", "x2": "1000", "y2": "5"])
            html.rectangle(
                x: min(start, end), y: 1, width: abs(end - start), height: 8, kind: value < mark ? "down" : "up")
            html.void("line", ["class": "mark", "x1": "\(start)", "y1": "0", "x2": "\(start)", "y2": "10"])
        }
    }

    /// A drawing 1,000 wide, stretched to its place.
    mutating func drawing(_ kind: String, height: Int, _ body: (inout HTMLText) -> Void) {
        element(
            "svg",
            [
                "class": kind, "viewBox": "0 0 1000 \(height)", "preserveAspectRatio": "none", "aria-hidden": "true",
            ], body)
    }

    /// Thousandths of the width; something is at least a hair wide.
    private static func length(_ part: Int, of most: Int) -> Int {
        part == 0 || most == 0 ? 0 : max(4, part * 1000 / most)
    }

    private mutating func rectangle(x: Int, y: Int, width: Int, height: Int, kind: String) {
        guard width > 0 else { return }
        void("rect", ["class": kind, "x": "\(x)", "y": "\(y)", "width": "\(width)", "height": "\(height)"])
    }

    /// What the colours of a figure mean.
    mutating func legend(_ entries: [(kind: String, words: String)]) {
        element("p", ["class": "quiet"]) { html in
            for (index, entry) in entries.enumerated() {
                if index > 0 { html.write(" · ") }
                html.element("span", ["class": "key \(entry.kind)"]) { _ in }
                html.write(entry.words)
            }
        }
    }
}
