/// A shell for which completions can be made.
public enum CompletedShell: String, CaseIterable, Sendable {
    case bash, zsh, fish

    /// A script for this shell that completes the program's subcommands, options, and the values that it knows: files
    /// and choices. The table of commands is all that it is made of.
    public func completions(program: String, _ commands: [Command]) -> String {
        let commands = CompletedCommands(program: program, commands: commands)
        return switch self {
        case .bash: commands.bash
        case .zsh: commands.zsh
        case .fish: commands.fish
        }
    }
}

/// What the three scripts share: the table of commands by its first words.
struct CompletedCommands {
    let program: String
    let commands: [Command]

    /// The first words, in order, each with what it is: the command's own summary, or the second words that follow it.
    var firstWords: [(word: String, text: String)] {
        var words: [(word: String, text: String)] = []
        for command in commands where !words.contains(where: { $0.word == command.path[0] }) {
            let seconds = secondWords(after: command.path[0]).map(\.word)
            words.append((command.path[0], seconds.isEmpty ? command.summary : seconds.joined(separator: ", ")))
        }
        return words + [("help", "what there is, or one command's options")]
    }

    func secondWords(after first: String) -> [(word: String, text: String)] {
        commands.filter { $0.path.count > 1 && $0.path[0] == first }.map { ($0.path[1], $0.summary) }
    }

    /// First words that second ones follow.
    var groups: [String] { firstWords.map(\.word).filter { !secondWords(after: $0).isEmpty } }
}

/// What can stand where a value or an operand is expected, as its placeholder in `--help` says.
enum CompletedValue: Equatable {
    case file
    case choices([String])
    case unknown

    init(_ placeholder: String) {
        let parts = placeholder.split(separator: "|").map(String.init)
        if parts.contains(where: { $0.hasPrefix("FILE") || $0.hasPrefix("FOLDER") || $0.hasSuffix(".csv") }) {
            self = .file
        } else if parts.count > 1, parts.allSatisfy({ $0.allSatisfy { $0.isLowercase || $0 == "-" } }) {
            self = .choices(parts)
        } else {
            self = .unknown
        }
    }
}

extension Command {
    /// What can stand where its operands are expected: of the first one, which none of several differs from.
    var completedOperand: CompletedValue { operands.first.map { CompletedValue($0.name) } ?? .unknown }
}

/// In single quotes, as all three shells read them.
func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
