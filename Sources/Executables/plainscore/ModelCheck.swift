import Commands
import Events
import ScorecardFiles
import Scoring
import Telemetry
import Wire

/// `plainscore model check`: whether a scorecard file can be used, before anything runs on it.
extension Command {
    static var modelCheck: Command {
        Command(
            path: ["model", "check"],
            summary: "Check a scorecard file: features, coverage, points, reasons, missing values.",
            operands: [Operand(name: "FILE", help: "the scorecard, PMML 4 (schemas/scorecards.md)")],
            options: [
                .flag("json", "one JSON document instead of lines")
            ],
            needsLog: false,
            notes: """
                Each finding is a line FILE:LINE: error or warning: what is wrong, and the mend. Errors (exit 1) are mended
                before a model is used: a field that is no feature, a range that no attribute covers, points that are not whole, a
                reason code without a text; `plainscore model adapt` mends what another tool left out. Warnings (exit 0) may be
                meant: no score while a feature is missing, a range that two attributes cover (the first has it), an attribute that
                is never reached, points that rise and then fall, a baseline that does not go with its method, a text that no
                code uses, a validity date that has passed.
                """,
            run: runModelCheck)
    }
}

private func runModelCheck(_ arguments: Arguments) throws -> Int32 {
    let file = arguments.operands[0]
    let today = CalendarDate(days: Int32(clamping: wallMilliseconds() / Timestamp.dayMilliseconds))
    let check = ModelCheck(try ModelFile.bytes(file), today: today)
    print(arguments.flag("json") ? json(check, file) : check.lines(file).joined(separator: "\n"))
    return check.hasErrors ? ExitCode.failure.rawValue : ExitCode.success.rawValue
}

extension ModelCheck {
    /// A line for each finding, and one for the whole.
    func lines(_ file: String) -> [String] {
        let findings = findings.map { finding in
            let hint = nearestFeature(finding).map { "; did you mean '\($0)'?" } ?? ""
            return "\(file):\(finding.place.line): \(finding.severity.rawValue): \(finding.problem)\(hint)"
        }
        let model = card.map { card in
            let scores = card.scoreRange
            return ": \(card.name) \(card.version), \(card.characteristics.count) characteristics in \(card.currency), "
                + "scores \(scores.lowerBound) to \(scores.upperBound), hash \(card.hash.hex)"
        }
        let counts = [(ModelFinding.Severity.error, "error"), (.warning, "warning")].map { severity, word in
            let count = self.findings.count { $0.severity == severity }
            return "\(count) \(word)\(count == 1 ? "" : "s")"
        }
        return findings + ["\(file)\(model ?? ""): \(counts.joined(separator: ", "))"]
    }
}

private func json(_ check: ModelCheck, _ file: String) -> String {
    var json = JSONText()
    json.beginObject()
    json.member("file", file)
    if let card = check.card {
        json.key("model")
        json.beginObject()
        json.member("name", card.name)
        json.member("version", card.version)
        json.member("hash", card.hash.hex)
        json.member("currency", card.currency.description)
        json.member("characteristics", card.characteristics.count)
        json.member("scoreMin", card.scoreRange.lowerBound)
        json.member("scoreMax", card.scoreRange.upperBound)
        if let end = card.validUntil { json.member("validUntil", end.description) }
        json.endObject()
    }
    json.member("usable", !check.hasErrors)
    json.key("findings")
    json.beginArray()
    for finding in check.findings {
        json.beginObject()
        json.member("severity", finding.severity.rawValue)
        json.member("line", finding.place.line)
        json.member("column", finding.place.column)
        json.member("problem", finding.problem)
        if let nearest = nearestFeature(finding) { json.member("nearestFeature", nearest) }
        json.endObject()
    }
    json.endArray()
    json.endObject()
    return String(decoding: json.bytes, as: UTF8.self)
}

/// The catalogue's name that a slip of the pen would make of the unknown one.
private func nearestFeature(_ finding: ModelFinding) -> String? {
    finding.unknownFeature.flatMap { nearest(to: $0, among: Feature.names(like: $0)) }
}
