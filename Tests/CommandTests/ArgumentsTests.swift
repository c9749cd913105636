import Commands
import Testing

struct ArgumentsTests {
    private let command = Command(
        path: ["try"], summary: "Try.", operands: [Operand(name: "FILE", help: "a file", isRequired: false)],
        options: [.flag("loud", "louder"), .value("count", "N", "how many")]
    ) { _ in 0 }

    private func parse(_ words: String) throws(UsageError) -> Arguments {
        try Arguments(command, words.split(separator: " ").map(String.init))
    }

    @Test func `an option takes its value after a blank or an equals sign`() throws {
        #expect(try parse("--count 3").integer("count", in: 1...9) == 3)
        #expect(try parse("--count=3").integer("count", in: 1...9) == 3)
        #expect(try parse("--prefix= --loud").text("prefix") == "")
    }

    @Test func `flags, operands and a lone dash are told apart`() throws {
        let arguments = try parse("--loud -")
        #expect(arguments.flag("loud") && arguments.operands == ["-"])
        #expect(try parse("-- --loud").operands == ["--loud"])
        #expect(try parse("").integer("count", in: 1...9) == nil)
    }

    @Test(arguments: [
        ("--lout", "unknown option --lout: did you mean --loud?"),
        ("--colour", "unknown option --colour"),
        ("--count", "--count needs a value: --count N"),
        ("--loud=yes", "--loud takes no value"),
        ("--loud --loud", "--loud is given twice"),
        ("a b", "unexpected 'b'"),
        ("--prefix a/b", "--prefix a/b: at most 200 letters, digits, `.`, `_` and `-`"),
    ])
    func `what is wrong is named, and where to look`(words: String, message: String) {
        #expect(throws: UsageError.self) { try parse(words) }
        do {
            _ = try parse(words)
        } catch {
            #expect(error.description == "\(message)\nsee `plainscore try --help`")
        }
    }

    @Test(arguments: ["0", "10", "3.0", "x", "99999999999999999999"])
    func `a number outside its range is refused`(text: String) throws {
        let arguments = try parse("--count \(text)")
        #expect(throws: UsageError.self) { try arguments.integer("count", in: 1...9) }
    }

    @Test func `help lists every option once and wins over what is missing`() throws {
        let strict = Command(path: ["try"], summary: "Try.", operands: [Operand(name: "FILE", help: "a file")]) { _ in 0
        }
        #expect(try Arguments(strict, ["--help"]).asksForHelp)
        #expect(throws: UsageError.self) { try Arguments(strict, [String]()) }
        for option in command.allOptions {
            #expect(command.help.split(separator: "\n").count { $0.hasPrefix("  --\(option.name)") } == 1)
        }
    }
}
