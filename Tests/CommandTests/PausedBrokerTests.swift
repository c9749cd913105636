import Foundation
import TestBroker
import Testing

/// A broker that takes connections and answers nobody holds up no command: each ends by itself and says why.
@Suite(.serialized) struct PausedBrokerTests {
    /// How long a command may take in all, s: it waits 15 s for an answer, and many of them share the machine here.
    private static let secondsMax = 75.0

    private let broker: EmbeddedBroker
    private let files: TemporaryFolder

    init() throws {
        broker = try EmbeddedBroker("--history", "--day-offset", "none", "--partitions", "1")
        files = try TemporaryFolder()
        let bound = try Program.run(["secret", "bind", files.path("secret")], bootstrap: broker.servers)
        try #require(bound.exitCode == 0, "\(bound.errors)")
    }

    @Test func `every command that talks to a broker ends where the broker is paused, with a sentence and not with 0`()
        throws
    {
        try "{\"tick\":\"2005-05-01T00:00:00Z\"}\n".write(
            toFile: files.path("events"), atomically: false, encoding: .utf8)
        try "person,time\na,2005-05-01T00:00:00Z\n".write(
            toFile: files.path("times"), atomically: false, encoding: .utf8)
        try "{\"topic\":\"payments\",\"partition\":0,\"offset\":0}\n".write(
            toFile: files.path("letters"), atomically: false, encoding: .utf8)
        let words = try wordsByCommand()
        broker.pause()
        var running: [(command: String, process: RunningProgram)] = []
        for command in try commandsThatTalkToABroker() {
            let words = try #require(words[command], "say in this test how to call '\(command)'")
            let call = command.split(separator: " ").map(String.init) + words
            running.append((command, try RunningProgram(call, bootstrap: broker.servers)))
        }
        #expect(running.count > 15)
        let end = Date(timeIntervalSinceNow: Self.secondsMax)
        for (command, process) in running {
            let code = process.exitCode(before: end)
            #expect(code != nil && code != 0 && code! < 128, "\(command): \(code.map { "\($0)" } ?? "still runs")")
            #expect(process.errors.contains("no broker answers at \(broker.servers)"), "\(command): \(process.errors)")
        }
        broker.resume()
    }

