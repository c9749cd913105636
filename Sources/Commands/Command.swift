import Glibc
import Telemetry

/// A program or subcommand as it is declared: what the parser takes and what `--help` prints come from here alone.
public struct Command {
    /// The executable's name.
    public let program: String
    /// The words that call a subcommand, such as `["topics", "create"]`; none where the program is the command.
    public let path: [String]
    /// One line for the list of commands.
    public let summary: String
    public let operands: [Operand]
    /// The command's own, before `Option.global` and `--help`.
    public let options: [Option]
    /// Whether it talks to a log, and so takes `Option.global`.
    public let needsLog: Bool
    /// Paragraphs after the options.
    public let notes: String
    /// Does the work; the result is the exit code.
    public let run: (Arguments) throws -> Int32

    public init(
        program: String = "plainscore", path: [String], summary: String, operands: [Operand] = [],
        options: [Option] = [], needsLog: Bool = true, notes: String = "", run: @escaping (Arguments) throws -> Int32
    ) {
        self.program = program
        self.path = path
        self.summary = summary
        self.operands = operands
        self.options = options
        self.needsLog = needsLog
        self.notes = notes
        self.run = run
    }

    /// What one types to call it.
    public var name: String { ([program] + path).joined(separator: " ") }

    /// All that the parser takes.
    public var allOptions: [Option] { options + (needsLog ? Option.global : []) + [.help] }

    /// Runs it as the whole of this process: parses the command line, prints `--help` or what is wrong with the line
    /// (exit code 2), and ends with the code that `run` returns. Any error that `run` throws is a failure (1).
    public func runAsProgram() -> Never {
        do {
            let arguments = try Arguments(self, CommandLine.arguments.dropFirst())
            if arguments.asksForHelp {
                print(help)
                exit(ExitCode.success.rawValue)
            }
            exit(try run(arguments))
        } catch {
            let line = Array("\(program): \(error)\n".utf8)
            _ = unsafe line.withUnsafeBytes { unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(error is UsageError ? ExitCode.usage.rawValue : ExitCode.failure.rawValue)
        }
    }
}

/// A word of the command line that is no option.
public struct Operand: Sendable {
    public let name: String
    public let help: String
    public let isRequired: Bool
    /// Whether more of them may follow; of the last one only.
    public let isRepeated: Bool

    public init(name: String, help: String, isRequired: Bool = true, isRepeated: Bool = false) {
        self.name = name
        self.help = help
        self.isRequired = isRequired
        self.isRepeated = isRepeated
    }
}

/// `--name`, or where `value` names one `--name VALUE` and `--name=VALUE`.
public struct Option: Sendable {
    public let name: String
    /// What stands for the value in `--help`; nil where it takes none.
    public let value: String?
    public let help: String
    /// `o` where `-o VALUE` is short for it.
    public let letter: Character?

    public static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, value: nil, help: help, letter: nil)
    }

    public static func value(_ name: String, _ value: String, _ help: String, letter: Character? = nil) -> Option {
        Option(name: name, value: value, help: help, letter: letter)
    }

    /// Whether a word of the command line, up to any `=`, is this option.
    func isCalled(_ word: String) -> Bool { word == "--\(name)" || letter.map { word == "-\($0)" } ?? false }

    public static let help = flag("help", "print this and end")

    /// Where the log is and which set of topics of it.
    public static let global = [
        value("bootstrap", "HOST:PORT[,…]", "the brokers (else the environment's PLAINSCORE_BOOTSTRAP)"),
        value("kafka-config", "FILE", "further librdkafka properties, one key=value a line (TLS, SASL, time-outs)"),
        value("prefix", "TEXT", "before the name of each topic and group (default none)"),
    ]
}

extension Command {
    /// What `--help` prints.
    public var help: String {
        let words = operands.map { ($0.isRequired ? $0.name : "[\($0.name)]") + ($0.isRepeated ? " …" : "") }
        var lines = [([name] + words + ["[options]"]).joined(separator: " "), "", "  \(summary)", ""]
        if !operands.isEmpty { lines += table(operands.map { ($0.name, $0.help) }) + [""] }
        lines += ["Options:"]
        lines += table(
            allOptions.map { option in
                let value = option.value.map { " \($0)" } ?? ""
                let short = option.letter.map { ", -\($0)\(value)" } ?? ""
                return ("--\(option.name)\(value)\(short)", option.help)
            })
        if !notes.isEmpty { lines += ["", notes] }
        return lines.joined(separator: "\n")
    }
}

/// Lines of two columns, the second aligned.
public func table(_ rows: [(String, String)]) -> [String] {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  \($0.0)\(String(repeating: " ", count: width - $0.0.count + 2))\($0.1)" }
}
