import Commands
import Events
import Kafka
import Pipeline
import ScorecardFiles
import Scoring
import Telemetry
import Wire

/// `plainscore model switch`: another scorecard takes effect while the timeline runs.
extension Command {
    static var modelSwitch: Command {
        Command(
            path: ["model", "switch"],
            summary: "Switch the timeline to another scorecard, while it runs.",
            operands: [Operand(name: "FILE", help: "the scorecard that speaks from then on, PMML 4")],
            options: [.challenger, .flag("json", "one JSON (schemas/explanation.md)")],
            notes: """
                The files are checked as by `model check`, and their bytes go into the timeline: at one position of each partition
                they take effect. Whoever is touched or due after that is scored with the new scorecard, all others in bounded
                steps, in the order of their keys. Each person whose score differs makes one score change with cause MODEL, and
                nothing is published of the others. Challengers are those of FILE alone: name them all, in their order.

                Roles stay up, and their --model and --challenger stay what they are: the models with which the timeline began.
                `replay --model FILE --against PRESENT` says beforehand what would change. To go back, switch to the former.
                """,
            run: runModelSwitch)
    }
}

private func runModelSwitch(_ arguments: Arguments) throws -> Int32 {
    let challengers = arguments.text("challenger")?.split(separator: ",", omittingEmptySubsequences: false) ?? []
    let paths = [arguments.operands[0]] + challengers.map(String.init)
    guard !paths.contains("") else {
        throw UsageError("--challenger \(arguments.text("challenger")!): a file between two commas", arguments.command)
    }
    let today = CalendarDate(days: Int32(clamping: wallMilliseconds() / Timestamp.dayMilliseconds))
    var files: [[UInt8]] = []
    var isUsable = true
    for path in paths {
        files.append(try ModelFile.bytes(path))
        let check = ModelCheck(files[files.count - 1], today: today)
        for line in check.lines(path) { check.hasErrors || arguments.flag("json") ? printError(line) : print(line) }
        isUsable = isUsable && !check.hasErrors
    }
    guard isUsable else {
        printError("plainscore: nothing was switched: mend the errors above")
        return ExitCode.wrongModel.rawValue
    }
    let cluster = try Cluster(arguments)
    let models = try switchModels(cluster.log(), names: cluster.names, files: files)
    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.key("model")
        models.speaking.writeName(into: &json)
        json.array("challengers", models.challengers) { json, card in
            json.member("name", card.name)
            json.member("version", card.version)
            json.member("hash", card.hash.hex)
        }
        json.endObject()
        print(json.line, terminator: "")
        return ExitCode.success.rawValue
    }
    let beside =
        models.challengers.isEmpty ? "" : ", beside it \(models.challengers.map(\.name).joined(separator: ", "))"
    print("switched to \(models.speaking.title)\(beside)")
    print("it takes effect where the consents consumer has carried it: plainscore lag --until-zero")
    return ExitCode.success.rawValue
}
