import Events
import Pipeline
import Scoring

/// The preview as one page: every number of it is text, the plots only repeat them.
extension ModelPreview {
    var page: String {
        HTMLText.page(title: "Preview of \(other.name) \(other.version) against \(present.name) \(present.version)") {
            html in
            html.element("h1", text: "What \(other.name) \(other.version) would change")
            writeModels(into: &html)
            writeFacts(into: &html)
            writeDifferences(into: &html)
            writeStability(into: &html)
            writeReasons(into: &html)
            writeLargest(into: &html)
        }
    }

    private func writeModels(into html: inout HTMLText) {
        for (words, card) in [("Before: the present model ", present), ("After: the other model ", other)] {
            html.element("p", ["class": "quiet"]) { html in
                html.write(words)
                html.element("strong", text: "\(card.name) \(card.version)")
                html.write(", scores \(card.rangeWords), baseline \(card.baselineMethod), ")
                html.element("code", text: card.hash.hex)
            }
        }
        let clocks = positions.compactMap(\.clock)
        let clock = clocks.min().map { ", where the clock stands at \(Timestamp.text($0))" } ?? ""
        let moment = asOf.map { "As of \(Timestamp.text($0))" } ?? "At what the aggregator has committed"
        html.element(
            "p", ["class": "quiet"],
            text:
                "\(moment)\(clock), in \(positions.count) partition\(positions.count == 1 ? "" : "s"). A preview: nothing "
                + "of this was published.")
    }

    private func writeFacts(into html: inout HTMLText) {
        var facts = [
            ("Persons scored by both", grouped(persons.both), "of \(grouped(persons.live)) with a live grant"),
            ("Scores that change", grouped(scoreChanges.changed), percent(scoreChanges.changed, of: persons.both)),
            ("Higher", grouped(scoreChanges.higher), percent(scoreChanges.higher, of: persons.both)),
            ("Lower", grouped(scoreChanges.lower), percent(scoreChanges.lower, of: persons.both)),
            ("Persons whose reasons change", grouped(reasonChanges), percent(reasonChanges, of: persons.both)),
            ("Population stability index", psiText, "of the scores, see below"),
        ]
        if let cut {
            facts += [
                (
                    "Share with \(cut.words), before", percent(cut.before, of: cut.persons),
                    "\(grouped(cut.before)) persons"
                ),
                (
                    "The same, after", percent(cut.after, of: cut.persons),
                    "\(grouped(cut.after)) persons: \(grouped(cut.risen)) risen to it, \(grouped(cut.fallen)) fallen below"
                ),
            ]
        }
        html.element("dl", ["class": "facts"]) { html in
            for (term, number, remark) in facts {
                html.element("div") { html in
                    html.element("dt", text: term)
                    html.element("dd") { html in
                        html.write(number)
                        html.element("small", text: remark)
                    }
                }
            }
        }
        let rest = [
            (persons.onlyPresent, "only by the present model"), (persons.onlyOther, "only by the other"),
            (persons.neither, "by neither"),
        ].map { "\(grouped($0)) \($1)" }.joined(separator: ", ")
        html.element("p", ["class": "quiet"], text: "Scored \(rest): these are in no figure below.")
    }

    private func writeDifferences(into html: inout HTMLText) {
        html.element("h2", text: "By how much scores differ")
        guard scoreChanges.changed > 0 else {
            html.element("p", text: "No score of those scored by both differs.")
            return
        }
        let most = differences.steps.map(\.persons).max() ?? 0
        html.element("table") { html in
            html.element("caption", text: "Score after less score before, in steps of \(differences.width)")
            html.headingRow(["Difference", "Persons", ""], numbers: [0, 1])
            html.element("tbody") { html in
                for step in differences.steps {
                    html.element("tr") { html in
                        html.cell("th", isNumber: true, step.words)
                        html.cell("td", isNumber: true, grouped(step.persons))
                        html.element("td", ["class": "bar"]) { html in
                            let lower = step.differences.lowerBound
                            html.bar(step.persons, of: most, kind: lower < 0 ? "down" : lower == 0 ? "before" : "up")
                        }
                    }
                }
            }
        }
    }

