import CorpusFiles
import Foundation
import TestBroker
import Testing

/// `plainscore produce --check`: what is said of each line, beside the line: `Tests/Messages/lines.txt`. No broker stands by.
struct LineMessageTests {
    @Test func `each line leads to its messages, all of them at once, and to nothing else`() throws {
        let cases = try MessageTable.read("lines.txt")
        let bytes = cases.map { $0.bytes! }.joined(separator: Array("\n".utf8))
        let result = try check(Array(bytes))
        let expected = zip(1..., cases).flatMap { number, sample in
            sample.messages.map { "line \(number): \($0)" }
        }
        let bad = cases.count { !$0.messages.isEmpty }
        #expect(result.errors == (expected + ["plainscore: \(bad) bad lines", ""]).joined(separator: "\n"))
        #expect(result.exitCode == 1)
        #expect(result.output.hasSuffix(" ticks are good, \(bad) lines are bad; nothing was sent\n"))
    }

    @Test func `all examples are good, also behind a byte order mark and with the line ends of Windows`() throws {
        let lines = try Program.run(["sample", "uci", "--clients", "2"]).lines
        let file = "\u{FEFF}" + lines.map { $0 + "\r\n" }.joined()
        let result = try check(Array(file.utf8))
        #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result.errors)")
        let ticks = lines.count { $0.hasPrefix("{\"tick\"") }
        let good = "\(lines.count - ticks) events and \(ticks) ticks are good"
        #expect(result.output == good + ", 0 lines are bad; nothing was sent\n")
    }

    @Test func `as JSON each fault has its line, reason, field and mend`() throws {
        let sample = try #require(try MessageTable.read("lines.txt").first { $0.messages.count > 1 })
        let result = try check(sample.bytes!, "--json")
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let faults = try #require(document?["faults"] as? [[String: Any]])
        let texts = faults.map { "\($0["reason"]!) \($0["field"]!): \($0["mend"]!)".replacing(" :", with: ":") }
        #expect(texts == sample.messages)
        #expect(faults.allSatisfy { $0["line"] as? Int == 1 })
    }

    @Test func `in a timeline for history an event may be as late as the ticks before it`() throws {
        let event = try #require(
            try MessageTable.read("lines.txt").first { sample in
                sample.messages.count == 1 && sample.messages[0].hasPrefix("datedAhead")
            })
        let time = try #require(event.text.firstMatch(of: /"occurredAt":([0-9]+)/)).output.1
        #expect(try check(Array("{\"tick\":\(time)}\n\(event.text)".utf8)).exitCode == 0)
    }

    private func check(_ bytes: [UInt8], _ options: String...) throws -> Program.Result {
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(filePath: folder.path("lines")))
        return try Program.run(["produce", folder.path("lines"), "--check"] + options)
    }
}
