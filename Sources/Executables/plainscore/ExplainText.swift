import Events
import Scoring

extension Explanation {
    /// For people: plain text, at most about 100 columns, ending in a newline.
    func text(_ scorecard: Scorecard) -> String {
        let parts = [
            heading(scorecard), points(scorecard), reasonLines(scorecard), grantLines, forecastLines(scorecard),
        ]
        return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
    }

    private func heading(_ scorecard: Scorecard) -> [String] {
        let day = standingDay
        let range = scorecard.rangeWords
        let model = "model \(scorecard.name) \(scorecard.version), \(scorecard.hash.hex)"
        let clock = "the clock of this person's timeline stands at \(clock.map(Timestamp.text) ?? "no time yet")"
        guard let score else {
            let feature = missing.map { characteristics[$0].feature } ?? "a feature"
            return [
                "No score yet: \(feature) is missing, and the card gives no points for that.",
                "the card's scores are \(range)", day, model, clock,
            ]
        }
        let sum = score - scorecard.initialScore
        let points = "initial score \(scorecard.initialScore) \(sum < 0 ? "−" : "+") \(abs(sum)) points"
        return ["Score \(score), of \(range) = \(points)", day, model, clock]
    }

    /// In words, with the time at which it began where that is not midnight of the day's own date.
    private var standingDay: String {
        let date = CalendarDate(days: day)?.description ?? ""
        let isShifted = dayBeginsAt != Int64(day) * Timestamp.dayMilliseconds
        let began = isShifted ? ": it began at \(Timestamp.text(dayBeginsAt))" : ""
        return "windows end with this person's day \(date)\(began)"
    }

    private func points(_ scorecard: Scorecard) -> [String] {
        let isBelow = scorecard.reasonCodeAlgorithm == .pointsBelow
        let rows =
            [["CHARACTERISTIC", "VALUE", "BIN", "POINTS", "BEST", isBelow ? "BELOW BASELINE" : "ABOVE BASELINE"]]
            + characteristics.map { one in
                [
                    one.name, said(one.value), one.bin ?? "none", one.points.map { "\($0)" } ?? "-",
                    "\(one.bestPoints)", one.difference(isBelow).map { "\($0)" } ?? "-",
                ]
            }
        let lines = aligned(rows, left: [0, 2])
        let units = "Amounts are minor units of \(scorecard.currency), ratios (bp) hundredths of a percent."
        return [units, lines[0]] + zip(lines.dropFirst(), characteristics).flatMap { [$0] + $1.evidenceLines }
    }

    private func reasonLines(_ scorecard: Scorecard) -> [String] {
        guard score != nil else { return [] }
        let method = "\(scorecard.reasonCodeAlgorithm.rawValue), baseline \(scorecard.baselineMethod)"
        if reasons.isEmpty { return ["Reasons (\(method)): none, no part lies on that side of its baseline"] }
        let side = scorecard.reasonCodeAlgorithm == .pointsBelow ? "below" : "above"
        return ["Reasons, in order (\(method))"]
            + reasons.enumerated().map { index, reason in
                let text = scorecard.reasonTexts[reason.code] ?? ""
                return "  \(index + 1). \(reason.code)  \(text): \(reason.difference) points \(side)"
            }
    }

    private var grantLines: [String] {
        let rows = grants.map { grant in
            [
                "  \(grant.purpose.name)", grant.subscriberReference.text, grant.id.text,
                "until \(Timestamp.text(grant.expiresAt))",
                grant.number == 0 ? "nothing sent yet" : "last change #\(grant.number)",
            ]
        }
        return ["Live grants"] + aligned(rows, left: [0, 1, 2, 3, 4])
    }

    private func forecastLines(_ scorecard: Scorecard) -> [String] {
        let shown = forecast.prefix(12)
        let more = forecast.count - shown.count
        return ["What comes next, if nothing else happens"]
            + shown.flatMap { lines($0, scorecard) }
            + (more == 0 ? [] : ["  … and \(more) more, which --json prints"])
    }

    private func lines(_ moment: ForecastMoment, _ scorecard: Scorecard) -> [String] {
        let day = CalendarDate(days: moment.day)?.description ?? ""
        var lines = ["  \(Timestamp.text(moment.time))  (day \(day))"]
        for grant in moment.ended {
            lines.append(
                "      grant \(grant.id.text) (\(grant.purpose.name)) ends: its subscriber is told, #\(grant.number)")
        }
        guard let change = moment.change else { return lines }
        let before = change.scoreBefore.map { "\($0)" } ?? "none"
        let after = change.scoreAfter.map { "\($0)" } ?? "none"
        let missing = change.missing.map { ": \(scorecard.characteristics[$0].feature.name) is missing" } ?? ""
        lines.append("      score \(before) → \(after)\(missing)")
        for movement in change.movements {
            let points =
                movement.pointsBefore == movement.pointsAfter
                ? "" : ", points \(shown(movement.pointsBefore)) → \(shown(movement.pointsAfter))"
            lines.append(
                "        \(scorecard.characteristics[movement.characteristic].name): "
                    + "\(said(movement.valueBefore)) → \(said(movement.valueAfter))\(points)")
        }
        return lines
    }
}

extension ExplainedCharacteristic {
    /// How far its points lie from the baseline on the side that gives reasons.
    func difference(_ isBelow: Bool) -> Int32? {
        points.map { isBelow ? baselinePoints - $0 : $0 - baselinePoints }
    }

    fileprivate var evidenceLines: [String] { inputs.flatMap(\.evidenceLines) }
}

extension ExplainedCharacteristic.Input {
    fileprivate var evidenceLines: [String] {
        let heading: String
        switch (evidence.role, evidence.total) {
        case (_, 0): heading = "no event"
        case (.decides, _): heading = "decided by"
        case (.counted, let total): heading = "\(grouped(total)) counted" + (evidence.isCut ? ", the newest" : "")
        }
        let rows = evidence.newest.map { fact in
            [
                "      \(dateText(fact.occurredAt))", fact.type.name,
                fact.id.map { "\(fact.producer ?? "")/\($0)" } ?? "(no longer in the log)",
                fact.amounts.map { "\($0.name) \(said($0.value))" }.joined(separator: ", "),
            ]
        }
        return ["    \(feature): \(heading)"] + aligned(rows, left: [0, 1, 2, 3])
    }
}

extension Evidence {
    fileprivate var isCut: Bool { total > newest.count }
}

/// The date, in UTC, of a time as it was sent: `2005-06-30`.
func dateText(_ time: Int64) -> String { String(Timestamp.text(time).prefix(10)) }

private func shown(_ points: Int32?) -> String { points.map { "\($0)" } ?? "none" }

private func said(_ value: (some BinaryInteger)?) -> String { value.map { grouped($0) } ?? "missing" }

/// Rows in columns two blanks apart; those in `left` begin at one column, the others end at one.
func aligned(_ rows: [[String]], left: Set<Int>) -> [String] {
    guard let first = rows.first else { return [] }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        let line = row.enumerated().map { column, text in
            let space = String(repeating: " ", count: widths[column] - text.count)
            return left.contains(column) ? text + space : space + text
        }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }
}
