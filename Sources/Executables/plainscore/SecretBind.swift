import Commands
import Pipeline
import Telemetry
import Wire

/// `plainscore secret bind`: which secret a timeline's persons are named under.
extension Command {
    static var secretBind: Command {
        Command(
            path: ["secret", "bind"],
            summary: "Tie the timeline to the secret in FILE for good; make the file where neither has one yet.",
            operands: [
                Operand(name: "FILE", help: "the secret's file, for its owner only (mode 600); keep a copy of it")
            ],
            options: [.flag("json", "one JSON (schemas/explanation.md)")],
            notes: """
                The secret turns person references into keys. Without its file no consumer can go on with this timeline, and
                under another one every person would get a second key: exit 11 where the file is not the right one.
                """,
            run: runSecretBind)
    }
}

private func runSecretBind(_ arguments: Arguments) throws -> Int32 {
    let path = arguments.operands[0]
    let cluster = try Cluster(arguments)
    let outcome = try bindSecret(cluster.log(), names: cluster.names, path: path)
    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.member("file", path)
        json.member("outcome", "\(outcome)")
        json.endObject()
        print(json.line, terminator: "")
        return ExitCode.success.rawValue
    }
    switch outcome {
    case .confirmed: print("the timeline has the secret of \(path)")
    case .bound: print("the timeline is now bound to the secret of \(path)")
    case .createdAndBound: print("made \(path) and bound the timeline to it; keep a copy")
    }
    return ExitCode.success.rawValue
}
