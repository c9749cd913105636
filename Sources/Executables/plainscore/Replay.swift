import Commands

/// `plainscore replay`: folds the timeline again for an operator's question.
extension Command {
    static var replay: Command {
        Command(
            path: ["replay"],
            summary:
                "Fold the timeline again: verify what was published, preview another scorecard, or write its outputs.",
            options: replayVerifyOptions + otherOptions, notes: replayVerifyNotes + "\n\n" + modelPreviewNotes,
            run: runReplay)
    }

    private static var otherOptions: [Option] {
        modelPreviewOptions.filter { option in !replayVerifyOptions.contains { $0.name == option.name } }
    }
}

private func runReplay(_ arguments: Arguments) throws -> Int32 {
    let isVerifying = arguments.flag("verify")
    let stray =
        isVerifying ? ["against", "into", "format", "as-of", "cut", "largest", "html"] : ["from", "partitions"]
    if let option = stray.first(where: arguments.flag) {
        throw UsageError("--\(option) goes \(isVerifying ? "without" : "with") --verify", arguments.command)
    }
    if isVerifying { return try replayVerify(arguments) }
    guard arguments.flag("model") else {
        throw UsageError(
            "say what to do: --verify holds what was published against the timeline, --model FILE previews another "
                + "scorecard, with --into PREFIX it writes its outputs", arguments.command)
    }
    if arguments.flag("format"), !arguments.flag("into") {
        throw UsageError("--format goes with --into: a preview writes no score changes", arguments.command)
    }
    return arguments.flag("into") ? try runReplayInto(arguments) : try runModelPreview(arguments)
}
