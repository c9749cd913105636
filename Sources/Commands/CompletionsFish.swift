extension CompletedCommands {
    /// For fish 3.
    var fish: String {
        let head = """
            # Completions of \(program) for fish, made by `\(program) completions fish`.
            # Whether the words before the cursor begin with these.
            function __\(program)_is
                set -l words (commandline -opc)
                set -e words[1]
                set -l count (count $argv)
                test (count $words) -ge $count; and test "$words[1..$count]" = "$argv"
            end
            # Whether they are just these; `help` before them counts for nothing.
            function __\(program)_at
                set -l words (commandline -opc)
                set -e words[1]
                test "$words[1]" = help; and set -e words[1]
                test "$words" = "$argv"
            end
            complete -c \(program) -f

            """
        let firsts = firstWords.map { line("__\(program)_at", "-a \($0.word) -d \(quoted($0.text))") }
        let seconds = groups.flatMap { group in
            secondWords(after: group).map { line("__\(program)_at \(group)", "-a \($0.word) -d \(quoted($0.text))") }
        }
        return head + (firsts + seconds + commands.flatMap(fishLines)).joined()
    }

    private func fishLines(_ command: Command) -> [String] {
        let condition = "__\(program)_is \(command.path.joined(separator: " "))"
        let options = command.allOptions.map { option in
            let value = option.value.map { " \(fishAction(CompletedValue($0)))" } ?? ""
            return line(condition, "-l \(option.name)\(value) -d \(quoted(option.help))")
        }
        switch command.operands.isEmpty ? .unknown : command.completedOperand {
        case .file: return options + [line(condition, "-F")]
        case .choices(let words): return options + [line(condition, "-a \(quoted(words.joined(separator: " ")))")]
        case .unknown: return options
        }
    }

    private func line(_ condition: String, _ what: String) -> String {
        "complete -c \(program) -n \(quoted(condition)) \(what)\n"
    }

    private func fishAction(_ value: CompletedValue) -> String {
        switch value {
        case .file: "-r -F"
        case .choices(let words): "-x -a \(quoted(words.joined(separator: " ")))"
        case .unknown: "-x"
        }
    }
}
