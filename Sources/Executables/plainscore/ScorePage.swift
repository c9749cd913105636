import Events
import Pipeline
import Scoring

/// One person's score as a page for them or for who talks with them: what it is made of, how it came, what comes next.
/// Every number of it is text and stands in the JSON too; the plots only repeat them.
struct ScorePage {
    let explanation: Explanation
    let scorecard: Scorecard
    let history: [ScoreMoment]

    /// Rows of the past and of the future at most; what goes beyond is counted.
    static let rowsMax = 100

    var html: String {
        let title = explanation.score.map { "Score \($0)" } ?? "No score yet"
        return HTMLText.page(title: title) { html in
            writeHeading(title, into: &html)
            writeReasons(into: &html)
            writePoints(into: &html)
            writeHistory(into: &html)
            writeForecast(into: &html)
            writeGrants(into: &html)
        }
    }

    private var isBelow: Bool { scorecard.reasonCodeAlgorithm == .pointsBelow }

    private func writeHeading(_ title: String, into html: inout HTMLText) {
        html.element("h1", text: title)
        var words: String
        if let score = explanation.score {
            let sum = score - scorecard.initialScore
            words = "Initial score \(scorecard.initialScore) \(sum < 0 ? "−" : "+") \(sum.magnitude) points."
        } else {
            let feature = explanation.missing.map { explanation.characteristics[$0].feature } ?? "a feature"
            words = "\(feature) is missing, and the card gives no points for that."
        }
        let range = scorecard.scoreRange
        words += " The card gives \(range.lowerBound) at the least and \(range.upperBound) at the most."
        html.element("p", text: words)
        html.element("p", ["class": "quiet"]) { html in
            html.write("Model \(scorecard.name) \(scorecard.version), ")
            html.element("code", text: scorecard.hash.hex)
            html.write(". Clock \(explanation.clock.map(Timestamp.text) ?? "not yet started"). ")
            html.write("Windows end with the person's day \(date(explanation.day)), ")
            html.write("which began at \(Timestamp.text(explanation.dayBeginsAt)).")
        }
    }

    private func writeReasons(into html: inout HTMLText) {
        guard explanation.score != nil else { return }
        html.element("h2", text: isBelow ? "What holds it down most" : "What lifts it most")
        guard !explanation.reasons.isEmpty else {
            html.element("p", text: "Nothing: no part lies \(isBelow ? "below" : "above") its baseline.")
            return
        }
        html.element("ol", ["class": "reasons"]) { html in
            for reason in explanation.reasons {
                html.element("li") { html in
                    html.element("strong", text: scorecard.reasonTexts[reason.code] ?? reason.code)
                    html.write(
                        ": \(reason.difference) point\(reason.difference == 1 ? "" : "s") \(isBelow ? "below" : "above") "
                            + "the baseline ")
                    html.element("span", ["class": "quiet"], text: "(\(reason.code))")
                }
            }
        }
    }

    private func writePoints(into html: inout HTMLText) {
        html.element("h2", text: "What it is made of")
        html.element("p", ["class": "quiet"], text: baselineWords)
        html.legend([("down", "below the baseline"), ("up", "above it")])
        let points: [Int32] = explanation.characteristics.flatMap { part -> [Int32] in
            [part.points ?? 0, part.baselinePoints, part.bestPoints]
        }
        let (least, most) = (Int(min(0, points.min() ?? 0)), Int(max(1, points.max() ?? 1)))
        html.element("table", ["class": "points"]) { html in
            html.headingRow(["Part", "Points", "Baseline", "Best"], numbers: [1, 2, 3])
            html.element("tbody") { html in
                for part in explanation.characteristics { part.write(label(part), least...most, into: &html) }
            }
        }
    }

    private var baselineWords: String {
        let meaning =
            switch scorecard.baselineMethod {
            case "max": "the most points that each part can give"
            case "min": "the fewest points that each part can give"
            case "mean": "the average of the persons whom the card was made from"
            case let method: "the card's own (\(method))"
            }
        return "The points of all parts and the initial score add up to the score. The baseline is \(meaning)."
    }

    private func label(_ part: ExplainedCharacteristic) -> String {
        scorecard.reasonTexts[part.reasonCode] ?? part.name
    }

    private func writeGrants(into html: inout HTMLText) {
        html.element("h2", text: "Who may see it")
        html.table(
            "Live grants", ["For", "Subscriber's reference", "Until", "Last change"], numbers: [3],
            explanation.grants.map { grant in
                [
                    grant.purpose.name, grant.subscriberReference.text, Timestamp.text(grant.expiresAt),
                    grant.number == 0 ? "none yet" : "#\(grant.number)",
                ]
            })
    }
}

extension ExplainedCharacteristic {
    @inline(never)  // see PersonChange.Part.write
    fileprivate func write(_ label: String, _ range: ClosedRange<Int>, into html: inout HTMLText) {
        let unit = (try? Feature(feature))?.unit.rawValue ?? ""
        let said = value.map { "\(grouped($0)) \(unit)" } ?? "missing"
        html.element("tr") { html in
            html.element("th", ["scope": "row", "class": "word"]) { html in
                html.write(label)
                html.element("small", text: "\(name): \(said), in \(unbroken(bin ?? "no bin"))")
                if let points {
                    html.bar(
                        from: Int(baselinePoints), to: Int(points), least: range.lowerBound, most: range.upperBound)
                }
            }
            for number in [points, baselinePoints, bestPoints] {
                html.cell("td", isNumber: true, number.map(signedPoints) ?? "–")
            }
        }
    }
}

/// With blanks at which no line ends.
func unbroken(_ text: String) -> String { text.replacing(" ", with: "\u{A0}") }

private func date(_ day: Int32) -> String { CalendarDate(days: day)?.description ?? "" }
