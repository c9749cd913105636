import Events
import Foundation
import Pipeline
import TestBroker
import Testing

/// deploy/examples where things are not as they should be: a subscriber that begins late, comes back late or is killed; input
/// that is spelled otherwise or bad. On `plainscore dev-broker`, whose records have the times that their producer gives them.
@Suite(
    .serialized,
    .enabled(if: PythonTools.shared != nil && Shell.has("kcat"), "no Python with confluent-kafka, or no kcat"))
struct ExampleSituationsTests {
    private let examples = repository.appendingPathComponent("deploy/examples").path
    private let files = try! TemporaryFolder()
    private let python = PythonTools.shared!
    private let deployment: Deployment
    private let broker: EmbeddedBroker

    init() throws {
        broker = try EmbeddedBroker("--history", "--day-offset", "none")
        deployment = try Deployment(on: broker)
    }

    // MARK: - Subscribers

    @Test func `a subscriber may begin late and come back late; from there on a missing number is a loss`() throws {
        let database = files.path("changes.db")
        let subscribe = [python.path, "\(examples)/subscribe.py", database, "--until-end"]
        // Of grant a the topic has kept the fourth change; the other ones are older than 7 days.
        try publish("a 4 30", "b 1 3", "b 2 2", "a 5 1")
        let late = "1 of these openings begin at a later number: the topic kept only the latest change of that time\n"
        #expect(try run(subscribe) == "4 changes, 2 of 2 openings exactly once\n" + late)
        #expect(try run(["\(examples)/subscribe-kcat"]) == "4 changes of 2 openings, 0 out of order\n" + late)

        // Eight days pass, in which b moves three times and the topic is thinned out.
        try query(database, "UPDATE position SET read_at = read_at - 8 * 86400000")
        try publish("b 5 0")
        #expect(
            try run(subscribe) == "5 changes, 2 of 2 openings exactly once\n" + late.replacing("1 of", with: "2 of"))

