import Commands

/// `plainscore replay`: folds the timeline again for an operator's question.
extension Command {
    static var replay: Command {
        Command(
            path: ["replay"],
            summary:
                "Fold the timeline again: preview another scorecard, or write a full set of outputs for a backtest.",
            options: modelPreviewOptions, notes: modelPreviewNotes, run: runReplay)
    }
}

private func runReplay(_ arguments: Arguments) throws -> Int32 {
    guard arguments.flag("model") else {
        throw UsageError(
            "say what to do: --model FILE previews another scorecard, with --into PREFIX it writes its outputs",
            arguments.command)
    }
    return arguments.flag("into") ? try runReplayInto(arguments) : try runModelPreview(arguments)
}
