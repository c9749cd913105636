import Foundation
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// Every subcommand that prints takes `--json`, and then prints nothing but JSON, one a line.
    @Suite struct JSONOutputTests {
        /// Print what is no data: a script for a shell, a map to fill in.
        private let withoutJSON: Set<String> = ["completions", "model adapt"]
        /// Is refused in a timeline for history, as this one is.
        private let liveAlone: Set<String> = ["clock accept"]

        @Test func `every printing subcommand takes --json and prints one JSON a line`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let sample = try Program.run(["sample", "uci", "--clients", "3"]).output
            try deployment.plainscore("produce", "-", "--allow-bad", input: "nonsense\n" + sample)
            try deployment.plainscore("lag", "--until-zero")
            deployment.stopAll()
            let files = try TemporaryFolder()
            let letters = try deployment.plainscore("dead-letters", "show", "--json")
            for (name, text) in [
                ("letters", letters), ("times.csv", "person,time\nuci-00100,2005-08-01\nnobody,2005-08-01\n"),
                ("events", sample.split(separator: "\n").first.map { "\($0)\n" } ?? ""),
            ] {
                try text.write(toFile: files.path(name), atomically: false, encoding: .utf8)
            }
            let list = try Program.run(["snapshot", "list", deployment.stateFolder, "--json"]).lines
            let newest = try #require(try JSONSerialization.jsonObject(with: Data(list[0].utf8)) as? [String: Any])
            let snapshot = try #require(newest["path"] as? String)

            let model = ["--model", deployment.model]
            let secret = ["--secret", deployment.secret]
            let commands: [(path: String, words: [String])] = [
                ("topics create", []), ("topics check", []), ("topics renew", ["rentals"]), ("topics restore", []),
                ("secret bind", [deployment.secret]),
                ("produce", [files.path("events"), "--no-wait"]),
                ("watch", ["--purpose", "lending", "--until-idle", "0"]),
                ("lag", []), ("status", model + ["--state", deployment.stateFolder]),
                ("explain", ["uci-00100", "nobody"] + model + secret), ("outcomes", model), ("dead-letters show", []),
                ("dead-letters resend", ["--from", files.path("letters")]), ("verify", secret),
                ("replay", ["--verify"] + model), ("replay", model + ["--against", deployment.model]),
                ("replay", model + ["--into", deployment.prefix + "again-"]),
                ("export", ["--as-of", files.path("times.csv")] + model + secret),
                ("snapshot list", [deployment.stateFolder]), ("snapshot inspect", [snapshot]),
                ("snapshot verify", [deployment.stateFolder] + model), ("features", []),
                ("features", ["statement.count.90d"]), ("features", ["uci-00100"] + model + secret),
                ("model check", [deployment.model]), ("sample uci", []),
                ("sample compare", ["--timeout", "0"]),
                ("model switch", [repository.appendingPathComponent("deploy/models/uci-mean.pmml").path]),
            ]
            // One that is new belongs in this table.
            #expect(
                Set(commands.map(\.path)).union(["dev-broker"]).union(withoutJSON).union(liveAlone)
                    == Set(try subcommands()))
            for command in commands {
                let path = command.path.split(separator: " ").map(String.init)
                let needsLog = try Program.run(path + ["--help"]).output.contains("--bootstrap")
                let log = needsLog ? ["--bootstrap", deployment.servers, "--prefix", deployment.prefix] : []
                let result = try Program.run(path + command.words + ["--json"] + log)
                #expect([0, 1].contains(result.exitCode), "\(command): \(result.errors)")
                #expect(!result.lines.isEmpty, "\(command): \(result.errors)")
                for line in result.lines { expectObject(line, "\(command)") }
            }
            let broker = try EmbeddedBroker("--json")
            expectObject(Substring(broker.firstLine), "dev-broker")
        }

        private func expectObject(_ line: Substring, _ command: String) {
            let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?.isEmpty == false, "\(command): \(line)")
        }

        /// As `plainscore help` lists them.
        private func subcommands() throws -> [String] {
            let help = try Program.run(["help"]).output.split(separator: "\n", omittingEmptySubsequences: false)
            let start = try #require(help.firstIndex(of: "Commands:"))
            return help[(start + 1)...].prefix { !$0.isEmpty }.map { line in
                line.dropFirst(2).split(separator: "  ").first.map(String.init) ?? ""
            }
        }
    }
}
