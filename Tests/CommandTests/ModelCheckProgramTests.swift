import Foundation
import TestBroker
import Testing

/// `plainscore model check` on the command line.
struct ModelCheckProgramTests {
    private let card = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../deploy/models/uci-max.pmml").standardizedFileURL.path

    private func changed(_ old: String, _ new: String, in folder: TemporaryFolder) throws -> String {
        let text = try String(contentsOfFile: card, encoding: .utf8)
        try #require(text.contains(old))
        let path = folder.path("card.pmml")
        try text.replacing(old, with: new).write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    @Test func `a shipped card passes, with warnings`() throws {
        let result = try Program.run(["model", "check", card])
        #expect(result.exitCode == 0 && result.errors.isEmpty)
        #expect(
            result.lines.first?.hasPrefix("\(card):39: warning: no score while statement.days_past_due.latest") == true)
        let last = try #require(result.lines.last)
        #expect(last.contains("plainscore-uci 1, 8 characteristics in TWD, scores 431 to 570"))
        #expect(last.hasSuffix(": 0 errors, 5 warnings"))
    }

    @Test func `an unknown feature is an error at its line, with the nearest name`() throws {
        let folder = try TemporaryFolder()
        let path = try changed("statement.limit.latest", "statement.limit.lastest", in: folder)
        let result = try Program.run(["model", "check", path])
        #expect(result.exitCode == 1)
        let line = try #require(result.lines.first { $0.contains("error") })
        #expect(line.hasPrefix("\(path):12: error: 'statement.limit.lastest' is not a feature of the catalogue"))
        #expect(line.hasSuffix("; did you mean 'statement.limit.latest'?"))
    }

    @Test func `fractional points are an error, and its mend gives a card that passes`() throws {
        let folder = try TemporaryFolder()
        let path = try changed("partialScore=\"-35\"", "partialScore=\"-35.5\"", in: folder)
        let refused = try Program.run(["model", "check", path])
        let error = try #require(refused.lines.first { $0.contains(" error: ") })
        #expect(refused.exitCode == 1 && error.contains("partialScore must be a whole number, not '-35.5'"))
        #expect(error.contains("`plainscore model adapt --round halfEven FILE -o OUT`"))
        let out = folder.path("out.pmml")
        let adapted = try Program.run(["model", "adapt", "--round", "halfEven", path, "-o", out])
        #expect(
            adapted.exitCode == 0 && adapted.lines.contains("rounded 1 numbers: a score changes by 0.5 points at most"))
        #expect(try Program.run(["model", "check", out]).exitCode == 0)
        let again = try Program.run(["model", "adapt", "--round", "halfEven", path, "-o", out])
        #expect(again.exitCode == 2 && again.errors.contains("is there already"))
        let wrong = try Program.run(["model", "adapt", path, "--round", "nearest"])
        #expect(wrong.exitCode == 2 && wrong.errors.contains("give one of halfEven, halfAway, down, up, towardZero"))
    }

    @Test func `the map that adapt proposes, filled in, makes the card load`() throws {
        let folder = try TemporaryFolder()
        let path = try changed("statement.limit.latest", "CreditLimit", in: folder)
        let proposed = try Program.run(["model", "adapt", path])
        #expect(proposed.exitCode == 0 && proposed.lines.contains(#""CreditLimit" = """#))
        #expect(proposed.lines.contains { $0.hasPrefix("# near by name: ") && $0.contains("limit") })
        let map = folder.path("map.toml")
        let text = proposed.lines.joined(separator: "\n")
        try text.write(toFile: map, atomically: false, encoding: .utf8)
        let out = folder.path("out.pmml")
        let empty = try Program.run(["model", "adapt", path, "--map", map, "-o", out])
        #expect(empty.exitCode == 1 && empty.errors.contains("field 'CreditLimit' has no feature"))
        let filled = text.replacing(#""CreditLimit" = """#, with: #""CreditLimit" = "statement.limit.latest""#)
        try filled.write(toFile: map, atomically: false, encoding: .utf8)
        let done = try Program.run(["model", "adapt", path, "--map", map, "-o", out])
        #expect(done.exitCode == 0 && done.lines.contains("field 'CreditLimit' is statement.limit.latest"))
        let check = try Program.run(["model", "check", out])
        #expect(check.lines.last?.contains("scores 431 to 570") == true)
    }

    @Test func `--json is one document`() throws {
        let folder = try TemporaryFolder()
        let gaps = try changed("lessThan", "equal", in: folder)
        for (file, exitCode) in [(card, Int32(0)), (gaps, 1)] {
            let result = try Program.run(["model", "check", file, "--json"])
            #expect(result.exitCode == exitCode && result.lines.count == 1)
            let json = try JSONSerialization.jsonObject(with: Data(result.lines[0].utf8)) as? [String: Any]
            #expect(json?["usable"] as? Bool == (exitCode == 0))
            #expect((json?["findings"] as? [Any])?.isEmpty == false)
            #expect((json?["model"] != nil) == (exitCode == 0))
        }
    }

    @Test func `a file that is not there is said`() throws {
        let result = try Program.run(["model", "check", "no-such.pmml"])
        #expect(result.exitCode != 0 && result.errors.contains("no-such.pmml cannot be read"))
    }
}
