import Commands
import Pipeline

/// `plainscore replay`: the timeline folded again.
extension Command {
    static var replay: Command {
        Command(
            path: ["replay"],
            summary: "Fold the timeline again in this process: --verify holds it against all that was published.",
            options: replayVerifyOptions,
            notes: replayVerifyNotes,
            run: runReplay)
    }
}

private func runReplay(_ arguments: Arguments) throws -> Int32 {
    if arguments.flag("verify") { return try replayVerify(arguments) }
    throw UsageError("say what to replay for: --verify", arguments.command)
}
