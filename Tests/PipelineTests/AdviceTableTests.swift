import Foundation
import Pipeline
import Telemetry
import Testing

/// deploy/OPERATING.md says what the programs say: its tables are made from the rows that make the messages.
struct AdviceTableTests {
    private static let columns = "what happened | what is lost | what goes on | what that gives up"
    private static let findings =
        ["| \(columns) |", "|---|---|---|---|"] + TopicFinding.allCases.map { $0.advice.row() }
    private static let exitCodes =
        ["| code | \(columns) |", "|---|---|---|---|---|"]
        + ExitCode.allCases.map { $0.advice.row(beginning: ["\($0.rawValue)"]) }

    /// With PLAINSCORE_WRITE_TABLES=1 the tables are written there.
    @Test(arguments: [("findings", findings), ("exit codes", exitCodes)])
    func `OPERATING has the table`(_ name: String, _ rows: [String]) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/OPERATING.md").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        let (begin, end) = ("<!-- \(name): made by AdviceTableTests -->\n", "\n<!-- end of \(name) -->")
        let start = try #require(text.range(of: begin))
        let stop = try #require(text.range(of: end))
        let table = rows.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["PLAINSCORE_WRITE_TABLES"] == "1" {
            let written = text.replacingCharacters(in: start.upperBound..<stop.lowerBound, with: table)
            try written.write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(text[start.upperBound..<stop.lowerBound] == table, "PLAINSCORE_WRITE_TABLES=1 writes it")
        }
    }

    @Test func `no advice begins by deleting, and each says all four things`() {
        for advice in TopicFinding.allCases.map(\.advice) + ExitCode.allCases.map(\.advice) {
            #expect(!advice.what.isEmpty && !advice.lost.isEmpty && !advice.givesUp.isEmpty && !advice.mends.isEmpty)
            #expect(!advice.mends[0].contains("--delete"), "\(advice)")
        }
    }
}
