import Events
import Pipeline
import Scoring

/// The score over time, behind and ahead.
extension ScorePage {
    func writeHistory(into html: inout HTMLText) {
        html.element("h2", text: "How it came")
        guard let first = history.first, let last = history.last else {
            html.element("p", text: "There was no score yet.")
            return
        }
        html.element("figure") { html in
            let scores = history.compactMap(\.score)
            if let chart = StepChart(history, through: explanation.day) { chart.write(into: &html) }
            let range = "between \(scores.min() ?? 0) and \(scores.max() ?? 0)"
            html.element(
                "figcaption",
                text:
                    "From \(said(first.score)) on \(first.date) to \(said(last.score)) on \(last.date), \(range): "
                    + "\(history.count) change\(history.count == 1 ? "" : "s").")
        }
        html.element("table", ["class": "history"]) { html in
            html.element("caption", text: "Each change, the newest first" + more(history.count))
            html.headingRow(["Date", "Score", "Change", "What moved"], numbers: [1, 2])
            html.element("tbody") { html in
                for moment in history.suffix(Self.rowsMax).reversed() { write(moment, into: &html) }
            }
        }
    }

    @inline(never)  // see PersonChange.Part.write
    private func write(_ moment: ScoreMoment, into html: inout HTMLText) {
        html.element("tr") { html in
            html.cell("th", isNumber: false, moment.date)
            html.cell("td", isNumber: true, said(moment.score))
            html.cell("td", isNumber: true, change(moment.previousScore, moment.score))
            let movements = moment.movements.map { movement in
                moved(movement.characteristic, movement.pointsBefore, movement.pointsAfter)
            }
            html.cell("td", isNumber: false, moment.cause.words, small: movements.joined(separator: "; "))
        }
    }

    func writeForecast(into html: inout HTMLText) {
        html.element("h2", text: "What comes next, if nothing else happens")
        html.element("table", ["class": "forecast"]) { html in
            html.element(
                "caption", text: "Events roll out of their windows, and grants end" + more(explanation.forecast.count))
            html.headingRow(["Date", "Score", "Change", "What happens"], numbers: [1, 2])
            html.element("tbody") { html in
                for moment in explanation.forecast.prefix(Self.rowsMax) { write(moment, into: &html) }
            }
        }
    }

    @inline(never)  // see PersonChange.Part.write
    private func write(_ moment: ForecastMoment, into html: inout HTMLText) {
        html.element("tr") { html in
            html.cell("th", isNumber: false, dateText(moment.time))
            html.cell("td", isNumber: true, moment.change.map { said($0.scoreAfter) } ?? "–")
            html.cell("td", isNumber: true, moment.change.map { change($0.scoreBefore, $0.scoreAfter) } ?? "")
            let ends = moment.ended.map { "the grant for \($0.purpose.name) ends (\($0.id.text))" }
            let movements = (moment.change?.movements ?? []).map { movement in
                let values = "\(said(movement.valueBefore)) → \(said(movement.valueAfter))"
                guard movement.pointsBefore != movement.pointsAfter else {
                    return "\(name(movement.characteristic)): \(values)"
                }
                return
                    "\(moved(name(movement.characteristic), movement.pointsBefore, movement.pointsAfter)) (\(values))"
            }
            let missing = moment.change?.missing.map { "\(name($0)) is missing then" }
            let words = ends + [missing].compactMap(\.self)
            html.cell(
                "td", isNumber: false, words.isEmpty ? "days pass" : words.joined(separator: "; "),
                small: movements.joined(separator: "; "))
        }
    }

    private func more(_ count: Int) -> String { count > Self.rowsMax ? " (\(Self.rowsMax) of \(grouped(count)))" : "" }

    private func name(_ characteristic: Int) -> String { scorecard.characteristics[characteristic].name }

    private func moved(_ characteristic: String, _ before: Int32?, _ after: Int32?) -> String {
        let new = after.map(signedPoints) ?? "none"
        return "\(characteristic) " + (before.map { "\(signedPoints($0)) → \(new)" } ?? new)
    }

    private func change(_ before: Int32?, _ after: Int32?) -> String {
        guard let before, let after else { return before == nil ? "first" : "ends" }
        return signed(Int64(after) - Int64(before))
    }

    private func said(_ number: (some BinaryInteger)?) -> String { number.map { grouped($0) } ?? "none" }
}

extension ScoreMoment {
    /// The calendar's day of it. A person's own day begins up to 24 h before the calendar's of that name, so where what
    /// caused the change (or the clock that brought it) is dated the day before, that is the date.
    fileprivate var calendarDay: Int32 {
        guard let time = occurredAt ?? clock, time.floorDivided(by: Timestamp.dayMilliseconds) == Int64(day) - 1 else {
            return day
        }
        return day - 1
    }

    fileprivate var date: String { CalendarDate(days: calendarDay)?.description ?? "" }
}

/// A line of steps over days: the score holds until the next change.
private struct StepChart {
    private let steps: [(day: Int32, score: Int32?)]
    private let lastDay: Int32
    private let low: Int32
    private let high: Int32

    /// nil without any score.
    init?(_ history: [ScoreMoment], through day: Int32) {
        let scores = history.compactMap(\.score)
        guard let least = scores.min(), let greatest = scores.max() else { return nil }
        steps = history.map { ($0.calendarDay, $0.score) }
        lastDay = max(day, steps[steps.count - 1].day)
        // Tens, with the least and the greatest inside.
        low = (least - 1).floorDivided(by: 10) * 10
        high = (greatest + 10).floorDivided(by: 10) * 10
    }

    func write(into html: inout HTMLText) {
        html.element("div", ["class": "chart"]) { html in
            html.element("div", ["class": "axis", "aria-hidden": "true"]) { html in
                for level in [high, (high + low) / 2, low] { html.element("span", text: "\(level)") }
            }
            html.drawing("steps", height: 300) { html in
                for y in [0, 150, 300] {
                    html.void("line", ["class": "rule", "x1": "0", "y1": "\(y)", "x2": "1000", "y2": "\(y)"])
                }
                html.void("path", ["class": "step", "d": path])
            }
            html.element("div", ["class": "dates", "aria-hidden": "true"]) { html in
                for day in [steps[0].day, lastDay] { html.element("span", text: date(day)) }
            }
        }
    }

    private var path: String {
        var path = ""
        var isDrawn = false
        for (index, step) in steps.enumerated() {
            let end = index + 1 < steps.count ? steps[index + 1].day : lastDay
            guard let score = step.score else {
                isDrawn = false
                continue
            }
            path += isDrawn ? "V\(y(score))" : "M\(x(step.day)) \(y(score))"
            path += "H\(x(end))"
            isDrawn = true
        }
        return path
    }

    private func x(_ day: Int32) -> Int {
        let span = Int(lastDay - steps[0].day)
        return span == 0 ? 0 : Int(day - steps[0].day) * 1000 / span
    }

    private func y(_ score: Int32) -> Int { Int(high - score) * 300 / Int(high - low) }
}

extension ScoreResult.Cause.Kind {
    fileprivate var words: String {
        switch self {
        case .event: "an event"
        case .rollOff: "days passed"
        case .correction: "a correction"
        case .consent: "a consent"
        case .expiry: "a grant ended"
        case .model: "another model"
        }
    }
}

private func date(_ day: Int32) -> String { CalendarDate(days: day)?.description ?? "" }
