import Events
import Pipeline
import Scoring

extension ModelPreview {
    /// For people: plain text, ending in a newline.
    var text: String {
        let parts = [heading, summary, histogram, stabilityLines, reasonLines] + largest.map(\.lines)
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private var heading: [String] {
        [
            "Preview of \(other.title)", "     against \(present.title)",
            asOf.map { "as of \(Timestamp.text($0))" } ?? "at what the aggregator has committed",
        ]
    }

    private var summary: [String] {
        let rows =
            [
                ["persons with a live grant", grouped(persons.live)], ["scored by both", grouped(persons.both)],
                ["scored by the present model only", grouped(persons.onlyPresent)],
                ["scored by the other model only", grouped(persons.onlyOther)],
                ["scored by neither", grouped(persons.neither)],
                [
                    "score changes",
                    "\(grouped(scoreChanges.changed)) (\(percent(scoreChanges.changed, of: persons.both)))",
                ],
                ["  higher", grouped(scoreChanges.higher)], ["  lower", grouped(scoreChanges.lower)],
                ["reasons change", "\(grouped(reasonChanges)) (\(percent(reasonChanges, of: persons.both)))"],
                ["population stability index", psiText],
            ] + cutRows
        return aligned(rows, left: [0])
    }

    private var cutRows: [[String]] {
        guard let cut else { return [] }
        return [
            ["\(cut.words), before", "\(grouped(cut.before)) (\(percent(cut.before, of: cut.persons)))"],
            ["\(cut.words), after", "\(grouped(cut.after)) (\(percent(cut.after, of: cut.persons)))"],
            ["  risen to it", grouped(cut.risen)], ["  fallen below it", grouped(cut.fallen)],
        ]
    }

    private var histogram: [String] {
        guard scoreChanges.changed > 0 else { return [] }
        let most = differences.steps.map(\.persons).max() ?? 0
        let rows =
            [["DIFFERENCE", "PERSONS", ""]]
            + differences.steps.map { step in
                let length = most == 0 ? 0 : (step.persons * 40 + most - 1) / most
                return [step.words, grouped(step.persons), String(repeating: "█", count: length)]
            }
        return aligned(rows, left: [2])
    }

    private var stabilityLines: [String] {
        guard !stability.bins.isEmpty else { return [] }
        let rows =
            [["PRESENT SCORE", "BEFORE", "AFTER"]]
            + stability.bins.map { [$0.words, grouped($0.before), grouped($0.after)] }
        return ["Population stability index \(psiText): \(Self.psiFormula)"] + aligned(rows, left: [])
    }

    private var reasonLines: [String] {
        guard !reasons.isEmpty else { return [] }
        let rows =
            [["REASON", "BEFORE", "AFTER", "APPEARS", "DISAPPEARS", "TEXT"]]
            + reasons.map { shift in
                [
                    shift.code, grouped(shift.before), grouped(shift.after), grouped(shift.appears),
                    grouped(shift.disappears), shift.text,
                ]
            }
        return aligned(rows, left: [0, 5])
    }

    /// Four decimals.
    var psiText: String {
        guard let tenThousandths = stability.tenThousandths else { return "none" }
        let decimals = String(tenThousandths % 10_000)
        return "\(tenThousandths / 10_000)." + String(repeating: "0", count: 4 - decimals.count) + decimals
    }

    static let psiFormula =
        "the sum over the bins of (after − before) × ln(after ÷ before), of shares of persons; the bins are tenths of the "
        + "present scores, and where nobody is, half a person is counted"
}

extension PersonChange {
    fileprivate var lines: [String] {
        let rows = [["CHARACTERISTIC", "VALUE", "BIN", "POINTS", "", "BIN", "POINTS"]] + parts.map(\.row)
        return [
            "Person \(person.hex): \(scoreBefore) → \(scoreAfter) (\(signed(difference)))",
            "  reasons \(reasonsBefore.joined(separator: " ")) → \(reasonsAfter.joined(separator: " "))",
        ] + aligned(rows, left: [0, 2, 5]).map { "  \($0)" }
    }
}

// Words that the tables and the page share.

extension Scorecard {
    var title: String { "\(name) \(version), \(hash.hex), scores \(rangeWords)" }

    /// The least and the most that it can give: `431 to 570`.
    var rangeWords: String { "\(scoreRange.lowerBound) to \(scoreRange.upperBound)" }
}

extension CutShares {
    var words: String { "\(cut) points or more" + (isMedian ? " (the present median)" : "") }
}

extension DifferenceHistogram.Step {
    var words: String {
        differences.lowerBound == differences.upperBound
            ? signed(differences.lowerBound)
            : "\(signed(differences.lowerBound))…\(signed(differences.upperBound))"
    }
}

extension PopulationStability.Bin {
    var words: String {
        switch (from, through) {
        case (nil, nil): "any"
        case (nil, let through?): "≤ \(through)"
        case (let from?, nil): "≥ \(from)"
        case (let from?, let through?): from == through ? "\(from)" : "\(from)…\(through)"
        }
    }
}

extension PersonChange.Part {
    fileprivate var row: [String] {
        let sides = [before, after].map { side in
            [side?.bin ?? "-", side.map { "\($0.points)" } ?? "-"]
        }
        return [name, valueWords] + sides[0] + [isChanged ? "→" : ""] + sides[1]
    }

    var isChanged: Bool { before?.points != after?.points }
    /// One where both read the same.
    var valueWords: String {
        let values = [before, after].compactMap { side in side.map { $0.value.map { grouped($0) } ?? "missing" } }
        return values.count == 2 && values[0] == values[1] ? values[0] : values.joined(separator: " → ")
    }
}

/// `+5`, `−5` or `0`.
func signed(_ number: some BinaryInteger) -> String {
    number == 0 ? "0" : "\(number > 0 ? "+" : "−")\(grouped(number.magnitude))"
}

/// `12.34 %`, rounded to the nearest, halves up.
func percent(_ part: Int, of whole: Int) -> String {
    let points = basisPoints(part, of: whole)
    return "\(points / 100).\(points % 100 < 10 ? "0" : "")\(points % 100) %"
}
