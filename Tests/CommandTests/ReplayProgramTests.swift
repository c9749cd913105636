import Foundation
import TestBroker
import Testing

/// What the commands that read a timeline again refuse before they connect, and why.
struct ReplayProgramTests {
    @Test(
        arguments: [
            (["replay"], 2, "say what to do"),
            (["replay", "--model", "/nowhere.pmml"], 12, "/nowhere.pmml cannot be read"),
            (["replay", "--model", card("uci-mean")], 2, "--against is missing"),
            (
                ["replay", "--model", card("uci-mean"), "--against", "/nowhere.pmml"], 12,
                "/nowhere.pmml cannot be read"
            ),
            (
                ["replay", "--model", card("uci-mean"), "--against", card("uci-max"), "--as-of", "July"], 2,
                "--as-of July: give a time such as 2005-07-01"
            ),
            (
                [
                    "replay", "--model", card("uci-mean"), "--against", card("uci-max"), "--as-of",
                    "2005-02-30T00:00:00Z",
                ], 2,
                "give a time such as"
            ),
            (
                ["replay", "--model", card("uci-mean"), "--against", card("uci-max"), "--cut", "high"], 2,
                "--cut high: give a whole number"
            ),
            (["replay", "--model", card("uci-max"), "--into", "a b"], 2, "--into a b: 1 to 200 letters"),
            (["replay", "--model", card("uci-max"), "--into", "b-", "--cut", "5"], 2, "--cut goes with a preview"),
            (["replay", "--into", "b-"], 2, "say what to do"), (["export"], 2, "--as-of is missing"),
            (["export", "--as-of", "/nowhere.csv"], 1, "/nowhere.csv: No such file"),
        ] as [([String], Int32, String)])
    func `a command line ends with its exit code and says why`(words: [String], exitCode: Int32, message: String) throws
    {
        let result = try Program.run(words)
        #expect(result.exitCode == exitCode && result.errors.contains(message), "\(result.errors)")
    }

    @Test(
        arguments: [
            ("", "is empty: its first line is person,time"),
            ("id,when\nann,1\n", ":1: the first line names the columns"),
            ("person,time\nann,yesterday\n", ":2: time is such as 2005-07-01"),
            ("time,person\n2005-07-01,a b\n", ":2: person is 1 to 64 of"),
            ("person,time\n\nann\n", ":3: 1 columns, fewer"),
        ])
    func `a file of times is refused by its line`(text: String, message: String) throws {
        let files = try TemporaryFolder()
        try text.write(toFile: files.path("times.csv"), atomically: false, encoding: .utf8)
        let result = try Program.run(["export", "--as-of", files.path("times.csv")])
        #expect(result.exitCode == 1 && result.errors.contains("\(files.path("times.csv"))"), "\(result.errors)")
        #expect(result.errors.contains(message), "\(result.errors)")
    }

    @Test func `times are dates, RFC 3339 or milliseconds, in any column and quoted or not`() throws {
        let files = try TemporaryFolder()
        let rows = ["2005-07-01", "2005-07-01T12:00:00Z", "1120176000000", "\"2005-07-01\""].map { "x,\($0),\"ann\"" }
        try (["\u{FEFF}note,\"time\",person"] + rows).joined(separator: "\r\n")
            .write(toFile: files.path("times.csv"), atomically: false, encoding: .utf8)
        // The file is good: the next that is missing is the secret.
        let result = try Program.run(["export", "--as-of", files.path("times.csv")])
        #expect(result.exitCode == 2 && result.errors.contains("--secret is missing"), "\(result.errors)")
    }
}

private func card(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "../../deploy/models/\(name).pmml"
    )
    .standardizedFileURL.path
}
