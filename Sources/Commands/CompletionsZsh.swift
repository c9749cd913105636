extension CompletedCommands {
    /// For zsh 5: a file `_plainscore` of `fpath`, or sourced.
    var zsh: String {
        """
        #compdef \(program)
        # Completions of \(program) for zsh, made by `\(program) completions zsh`.
        _\(program)() {
            local -a found
            local helps=0
            if [[ $words[2] == help ]] && (( CURRENT > 2 )); then
                helps=1
                shift words
                (( CURRENT-- ))
            fi
            if (( CURRENT == 2 )); then
                found=(\(described(firstWords)))
                _describe -t commands command found
                return
            fi
            if (( CURRENT == 3 )); then
                case $words[2] in
        \(groups.map { group in
            "            \(group)) found=(\(described(secondWords(after: group)))); _describe -t commands command found; return ;;"
        }.joined(separator: "\n"))
                esac
            fi
            (( helps )) && return
            case "$words[2] $words[3]" in
        \(commands.map(zshCase).joined(separator: "\n"))
            esac
        }
        if [[ $funcstack[1] == _\(program) ]]; then _\(program) "$@"; else compdef _\(program) \(program); fi

        """
    }

    private func described(_ words: [(word: String, text: String)]) -> String {
        words.map { quoted("\($0.word):\($0.text.replacing(":", with: "\\:"))") }.joined(separator: " ")
    }

    private func zshCase(_ command: Command) -> String {
        let depth = command.path.count
        let pattern = depth > 1 ? "\"\(command.path.joined(separator: " "))\"" : "\"\(command.path[0]) \"*"
        var specs = command.allOptions.map { option in
            let text = option.help.replacing("[", with: "\\[").replacing("]", with: "\\]").replacing(":", with: "\\:")
            let value = option.value.map { ":\($0.replacing(":", with: "\\:")):\(zshAction(CompletedValue($0)))" }
            return quoted("--\(option.name)\(value == nil ? "" : "=")[\(text)]\(value ?? "")")
        }
        if let operand = command.operands.first {
            let place = operand.isRepeated ? "*" : "1"
            specs.append(quoted("\(place):\(operand.name):\(zshAction(command.completedOperand))"))
        }
        return "            \(pattern)) shift \(depth) words; (( CURRENT -= \(depth) )); _arguments "
            + specs.joined(separator: " ") + " ;;"
    }

    private func zshAction(_ value: CompletedValue) -> String {
        switch value {
        case .file: "_files"
        case .choices(let words): "(\(words.joined(separator: " ")))"
        case .unknown: ""
        }
    }
}
