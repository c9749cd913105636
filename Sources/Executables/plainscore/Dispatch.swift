import Commands
import Glibc
import Log
import Pipeline
import ScorecardFiles
import Snapshots
import Telemetry
import Wire

/// Finds the subcommand that `words` begin with, checks the rest against its declaration, runs it and says what went
/// wrong; returns the exit code.
func run(_ commands: [Command], _ words: [String]) -> Int32 {
    do {
        if words.isEmpty || ["help", "--help", "-h"].contains(words[0]) {
            print(try helpText(commands, about: words.dropFirst()))
            return words.isEmpty ? ExitCode.usage.rawValue : ExitCode.success.rawValue
        }
        let command = try find(commands, words)
        let arguments = try Arguments(command, words.dropFirst(command.path.count))
        if arguments.asksForHelp {
            print(command.help)
            return ExitCode.success.rawValue
        }
        return try command.run(arguments)
    } catch {
        printError("plainscore: \(text(of: error))")
        return exitCode(of: error).rawValue
    }
}

private func find(_ commands: [Command], _ words: [String]) throws(UsageError) -> Command {
    if let command = commands.first(where: { words.starts(with: $0.path) }) { return command }
    let names = commands.map { $0.path.joined(separator: " ") }
    let given = words.prefix { !$0.hasPrefix("-") }.prefix(2).joined(separator: " ")
    let siblings = names.filter { $0.hasPrefix("\(words[0]) ") }
    if !siblings.isEmpty { throw UsageError("'\(words[0])' is one of: \(siblings.joined(separator: ", "))") }
    let nearest = nearest(to: given, among: names) ?? nearest(to: words[0], among: names)
    throw UsageError("unknown command '\(given)'" + (nearest.map { ": did you mean '\($0)'?" } ?? ""))
}

private func helpText(_ commands: [Command], about words: some Collection<String>) throws(UsageError) -> String {
    if !words.isEmpty { return try find(commands, Array(words)).help }
    let lines =
        ["plainscore COMMAND [options]", "", "Commands:"]
        + table(commands.map { ($0.path.joined(separator: " "), $0.summary) })
        + ["", "`plainscore COMMAND --help` prints a command's options.", "", "Exit codes:"]
        + table([
            ("0", "done"), ("1", "failed, or not as it should be"), ("2", "wrong command line"),
            ("10", "wrong configuration"), ("11", "wrong secret"), ("12", "wrong model"),
            ("13", "something that cannot be was found"), ("14", "the state folder cannot be read"),
        ])
    return lines.joined(separator: "\n")
}

private func text(of error: any Error) -> String { "\(error)" }

private func exitCode(of error: any Error) -> ExitCode {
    switch error {
    case is UsageError: .usage
    case let error as SetupError: error.exitCode
    case let error as RoleError: error.exitCode
    case is ModelFileError: .wrongModel
    case is SnapshotError: .stateFolder
    case let error as SnapshotLoadError: error.isOfOtherModels ? .wrongModel : .stateFolder
    case is SecretFileError: .configuration
    case let error as LogError:
        switch error.kind {
        case .configuration, .missingTopic: .configuration
        case .fenced, .undelivered, .unavailable, .offsetOutOfRange, .stalled, .fatal: .failure
        }
    default: .failure
    }
}

extension ExitCode {
    /// Writes what is buffered for standard output and ends the process: without a wait for the threads of a client that was
    /// given up.
    static func exit(with code: Int32) -> Never {
        fflush(nil)
        _exit(code)
    }
}
