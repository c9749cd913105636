import Commands
import Telemetry

/// Every subcommand, in the order of a first session.
let commands: [Command] = [
    .topicsCreate, .topicsCheck, .secretBind, .produce, .watch, .lag, .explain, .outcomes, .deadLetters,
    .verify, .replay, .export, .snapshotList, .snapshotInspect, .snapshotVerify, .features, .modelCheck, .modelSwitch,
    .sampleUCI,
    .sampleCompare, .devBroker,
]

ExitCode.exit(with: run(commands, Array(CommandLine.arguments.dropFirst())))
