import Commands
import Telemetry

/// `plainscore completions`: what makes a shell complete the commands.
extension Command {
    /// - Parameter commands: all others.
    static func completions(of commands: [Command]) -> Command {
        Command(
            path: ["completions"],
            summary: "Print a script that makes a shell complete these commands and their options.",
            operands: [Operand(name: "bash|zsh|fish", help: "the shell")], needsLog: false,
            notes: """
                bash: plainscore completions bash > ~/.local/share/bash-completion/completions/plainscore
                zsh:  plainscore completions zsh > FOLDER/_plainscore, FOLDER being one of $fpath
                fish: plainscore completions fish > ~/.config/fish/completions/plainscore.fish
                """,
            run: { arguments in
                guard let shell = CompletedShell(rawValue: arguments.operands[0]) else {
                    let all = CompletedShell.allCases.map(\.rawValue).joined(separator: ", ")
                    throw UsageError("\(arguments.operands[0]): give one of \(all)", arguments.command)
                }
                print(shell.completions(program: "plainscore", commands + [completions(of: commands)]), terminator: "")
                return ExitCode.success.rawValue
            })
    }
}
