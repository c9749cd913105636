import Commands
import Telemetry

/// Every subcommand but `completions`, in the order of a first session.
let commands: [Command] = [
    .topicsCreate, .topicsCheck, .topicsRenew, .topicsRestore, .secretBind, .produce, .watch, .lag, .status, .explain,
    .outcomes, .deadLettersShow,
    .deadLettersResend, .verify, .replay, .export, .snapshotList, .snapshotInspect, .snapshotVerify, .features,
    .modelCheck, .modelAdapt, .modelSwitch, .clockAccept, .sampleUCI, .sampleCompare, .devBroker,
]

let words = Array(CommandLine.arguments.dropFirst())
let isAskedByStatus = words.starts(with: Command.describeGroup.path)
ExitCode.exit(with: run(isAskedByStatus ? [.describeGroup] : commands + [.completions(of: commands)], words))
