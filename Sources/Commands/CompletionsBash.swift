extension CompletedCommands {
    /// For bash 4 and later.
    var bash: String {
        """
        # Completions of \(program) for bash, made by `\(program) completions bash`.
        _\(program)_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current"); }
        _\(program)_files() {
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
        }
        _\(program)() {
            local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} first=1
            COMPREPLY=()
            # --option=value comes as three words.
            if [[ $current == = ]]; then
                current=
            elif [[ $previous == = ]]; then
                previous=${COMP_WORDS[COMP_CWORD - 2]}
            fi
            [[ ${COMP_WORDS[1]} != help ]] || first=2
            if ((COMP_CWORD == first)); then
                _\(program)_words "\(firstWords.map(\.word).joined(separator: " "))"
                return
            fi
            if ((COMP_CWORD == first + 1)); then
                case ${COMP_WORDS[first]} in
        \(groups.map { group in
            let words = secondWords(after: group).map(\.word).joined(separator: " ")
            return "            \(group)) _\(program)_words \"\(words)\"; return ;;"
        }.joined(separator: "\n"))
                esac
            fi
            ((first == 1)) || return
            case "${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
        \(commands.map(bashCase).joined(separator: "\n"))
            esac
        }
        complete -F _\(program) \(program)

        """
    }

    private func bashCase(_ command: Command) -> String {
        let pattern = command.path.count > 1 ? "\"\(command.path.joined(separator: " "))\"" : "\"\(command.path[0]) \"*"
        let options = command.allOptions.map { "--\($0.name)" }.joined(separator: " ")
        let values = command.allOptions.filter { $0.value != nil }.map { option in
            "                --\(option.name)) \(bashAction(CompletedValue(option.value!))); return ;;"
        }
        let operand = command.operands.isEmpty ? ":" : bashAction(command.completedOperand)
        return
            (["            \(pattern))", "                case $previous in"] + values + [
                "                esac",
                "                if [[ $current == -* ]]; then _\(program)_words \"\(options)\"; else \(operand); fi ;;",
            ]).joined(separator: "\n")
    }

    private func bashAction(_ value: CompletedValue) -> String {
        switch value {
        case .file: "_\(program)_files"
        case .choices(let words): "_\(program)_words \"\(words.joined(separator: " "))\""
        case .unknown: ":"
        }
    }
}
