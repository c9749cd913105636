import Commands
import Telemetry

/// Every subcommand but `completions`, in the order of a first session.
let commands: [Command] = [
    .topicsCreate, .topicsCheck, .topicsRenew, .topicsRestore, .secretBind, .produce, .watch, .lag, .status, .explain,
    .outcomes, .deadLettersShow,
    .deadLettersResend, .verify, .replay, .export, .snapshotList, .snapshotInspect, .snapshotVerify, .features,
    .modelCheck, .modelSwitch, .clockAccept, .sampleUCI, .sampleCompare, .devBroker,
]

ExitCode.exit(with: run(commands + [.completions(of: commands)], Array(CommandLine.arguments.dropFirst())))
