import Events
import Foundation
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// deploy/examples as a newcomer runs them, beside the seven roles: events in, expected scores out, each change once.
    @Suite struct ExamplesTests {
        private let examples = repository.appendingPathComponent("deploy/examples").path
        private let files = try! TemporaryFolder()

        @Test(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
        func `Python publishes JSON and Protobuf; the subscriber, killed again and again, has each change once`() throws
        {
            let deployment = try Deployment()
            try deployment.startAll()
            let python = try #require(PythonTools.shared)
            let environment = environment(deployment).merging(["PYTHONPATH": python.classes]) { $1 }
            let (first, second) = try eventFiles(clients: 60)
            let database = files.path("changes.db")
            let subscribe = [python.path, "\(examples)/subscribe.py", database]

            // Killed in the middle of the stream: the rest is published after.
            let published = try Shell.expect(python.path, "\(examples)/publish.py", first, environment: environment)
            #expect(published == "\(try lineCount(first)) of \(try lineCount(first)) events delivered\n")
            var kept = 0
            for round in 1...2 {
                let subscriber = Shell.process(subscribe, environment)
                try subscriber.run()
                let goesOn = try Condition(seconds: 30).holds { try self.kept(database, python) > kept }
                kill(subscriber.processIdentifier, SIGKILL)
                subscriber.waitUntilExit()
                #expect(goesOn, "round \(round)")
                kept = try self.kept(database, python)
                try Shell.expect(
                    [python.path, "\(examples)/publish.py", "--protobuf", try part(second, round)],
                    environment: environment)
            }
            try finish(deployment)
            let said = try Shell.expect(subscribe + ["--until-end"], environment: environment)
            let records = try deployment.partitions.flatMap { partition in
                try deployment.records(deployment.names.scoreChanges(.lending), partition).map {
                    "\(partition)@\($0.offset) \(String(decoding: $0.value, as: UTF8.self))"
                }
            }
            #expect(said == "\(records.count) changes, 60 of 60 openings exactly once\n")
            #expect(kept > 0 && kept < records.count)
            // Nothing left out, nothing twice, and every byte as it was published.
            let rows = "SELECT partition || '@' || offset || ' ' || CAST(value AS TEXT) FROM change"
            #expect(
                try query(database, rows, python).split(separator: "\n").map(String.init).sorted() == records.sorted())
            try expectScores(deployment)
        }

        @Test(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
        func `Python tells a timeline for history the time, and each month's scores are the expected ones`() throws {
            let deployment = try Deployment()
            for role in Deployment.roles where role != "accounts-consumer" { try deployment.start(role) }
            let python = try #require(PythonTools.shared)
            let lines = try Program.run(["sample", "uci", "--clients", "60"]).lines
            try (lines.joined(separator: "\n") + "\n").write(
                toFile: files.path("history"), atomically: false, encoding: .utf8)
            let publish = [python.path, "\(examples)/publish.py", files.path("history")]
            // A consumer that is not there is named, with the line to go on from.
            let tick = try #require(lines.firstIndex { $0.hasPrefix("{\"tick\"") }) + 1
            let failure = #expect(throws: Shell.Failure.self) {
                try Shell.expect(publish + ["--timeout", "2"], environment: environment(deployment))
            }
            #expect(
                failure?.description.contains("accounts-consumer stands still") == true,
                "\(String(describing: failure))")
            #expect(failure?.description.contains("publish again from line \(tick)") == true)

            try deployment.start("accounts-consumer")
            // The events that were sent before are duplicates.
            let said = try Shell.expect(publish, environment: environment(deployment))
            #expect(said == "\(lines.count - 6) of \(lines.count - 6) events delivered\n")
            try deployment.plainscore("lag", "--until-zero")
            try deployment.plainscore("sample", "compare", "--every-month", "--clients", "60")
            deployment.stopAll()
        }

        @Test(.enabled(if: Shell.has("kcat"), "no kcat (Debian: kcat): its examples were not run"))
        func `kcat publishes JSON and counts each change once`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let (first, second) = try eventFiles(clients: 60)
            for file in [first, second] {
                try Shell.expect("\(examples)/publish-kcat", file, environment: environment(deployment))
            }
            try finish(deployment)
            let said = try Shell.expect("\(examples)/subscribe-kcat", environment: environment(deployment))
            let count = try deployment.published().joined().count
            #expect(said == "\(count) changes of 60 openings, 0 out of order\n")
            try expectScores(deployment)
        }

        @Test(.enabled(if: Shell.has("javac"), "no JDK: the Java examples were not run"))
        func `Java publishes JSON and counts each change once`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let jars = try #require(Broker.home) + "/lib/*"
            let (first, second) = try eventFiles(clients: 60)
            for file in [first, second] {
                let said = try Shell.expect(
                    "java", "-cp", jars, "\(examples)/Publish.java", file, environment: environment(deployment))
                #expect(said.hasSuffix("\(try lineCount(file)) events delivered\n"), "\(said)")
            }
            try finish(deployment)
            let said = try Shell.expect(
                "java", "-cp", jars, "\(examples)/Subscribe.java", environment: environment(deployment))
            let count = try deployment.published().joined().count
            #expect(said.hasSuffix("\(count) changes of 60 openings, 0 out of order\n"), "\(said)")
            try expectScores(deployment)
        }

        @Test(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
        func `each subscriber says that a topic is not there`() throws {
            let python = try #require(PythonTools.shared)
            let jars = try #require(Broker.home) + "/lib/*"
            var subscribers = [[python.path, "\(examples)/subscribe.py", files.path("nothing.db"), "--until-end"]]
            if Shell.has("kcat") { subscribers.append(["\(examples)/subscribe-kcat"]) }
            if Shell.has("javac") { subscribers.append(["java", "-cp", jars, "\(examples)/Subscribe.java"]) }
            for words in subscribers {
                let failure = #expect(throws: Shell.Failure.self, "\(words)") {
                    try Shell.expect(
                        words,
                        environment: [
                            "PLAINSCORE_BOOTSTRAP": try #require(Broker.current).servers,
                            "PLAINSCORE_PREFIX": Deployment.newPrefix(),
                        ])
                }
                let said = failure?.description ?? ""
                #expect(said.contains("score-changes.lending"), "\(said)")
            }
        }

        private func environment(_ deployment: Deployment) -> [String: String] {
            ["PLAINSCORE_BOOTSTRAP": deployment.servers, "PLAINSCORE_PREFIX": deployment.prefix]
        }

        /// The events of the first clients, without ticks, in two files.
        private func eventFiles(clients: Int) throws -> (String, String) {
            let lines = try Program.run(["sample", "uci", "--clients", "\(clients)"]).lines
                .filter { !$0.hasPrefix("{\"tick\"") }
            try #require(lines.count > 2 * clients)
            let half = lines.count / 2
            for (name, part) in [("first", lines[..<half]), ("second", lines[half...])] {
                try (part.joined(separator: "\n") + "\n").write(
                    toFile: files.path(name), atomically: false, encoding: .utf8)
            }
            return (files.path("first"), files.path("second"))
        }

        /// One half of a file, as a file.
        private func part(_ path: String, _ number: Int) throws -> String {
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            let half = number == 1 ? lines[..<(lines.count / 2)] : lines[(lines.count / 2)...]
            let name = "\(path)-\(number)"
            try (half.joined(separator: "\n") + "\n").write(toFile: name, atomically: false, encoding: .utf8)
            return name
        }

        private func lineCount(_ path: String) throws -> Int {
            try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count
        }

        /// The operator's ticks, up to the month's end, and all of it through the roles.
        private func finish(_ deployment: Deployment) throws {
            let ticks = try Program.run(["sample", "uci", "--clients", "60"]).lines.filter { $0.hasPrefix("{\"tick\"") }
            try deployment.plainscore("produce", "-", input: ticks.joined(separator: "\n") + "\n")
            try deployment.plainscore("lag", "--until-zero")
        }

        private func expectScores(_ deployment: Deployment) throws {
            var view = SubscriberView()
            for change in try deployment.published().joined() { try view.take(change.value) }
            #expect(try view.scoresEqualToExpected() == 60)
            #expect(view.faults.isEmpty, "\(view.faults.prefix(5))")
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        }

        /// How many changes the subscriber has stored; 0 as long as it has made no table.
        private func kept(_ database: String, _ python: PythonTools) throws -> Int {
            guard let text = try? query(database, "SELECT count(*) FROM change", python) else { return 0 }
            return try #require(Int(text.trimmingCharacters(in: .newlines)))
        }

        private func query(_ database: String, _ text: String, _ python: PythonTools) throws -> String {
            let program =
                "import sqlite3, sys\nfor row, in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(row)"
            return try Shell.expect(python.path, "-c", program, database, text)
        }
    }
}
