import Events
import Pipeline
import Scoring
import Wire

/// How a run of `plainscore produce` ends: what it sent, and in a timeline for history what became of it.
struct ProduceReport {
    /// Ticks count once for each partition of consents.
    var records = 0
    var topics = 0
    var ticks = 0
    var bad = 0
    /// What is wrong with the first bad lines.
    var faults: [(line: Int, refusal: Refusal)] = []
    var warnings = LineWarnings()

    /// Events whose outcomes were asked for.
    var sent: Int64 = 0
    /// Events of which the broker did not say where they stand, since it had them already: they are in no count.
    var unplaced = 0
    /// nil in a live timeline, and where they cannot be counted.
    var outcomes: SentOutcomes?
    /// Why they cannot.
    var uncounted: String?
    /// Whether the models are given, and so which currencies they read.
    var knowsCurrencies = false

    /// Whether events were lost for want of a consent.
    var hasLoss: Bool { outcomes.map { $0.withoutConsent > 0 } ?? false }

    var text: String {
        var text = "sent \(records) records to \(topics) topics, \(ticks) ticks\n"
        if let outcomes {
            let counts = counts(outcomes).filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }
            text += "of \(sent) events: \(counts.joined(separator: ", "))\n"
        }
        return text
    }

    /// Says on standard error what an import has lost or still waits for.
    func complain(allowsLoss: Bool) {
        if let uncounted { printError("plainscore: \(uncounted)") }
        if unplaced > 0 { printError("plainscore: \(unplaced) events are not counted: the broker had them already") }
        guard let outcomes else { return }
        if outcomes.waiting > 0 {
            printError("plainscore: \(outcomes.waiting) events wait for a consent: a later consent or tick decides")
        }
        if outcomes.refused > 0 {
            printError("plainscore: \(outcomes.refused) events were refused: see `plainscore dead-letters show`")
        }
        if hasLoss {
            printError(
                "plainscore: \(outcomes.withoutConsent) events found no consent and move no score: "
                    + "a consent must stand before the tick that ends the wait of 60 s"
                    + (allowsLoss ? "" : " (--allow-bad makes this no failure)"))
        }
        let old = outcomes[.outOfHorizon]
        if old > 0 {
            printError("plainscore: \(old) events are too old to move a score: check occurredAt and the ticks")
        }
    }

    /// Every class of the fold that an event can be in, then what the fold has not decided.
    private func counts(_ outcomes: SentOutcomes) -> [(name: String, count: Int64)] {
        var counts: [(name: String, count: Int64)] = []
        for outcome in Outcomes.Class.allCases where outcome != .clock && outcome != .control {
            counts.append(("\(outcome)", outcomes[outcome]))
        }
        if !knowsCurrencies { counts = Self.withoutCurrencies(counts) }
        return counts + [("waiting", outcomes.waiting), ("refused", outcomes.refused)]
    }

    /// Without models nobody knows which currency is another one: such events were applied.
    private static func withoutCurrencies(_ counts: [(name: String, count: Int64)]) -> [(name: String, count: Int64)] {
        let others = counts.first { $0.name == "otherCurrency" }?.count ?? 0
        return counts.filter { $0.name != "otherCurrency" }.map {
            $0.name == "applied" ? ($0.name, $0.count + others) : $0
        }
    }

    /// One object (schemas/explanation.md).
    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("records", records)
        json.member("topics", topics)
        json.member("ticks", ticks)
        json.member("badLines", bad)
        json.array("faults", faults) { json, fault in
            json.member("line", fault.line)
            json.member("reason", fault.refusal.reason.rawValue)
            json.member("field", fault.refusal.field)
            json.member("mend", fault.refusal.mend)
        }
        warnings.write(to: &json)
        json.key("outcomes")
        if let outcomes {
            json.beginObject()
            for (name, count) in counts(outcomes) { json.member(named: name, count) }
            json.endObject()
        } else {
            json.null()
        }
        json.endObject()
        return json.line
    }
}