        // It is there when number 7 of a comes without number 6.
        try publish("b 6 0", "a 7 0")
        #expect(try failure(subscribe).contains("number 7 follows 5, and the topic keeps all of that time"))
        #expect(try failure(["\(examples)/subscribe-kcat"]).contains("number 7 where 6 is due"))
        // For whoever begins only now, all that may have been thinned out. After that a grant begins with its first change.
        let begun = [python.path, "\(examples)/subscribe.py", files.path("begun.db"), "--until-end"]
        #expect(try run(begun).hasPrefix("7 changes, 2 of 2 openings exactly once\n"))
        try publish("c 2 0")
        #expect(try failure(begun).contains("number 2 follows 0"))
    }

    @Test func `a subscriber that is killed in the middle, after a late beginning, has each change once`() throws {
        let database = files.path("killed.db")
        let subscribe = [python.path, "\(examples)/subscribe.py", database]
        let grants = 20
        try publish((0..<grants).map { "g\($0) 10 20" })
        var kept = 0
        for round in 1...3 {
            let subscriber = Shell.process(subscribe, environment)
            try subscriber.run()
            try publish((0..<50).flatMap { step in (0..<grants).map { "g\($0) \(10 + step + 50 * round - 49) 0" } })
            let goesOn = try Condition(seconds: 30).holds { try count(database) > kept }
            kill(subscriber.processIdentifier, SIGKILL)
            subscriber.waitUntilExit()
            #expect(goesOn, "round \(round)")
            kept = try count(database)
        }
        let said = try run(subscribe + ["--until-end"])
        let records = try deployment.records(deployment.names.scoreChanges(.lending), 0)
        #expect(said.hasPrefix("\(records.count) changes, \(grants) of \(grants) openings exactly once\n"), "\(said)")
        let rows = try query(database, "SELECT offset || ' ' || CAST(value AS TEXT) FROM change ORDER BY offset")
        #expect(rows == records.map { "\($0.offset) \(String(decoding: $0.value, as: UTF8.self))\n" }.joined())
    }

    // MARK: - Publishers

    @Test func `blanks, a byte order mark, line ends of Windows and names of the schema all arrive`() throws {
        let file = files.path("spelled")
        let events = try events(20)
        let spelled = events.enumerated().map { index, line in
            index.isMultiple(of: 2)
                ? line.replacing("\":", with: "\" : ").replacing("\"eventId\"", with: "\"event_id\"") : line + "\r"
        }
        let text = "\u{FEFF}" + spelled.joined(separator: "\n") + "\n"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        for publish in [["\(examples)/publish-kcat", file], [python.path, "\(examples)/publish.py", file]] {
            let before = try published().count
            _ = try run(publish)
            let after = try published()
            #expect(after.count == before + events.count, "\(publish)")
        }
        for value in try published() { #expect(value.hasPrefix("{"), "\(value)") }
    }

    @Test func `before a bad line all is delivered, or nothing is, and the line is named`() throws {
        let events = try events(10)
        for (name, bad) in [
            ("cut", String(events[5].dropLast(20))), ("bodiless", #"{"eventId":"e","person":"p"}"#),
            ("nobody", events[5].replacing("\"person\"", with: "\"persona\"")), ("list", "[1]"),
        ] {
            let file = files.path(name)
            let lines = events[..<5] + [bad] + events[5...]
            try lines.joined(separator: "\n").write(toFile: file, atomically: false, encoding: .utf8)
            let before = try published().count
            let said = try failure([python.path, "\(examples)/publish.py", file])
            #expect(said.contains("line 6: ") && said.contains("5 events, is delivered"), "\(said)")
            #expect(try published().count == before + 5, "\(name)")
            if name == "cut" { continue }  // kcat's example looks for topic and person alone
            #expect(try failure(["\(examples)/publish-kcat", file]).contains("line 6: "))
            #expect(try published().count == before + 5, "\(name)")
        }
    }

    @Test func `a publisher that is killed loses nothing when it is started again`() throws {
        let events = try events(3_000)
        let file = files.path("many")
        try events.joined(separator: "\n").write(toFile: file, atomically: false, encoding: .utf8)
        for words in [[python.path, "\(examples)/publish.py", file], ["\(examples)/publish-kcat", file]] {
            let before = try published().count
            let publisher = Shell.process(words, environment)
            try publisher.run()
            #expect(try Condition(seconds: 30).holds { try published().count > before })
            kill(publisher.processIdentifier, SIGKILL)
            publisher.waitUntilExit()
            _ = try run(words)
            // Ids make repeats harmless, so each event at least once is what it takes.
            #expect(Set(try published()).isSuperset(of: events))
        }
    }

    // MARK: - Around them

    private var environment: [String: String] { ["PLAINSCORE_BOOTSTRAP": broker.servers, "PLAINSCORE_PREFIX": ""] }

    private func run(_ words: [String]) throws -> String { try Shell.expect(words, environment: environment) }

    /// What a program says that must not end with 0.
    private func failure(_ words: [String]) throws -> String {
        let failure = #expect(throws: Shell.Failure.self) { try run(words) }
        return failure?.description ?? ""
    }

    private func publish(_ lines: String...) throws { try publish(lines) }

    /// Score changes, each as `GRANT NUMBER AGE-IN-DAYS`, all in one partition.
    private func publish(_ lines: [String]) throws {
        let program = """
            import json, sys, time
            from confluent_kafka import Producer
            producer = Producer({"bootstrap.servers": sys.argv[1]})
            for line in sys.argv[2].splitlines():
                grant, number, days = line.split()
                change = {"grantId": grant, "number": int(number),
                          "opening": {"topic": "consents", "partition": 0, "offset": 7}, "kind": "CHANGE", "score": 500}
                producer.produce("score-changes.lending", json.dumps(change, separators=(",", ":")), grant, partition=0,
                                 timestamp=int((time.time() - int(days) * 86400) * 1000))
            sys.exit(producer.flush(30))
            """
        _ = try run([python.path, "-c", program, broker.servers, lines.joined(separator: "\n")])
    }

    private func events(_ count: Int) throws -> [String] {
        try Program.run(["sample", "uci"]).lines.filter { !$0.hasPrefix("{\"tick\"") }.prefix(count).map(String.init)
    }

    /// The values of all raw topics.
    private func published() throws -> [String] {
        try RawTopic.events.flatMap { topic in
            try deployment.partitions.flatMap { try deployment.records(deployment.names.raw(topic), $0) }
        }.map { String(decoding: $0.value, as: UTF8.self) }
    }

    private func count(_ database: String) throws -> Int {
        guard let text = try? query(database, "SELECT count(*) FROM change") else { return 0 }
        return try #require(Int(text.trimmingCharacters(in: .newlines)))
    }

    @discardableResult
    private func query(_ database: String, _ text: String) throws -> String {
        let program = """
            import sqlite3, sys
            with sqlite3.connect(sys.argv[1]) as database:
                for row, in database.execute(sys.argv[2]): print(row)
            """
        return try Shell.expect(python.path, "-c", program, database, text)
    }
}