    @Test func `who follows says that no broker answers, goes on when it is back, and stops when told to`() throws {
        let lag = try RunningProgram(
            ["lag", "--until-zero", "--timeout", "40"], bootstrap: broker.servers)
        let watch = try RunningProgram(
            ["watch", "--purpose", "lending", "--table"], bootstrap: broker.servers)
        // Both have had an answer before the broker falls silent: the table's heading comes after the first one, and whoever
        // asks now is answered after those that have asked before.
        #expect(watch.prints("CLIENT", within: 30))
        let behind = try Program.run(["lag", "--json"], bootstrap: broker.servers)
        #expect(behind.lines.contains { $0.contains("\"lag\":1}") }, "\(behind.output)")
        broker.pause()
        for process in [watch, lag] { #expect(process.says("waiting for an answer", within: 45), "\(process.errors)") }
        broker.resume()
        for process in [watch, lag] { #expect(process.says("a broker answers again", within: 45), "\(process.errors)") }
        #expect(lag.exitCode(before: Date(timeIntervalSinceNow: 60)) == 1)
        #expect(lag.errors.contains("not zero after 40 s"))
        broker.pause()
        watch.stop()
        // It has 5 s for a last look.
        #expect(watch.exitCode(before: Date(timeIntervalSinceNow: 15)) == 1)
        #expect(watch.errors.contains("5 s after it was told to stop"), "\(watch.errors)")
        broker.resume()
    }

    @Test func `a role that is told to stop while it waits for an answer ends with 0 before it is ended by force`()
        throws
    {
        broker.pause()
        let secret = ["--secret", files.path("secret")]
        let role = try RunningProgram(secret, of: "payments-consumer", bootstrap: broker.servers)
        #expect(role.says("\"event\":\"started\"", within: 10))
        role.stop()
        // Docker and Kubernetes wait for so long.
        #expect(role.exitCode(before: Date(timeIntervalSinceNow: 20)) == 0)
        let last = try #require(role.errors.split(separator: "\n").last)
        #expect(last.contains("\"event\":\"stopCutShort\""), "\(role.errors)")
        broker.resume()
    }

    @Test func `status ends on a broker that describes no groups, and says what it does not know`() throws {
        let text = try Program.run(["status"], bootstrap: broker.servers)
        #expect(text.exitCode == 0 && text.errors.isEmpty, "\(text.errors)")
        #expect(text.lines.count { $0.split(separator: " ").dropFirst().first == "?" } == 7, "\(text.output)")
        let json = try Program.run(["status", "--json"], bootstrap: broker.servers)
        #expect(json.output.contains("\"members\":null") && json.output.contains("\"unknown\":[]"), "\(json.output)")
    }

    /// What each command is called with, so that it comes to ask a broker.
    private func wordsByCommand() throws -> [String: [String]] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let card = folder.appendingPathComponent("../../deploy/models/uci-max.pmml").standardizedFileURL.path
        let model = ["--model", card]
        let against = ["--against", card]
        let secret = ["--secret", files.path("secret")]
        return [
            "topics create": [], "topics check": [], "topics renew": ["payments"], "topics restore": model,
            "secret bind": [files.path("other")],
            "produce": [files.path("events")], "watch": ["--purpose", "lending"], "lag": [], "status": [],
            "explain": ["ada"] + secret + model, "outcomes": model, "dead-letters show": [],
            "dead-letters resend": ["--from", files.path("letters")], "verify": secret,
            "replay": model + against, "export": ["--as-of", files.path("times")] + secret + model,
            "features": ["ada"] + secret + model, "model switch": [card], "clock accept": [],
            "sample compare": [], "snapshot verify": [files.path("")] + model,
        ]
    }

    /// By the program's own help, so that a new one is not forgotten.
    private func commandsThatTalkToABroker() throws -> [String] {
        let lines = try Program.run(["help"]).output.split(separator: "\n", omittingEmptySubsequences: false)
        let listed = lines.drop { $0 != "Commands:" }.dropFirst().prefix { !$0.isEmpty }
        let names = listed.map { line in
            line.dropFirst(2).split(separator: "  ", maxSplits: 1)[0].trimmingCharacters(in: .whitespaces)
        }
        return try names.filter { name in
            let words = name.split(separator: " ").map(String.init)
            return try Program.run(words + ["--help"]).output.contains("\n  --bootstrap ")
        }
    }
}

/// A program while it runs.
private final class RunningProgram {
    private let process = Process()
    private let output = ProgramOutput()
    private let errorOutput = ProgramOutput()
    private let hasEnded = DispatchSemaphore(value: 0)

    init(_ words: [String], of program: String = "plainscore", bootstrap: String) throws {
        process.executableURL = try Program.folder().appendingPathComponent(program)
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(["PLAINSCORE_BOOTSTRAP": bootstrap]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.pipe
        process.standardError = errorOutput.pipe
        process.terminationHandler = { [hasEnded] _ in hasEnded.signal() }
        try process.run()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var errors: String { errorOutput.text }

    /// 128 and more after a signal; nil where it still runs. To be asked once.
    func exitCode(before end: Date) -> Int32? {
        guard hasEnded.wait(timeout: .now() + max(0, end.timeIntervalSinceNow)) == .success else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
    }

    func prints(_ words: String, within seconds: Double) -> Bool { output.has(words, within: seconds) }

    /// On standard error.
    func says(_ words: String, within seconds: Double) -> Bool { errorOutput.has(words, within: seconds) }

    func stop() { process.terminate() }
}

/// What a program writes to one of its streams; whoever waits for words is woken by what comes.
private final class ProgramOutput {
    let pipe = Pipe()
    private var bytes = Data()
    private var isAtEnd = false

    /// All that has come so far.
    var text: String {
        while take(within: 0) {}
        return String(decoding: bytes, as: UTF8.self)
    }

    func has(_ words: String, within seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while !text.contains(words) {
            guard take(within: end.timeIntervalSinceNow) else { return text.contains(words) }
        }
        return true
    }

    /// Waits for more; false where none has come.
    private func take(within seconds: Double) -> Bool {
        guard !isAtEnd else { return false }
        let reading = pipe.fileHandleForReading
        var ready = pollfd(fd: reading.fileDescriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&ready, 1, Int32(max(0, seconds) * 1000)) > 0 else { return false }
        let more = reading.availableData
        isAtEnd = more.isEmpty
        bytes += more
        return !isAtEnd
    }
}