    private func writeStability(into html: inout HTMLText) {
        html.element("h2", text: "Where the scores lie")
        guard !stability.bins.isEmpty else {
            html.element("p", text: "Nobody is scored by both.")
            return
        }
        html.element("p") { html in
            html.write("Population stability index ")
            html.element("strong", text: psiText)
            html.write(
                ": \(Self.psiFormula). By custom below 0.10 is taken for stable, above 0.25 for another population.")
        }
        html.legend([("before", "before"), ("after", "after")])
        let most = stability.bins.map { max($0.before, $0.after) }.max() ?? 0
        html.element("table") { html in
            html.element("caption", text: "Persons by score")
            html.headingRow(["Score", "Before", "After", ""], numbers: [0, 1, 2])
            html.element("tbody") { html in
                for bin in stability.bins {
                    html.element("tr") { html in
                        html.cell("th", isNumber: true, bin.words)
                        html.cell("td", isNumber: true, grouped(bin.before))
                        html.cell("td", isNumber: true, grouped(bin.after))
                        html.element("td", ["class": "bar"]) {
                            $0.bars(before: bin.before, after: bin.after, of: most)
                        }
                    }
                }
            }
        }
    }

    private func writeReasons(into html: inout HTMLText) {
        html.element("h2", text: "Reasons")
        guard !reasons.isEmpty else {
            html.element("p", text: "Neither model gives a reason.")
            return
        }
        html.element("table") { html in
            html.element("caption", text: "Persons scored by both who have the reason")
            html.headingRow(["Reason", "Before", "After", "Appears", "Goes"], numbers: [1, 2, 3, 4])
            html.element("tbody") { html in
                for shift in reasons {
                    html.element("tr") { html in
                        html.cell("th", isNumber: false, shift.code, small: shift.text)
                        for number in [shift.before, shift.after, shift.appears, shift.disappears] {
                            html.cell("td", isNumber: true, grouped(number))
                        }
                    }
                }
            }
        }
    }

    private func writeLargest(into html: inout HTMLText) {
        html.element("h2", text: "The largest changes")
        guard !largest.isEmpty else {
            html.element("p", text: "No score differs, or none was asked for.")
            return
        }
        html.element(
            "p", ["class": "quiet"],
            text: "Persons by their key: no reference is known here. Values are minor units of "
                + "\(present.currency), days, counts, or hundredths of a percent, as their features are.")
        for change in largest { change.write(into: &html) }
    }
}

extension PersonChange {
    fileprivate func write(into html: inout HTMLText) {
        html.element("section", ["class": "together"]) { writeContent(into: &$0) }
    }

    private func writeContent(into html: inout HTMLText) {
        html.element("h3", text: "\(scoreBefore) → \(scoreAfter) (\(signed(difference)))")
        let reasons = "reasons \(Self.words(reasonsBefore)) before, \(Self.words(reasonsAfter)) after"
        html.element("p", ["class": "quiet"]) { html in
            html.write("person ")
            html.element("code", text: person.hex)
            html.write("; \(reasons)")
        }
        html.element("table", ["class": "parts"]) { html in
            html.headingRow(["Characteristic", "Before", "After", "Change"], numbers: [1, 2, 3])
            html.element("tbody") { html in
                for part in parts { part.write(into: &html) }
            }
        }
    }

    private static func words(_ codes: [String]) -> String { codes.isEmpty ? "none" : codes.joined(separator: " ") }
}

extension PersonChange.Part {
    @inline(never)  // else the optimizer of Swift 6.3.1 crashes over the loop that calls it
    fileprivate func write(into html: inout HTMLText) {
        html.element("tr", ["class": isChanged ? "changed" : "unchanged"]) { writeCells(into: &$0) }
    }

    private func writeCells(into html: inout HTMLText) {
        html.element("th", ["scope": "row", "class": "word"]) { html in
            html.write(name)
            html.element("small", text: (before ?? after)?.feature ?? "")
            html.element("small", text: valueWords + (sharedBin.map { ", in \(unbroken($0))" } ?? ""))
        }
        html.cell("td", isNumber: true, before?.pointsWords ?? "–", small: sharedBin == nil ? before?.bin ?? "" : "")
        html.cell("td", isNumber: true, after?.pointsWords ?? "–", small: sharedBin == nil ? after?.bin ?? "" : "")
        html.cell("td", isNumber: true, isChanged ? signed(moved) : "")
    }

    private var sharedBin: String? { before?.bin == after?.bin ? before?.bin : nil }
    private var moved: Int64 { Int64(after?.points ?? 0) - Int64(before?.points ?? 0) }
}

extension PersonChange.Side {
    fileprivate var pointsWords: String { signedPoints(points) }
}

/// `12`, `−5` or `0`.
func signedPoints(_ points: Int32) -> String { points < 0 ? signed(points) : grouped(points) }
