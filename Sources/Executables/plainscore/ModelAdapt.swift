import Commands
import Foundation
import ScorecardFiles
import Scoring
import Telemetry

/// `plainscore model adapt`: a card of another tool becomes one that loads here.
extension Command {
    static var modelAdapt: Command {
        let choices = Rounding.allCases.map(\.rawValue).joined(separator: "|")
        return Command(
            path: ["model", "adapt"],
            summary: "Make another tool's model complete: features, reasons, baselines, whole points.",
            operands: [Operand(name: "FILE", help: "the scorecard, PMML 4 (schemas/scorecards.md)")],
            options: [
                .value("map", "MAP", "which field is which feature, and what the card lacks; without it proposals"),
                .value(
                    "out", "OUT", "where the adapted card goes; without it a map to fill in is printed", letter: "o"),
                .value("round", "HOW", "write fractional points as whole ones: \(choices)"),
            ],
            needsLog: false,
            notes: """
                Begin with `plainscore model adapt FILE`: it prints a map of what FILE lacks, with proposals. Fill it in, then
                `plainscore model adapt FILE --map MAP -o OUT` writes the card. It gives the scores that FILE gives: nothing is
                changed but what the card says of itself, and points where --round is given. OUT must not exist.

                MAP is TOML of a few forms: currency = "EUR" (and name, version), then [fields] (field = feature), [codes]
                (characteristic = reason code), [texts] (reason code = text) and [baselines] (characteristic = points).

                With --round it says how far a score can move, and how many pairs of scores change places or become equal. The
                card on disk then has whole points, and every command loads that file as it is.
                """,
            run: runModelAdapt)
    }
}

private func runModelAdapt(_ arguments: Arguments) throws -> Int32 {
    let file = arguments.operands[0]
    let round = try arguments.choice("round", of: Rounding.self)
    let adaptation = CardAdaptation(try ModelFile.bytes(file), map: try map(arguments), round: round)
    guard let out = arguments.text("out") else {
        if adaptation.isReadable { print(adaptation.proposal.text) }
        for line in errors(adaptation, file, arguments) { printError(line) }
        return adaptation.isReadable ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    }
    for line in errors(adaptation, file, arguments) { printError(line) }
    guard let bytes = adaptation.bytes else {
        printError("plainscore: \(out) was not written: mend the errors above; without -o a map to fill in is printed")
        return ExitCode.failure.rawValue
    }
    guard !FileManager.default.fileExists(atPath: out) else {
        throw UsageError("--out \(out) is there already: name another file, or take it away", arguments.command)
    }
    do {
        try Data(bytes).write(to: URL(fileURLWithPath: out), options: .withoutOverwriting)
    } catch {
        printError("plainscore: \(out) cannot be written: name a file in a folder that is there and yours")
        return ExitCode.failure.rawValue
    }
    for line in adaptation.notes + (adaptation.cost?.lines ?? []) { print(line) }
    print("\(out) is written: plainscore model check \(out)")
    return ExitCode.success.rawValue
}

private func map(_ arguments: Arguments) throws -> CardMap {
    guard let path = arguments.text("map") else { return CardMap() }
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
        throw UsageError("--map \(path) cannot be read: name a file of UTF-8", arguments.command)
    }
    do {
        return try CardMap(text)
    } catch {
        throw UsageError("--map \(path), \(error)", arguments.command)
    }
}

private func errors(_ adaptation: CardAdaptation, _ file: String, _ arguments: Arguments) -> [String] {
    adaptation.findings.map { "\(file):\($0.place.line): \($0.severity.rawValue): \($0.problem)" }
        + adaptation.mapErrors.map { "\(arguments.text("map") ?? ""):\($0.line): error: \($0.problem)" }
}
