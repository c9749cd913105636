import Foundation
import TestBroker
import Testing

/// `plainscore completions`, held against `--help` by the shells themselves.
struct CompletionsTests {
    @Test func `another shell is refused`() throws {
        let result = try Program.run(["completions", "tcsh"])
        #expect(result.exitCode == 2 && result.errors.contains("tcsh: give one of bash, zsh, fish"))
    }

    @Test func `bash completes every subcommand, option and known value`() throws {
        let files = try Files("bash")
        try Shell.expect("bash", "-n", files.script)
        var asked = try questions()
        asked += [
            Question(["topics", "create", "--day-offset", ""], ["none", "spread"]),
            Question(["topics", "create", "--day-offset", "=", "s"], ["spread"]),
            Question(["model", "check", files.folder + "/some"], [files.folder + "/some file.pmml"]),
        ]
        let body = asked.map { "ask " + $0.words.map(quoted).joined(separator: " ") }.joined(separator: "\n")
        let text = try Shell.expect(
            "bash", "--norc", "-c",
            """
            . \(quoted(files.script))
            ask() {
                COMP_WORDS=(plainscore "$@") COMP_CWORD=$#
                _plainscore
                local IFS='|'
                echo "${COMPREPLY[*]}"
            }
            \(body)
            """)
        let answers = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(answers.count == asked.count)
        for (question, answer) in zip(asked, answers) {
            #expect(Set(answer.split(separator: "|").map(String.init)) == question.answers, "\(question.words)")
        }
    }

    @Test(.enabled(if: Shell.has("fish"), "no fish: its completions are not tested"))
    func `fish completes every subcommand, option and known value`() throws {
        let files = try Files("fish")
        try Shell.expect("fish", "-n", files.script)
        let asked = try questions() + [Question(["topics", "create", "--day-offset", ""], ["none", "spread"])]
        let lines = asked.map { quoted((["plainscore"] + $0.words).joined(separator: " ")) }.joined(separator: " ")
        let text = try Shell.expect(
            "fish", "--no-config", "-c",
            """
            source \(quoted(files.script))
            for line in \(lines)
                complete -C $line | string replace -r '\\t.*' '' | string join '|'
                echo
            end
            """)
        let answers = text.split(separator: "\n").map(String.init)
        #expect(answers.count == asked.count, "\(text)")
        for (question, answer) in zip(asked, answers) {
            #expect(Set(answer.split(separator: "|").map(String.init)) == question.answers, "\(question.words)")
        }
    }

    /// zsh completes at its prompt only: it gets a terminal of its own, and keys are typed into it.
    @Test(.enabled(if: Shell.has("zsh"), "no zsh: its completions are not tested"))
    func `zsh completes at its prompt`() throws {
        let files = try Files("zsh")
        try Shell.expect("zsh", "-n", files.script)
        let typed = [
            ("plainscore stat", "status"), ("plainscore dead-letters re", "resend"),
            ("plainscore help snapshot ins", "inspect"), ("plainscore topics create --day-offset s", "spread"),
            ("plainscore lag --unt", "until-zero"), ("plainscore model check \(files.folder)/s", "file.pmml"),
            ("plainscore completions f", "fish"), ("plainscore lag --", "kafka-config"),
        ]
        let keys = typed.map { "try \(quoted($0.0)) \(quoted($0.1))" }.joined(separator: "\n")
        let text = try Shell.expect(
            "timeout", "60", "zsh", "-f", "-c",
            """
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z \(quoted("PS1=; autoload -U compinit; compinit -u -D; source \(files.script); print re''ady"))
            zpty -r -m z out '*ready*'
            try() {
                zpty -w -n z "$1"$'\\t'
                zpty -r -m z out "*$2*" && print done
                zpty -w -n z $'\\C-u'
            }
            \(keys)
            zpty -d z
            """)
        #expect(text.split(separator: "\n").count { $0 == "done" } == typed.count, "\(text)")
        // What stands in it is what the others complete.
        let script = try String(contentsOfFile: files.script, encoding: .utf8)
        for question in try questions() {
            for answer in question.answers {
                let isThere =
                    script.contains("'\(answer)[") || script.contains("'\(answer)=[") || script.contains("'\(answer):")
                #expect(isThere || question.words.first == "completions", "\(question.words): \(answer)")
            }
        }
    }

    // MARK: - What must be completed

    struct Question {
        let words: [String]
        let answers: Set<String>

        init(_ words: [String], _ answers: Set<String>) {
            self.words = words
            self.answers = answers
        }
    }

    /// First words, second words and the options of each subcommand, as `--help` says them.
    private func questions() throws -> [Question] {
        let help = try Program.run(["help"]).output.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(help.firstIndex(of: "Commands:"))
        let paths = help[(start + 1)...].prefix { !$0.isEmpty }.map { line in
            (line.dropFirst(2).split(separator: "  ").first ?? "").split(separator: " ").map(String.init)
        }
        try #require(paths.count > 20)
        let firsts = Set(paths.map { $0[0] })
        var questions = [
            Question([""], firsts.union(["help"])), Question(["help", ""], firsts.union(["help"])),
            Question(["completions", ""], ["bash", "zsh", "fish"]),
        ]
        for group in Set(paths.filter { $0.count > 1 }.map { $0[0] }).sorted() {
            let seconds = Set(paths.filter { $0[0] == group }.map { $0[1] })
            questions += [Question([group, ""], seconds), Question(["help", group, ""], seconds)]
        }
        for path in paths {
            let lines = try Program.run(path + ["--help"]).lines
            let options = lines.filter { $0.hasPrefix("  --") }.map { line in
                String(line.dropFirst(2).prefix { $0 != " " })
            }
            try #require(options.contains("--help"))
            questions.append(Question(path + ["--"], Set(options)))
        }
        return questions
    }

    /// The script of a shell in a folder with one more file.
    private final class Files {
        private let temporary: TemporaryFolder
        let folder: String
        let script: String

        init(_ shell: String) throws {
            temporary = try TemporaryFolder()
            folder = temporary.path("")
                .split(separator: "/").map { "/\($0)" }.joined()
            script = folder + "/script"
            try Program.run(["completions", shell]).output.write(toFile: script, atomically: false, encoding: .utf8)
            try Data().write(to: URL(fileURLWithPath: folder + "/some file.pmml"))
        }
    }

    private func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
}
