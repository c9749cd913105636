import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// History of several topics: ticks travel on consents, events on other topics, and each event must be in the timeline
    /// before the tick that follows it.
    @Suite(.serialized) struct HistoryOrderTests {
        private let files = try! TemporaryFolder()
        /// Rounds of each test of the whole sample; PLAINSCORE_HISTORY_ROUNDS=10 is the full test.
        private static let rounds =
            Int(ProcessInfo.processInfo.environment["PLAINSCORE_HISTORY_ROUNDS"] ?? "") ?? 1

        @Test(arguments: 1...rounds)
        func `the whole sample at once gives 300 of 300 every month, while both cores are busy`(round: Int) throws {
            let load = try Load()
            let deployment = try Deployment()
            try deployment.startAll()
            let begin = Date()
            let produced = try produce(deployment, sampleFile())
            print("round \(round): produced in \(Date().timeIntervalSince(begin)) s")
            #expect(produced.exitCode == 0 && produced.output.contains("events: applied "), "\(produced.errors)")
            try expectEveryMonth(deployment)
            load.stop()
        }

        @Test(arguments: 1...rounds)
        func `so it does while a consumer is held still for 5 s in the middle`(round: Int) throws {
            let load = try Load()
            let deployment = try Deployment()
            try deployment.startAll()
            let stopped = ["accounts-consumer", "payments-consumer", "consents-consumer"][(round - 1) % 3]
            let process = try start(deployment, sampleFile())
            // The first month is over: the ticks of one month are there beside the consents.
            let consents = deployment.names.raw(.consents)
            try #require(
                try Condition(seconds: 60).holds { try deployment.ends(of: consents).reduce(0, +) >= 304 })
            deployment.signal(stopped, SIGSTOP)
            let ended = Condition(seconds: 5).holds { !process.isRunning }
            deployment.signal(stopped, SIGCONT)
            #expect(!ended, "\(stopped): it was over before the consumer stood still")
            #expect(Condition(seconds: 60).holds { !process.isRunning })
            #expect(process.terminationStatus == 0)
            try expectEveryMonth(deployment)
            load.stop()
        }

        @Test func `a consumer that is not there is named, and the run goes on from the line that is said`() throws {
            let deployment = try Deployment()
            for role in Deployment.roles where role != "accounts-consumer" { try deployment.start(role) }
            let sample = try Program.run(["sample", "uci", "--clients", "20"]).lines.map(String.init)
            let stopped = try produce(deployment, file(sample), "--timeout", "2")
            #expect(stopped.exitCode == 1)
            let tick = try #require(sample.firstIndex { $0.hasPrefix("{\"tick\"") }) + 1
            #expect(stopped.errors.contains("accounts-consumer has committed nothing for 2 s"), "\(stopped.errors)")
            #expect(stopped.errors.contains("go on from line \(tick):"), "\(stopped.errors)")

            try deployment.start("accounts-consumer")
            let rest = try produce(deployment, file(Array(sample[(tick - 1)...])))
            #expect(rest.exitCode == 0, "\(rest.errors)")
            try deployment.plainscore("lag", "--until-zero")
            try deployment.plainscore("sample", "compare", "--every-month", "--clients", "20")
            deployment.stopAll()
        }

        @Test func `it ends with what became of what it sent, and fails where events found no consent`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let month = try Program.run(["sample", "uci", "--clients", "20", "--month", "1"]).lines.map(String.init)
            let statement = try #require(month.first { $0.contains("\"statement\"") })
            let stranger = statement.replacing("\"person\":\"uci-", with: "\"person\":\"stranger-")
            func tick(_ day: Int) -> String { "{\"tick\":\"2005-05-0\(day)T00:00:00Z\"}" }

            let good = try produce(deployment, file(month))
            #expect(good.exitCode == 0, "\(good.errors)")
            #expect(good.output.hasSuffix("of \(month.count - 1) events: applied \(month.count - 1)\n"))
            // No tick yet: it still waits, and that is no failure.
            let waiting = try produce(deployment, file([stranger]))
            #expect(waiting.exitCode == 0 && waiting.output.hasSuffix("of 1 events: waiting 1\n"))
            #expect(waiting.errors.contains("1 events wait for a consent"))
            // Others' events are not counted: that one found no consent, and this run did not send it.
            let others = try produce(deployment, file([statement, tick(2)]))
            #expect(others.exitCode == 0 && others.output.hasSuffix("of 1 events: duplicate 1\n"), "\(others.output)")

            let old = statement.replacing("\"occurredAt\":11", with: "\"occurredAt\":9").replacing("-s-1", with: "-s-0")
            let conflict = statement.replacing("\"minimumDue\":0", with: "\"minimumDue\":1")
            let lines = [stranger, old, conflict, tick(3)]
            let lost = try produce(deployment, file(lines))
            #expect(lost.exitCode == 1)
            #expect(
                lost.output.hasSuffix("of 3 events: noConsent 1, conflict 1, outOfHorizon 1\n"), "\(lost.output)")
            #expect(lost.errors.contains("1 events found no consent") && lost.errors.contains("1 events are too old"))
            let allowed = try produce(deployment, file(lines + ["nonsense"]), "--allow-bad", "--json")
            #expect(allowed.exitCode == 0, "\(allowed.errors)")
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(allowed.output.utf8)) as? [String: Any])
            let counts = try #require(json["outcomes"] as? [String: Int])
            #expect(
                counts.filter { $0.value > 0 } == [
                    "conflict": 1, "outOfHorizon": 1, "waiting": 1, "refused": 1,
                ], "\(counts)")
            deployment.stopAll()
        }

        @Test func `the markers of a third party's transaction hold nobody up`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let topic = deployment.names.raw(.payments)
            let transactions = try deployment.log.transactions(id: "\(deployment.prefix)third")
            let handle = try transactions.topic(topic)
            let value = Array("given up".utf8)
            try transactions.begin()
            for partition in deployment.partitions {
                try transactions.append(
                    handle, partition: partition, key: unsafe value.span.bytes, value: unsafe value.span.bytes)
            }
            // Sent, so that the broker has something to abort.
            #expect(try Condition(seconds: 30).holds { try deployment.ends(of: topic).allSatisfy { $0 == 1 } })
            try transactions.abort()
            #expect(try Condition(seconds: 30).holds { try deployment.ends(of: topic).allSatisfy { $0 == 2 } })
            let sample = try Program.run(["sample", "uci", "--clients", "20"]).lines.map(String.init)
            let produced = try produce(deployment, file(sample), "--timeout", "10")
            #expect(produced.exitCode == 0, "\(produced.errors)")
            try expectScores(deployment, clients: 20)
            deployment.stopAll()
        }

        @Test func `what is allowed and looks wrong is said and sent; what is dated ahead is bad`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let month = try Program.run(["sample", "uci", "--clients", "1", "--month", "1"]).lines.map(String.init)
            let statement = try #require(month.first { $0.contains("\"statement\"") })
            let seconds = statement.replacing(/"occurredAt":(\d+)000,/) { "\"occurredAt\":\($0.1)," }
                .replacing("-s-1", with: "-s-2")
            let yen = statement.replacing("\"TWD\"", with: "\"JPY\"").replacing("-s-1", with: "-s-3")
            let said = try produce(
                deployment, file(month.dropLast() + [seconds, yen]), "--model", deployment.model, "--json")
            #expect(said.exitCode == 0, "\(said.errors)")
            let count = month.count - 1
            #expect(said.errors.contains("line \(count + 1): warning: occurredAt "), "\(said.errors)")
            #expect(said.errors.contains("line \(count + 2): warning: currency JPY "), "\(said.errors)")
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any])
            #expect(json["warningCount"] as? Int == 2)
            let warnings = try #require(json["warnings"] as? [[String: Any]])
            #expect(warnings.map { $0["code"] as? String } == ["secondsForMilliseconds", "currencyNotRead"])

            let ahead = Int64(Date().timeIntervalSince1970 * 1000) + 2 * 86_400_000
            let future = statement.replacing(/"occurredAt":\d+,/) { _ in "\"occurredAt\":\(ahead)," }
            let refused = try produce(deployment, file([future]))
            #expect(refused.exitCode == 1 && refused.errors.contains("line 1: datedAhead occurredAt: "))
            deployment.stopAll()
        }

        // MARK: - Running

        private func produce(_ deployment: Deployment, _ file: String, _ more: String...) throws -> Program.Result {
            try Program.run(
                ["produce", file, "--prefix", deployment.prefix] + more, bootstrap: deployment.servers)
        }

        /// The same, not waited for.
        private func start(_ deployment: Deployment, _ file: String) throws -> Process {
            let process = Process()
            process.executableURL = try Program.folder().appendingPathComponent("plainscore")
            process.arguments = [
                "produce", file, "--prefix", deployment.prefix, "--bootstrap", deployment.servers,
            ]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            return process
        }

        private func sampleFile() throws -> String { try file(Program.run(["sample", "uci"]).lines.map(String.init)) }

        private func file(_ lines: [String]) throws -> String {
            let path = files.path("\(UUID().uuidString).ndjson")
            try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }

        private func expectEveryMonth(_ deployment: Deployment) throws {
            try expectScores(deployment)
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        }

        private func expectScores(_ deployment: Deployment, clients: Int? = nil) throws {
            try deployment.plainscore("lag", "--until-zero", "--timeout", "120")
            let choice = clients.map { ["--clients", "\($0)"] } ?? []
            let said = try deployment.plainscore(["sample", "compare", "--every-month", "--json"] + choice)
            #expect(said.contains("\"equal\":\(clients ?? 300),"), "\(said)")
        }
    }
}

/// Processes that keep both cores busy until it is stopped.
private final class Load {
    private var processes: [Process] = []

    init() throws {
        for _ in 0..<2 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", "while :; do :; done"]
            try process.run()
            processes.append(process)
        }
    }

    deinit { stop() }

    func stop() {
        for process in processes where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        processes = []
    }
}
