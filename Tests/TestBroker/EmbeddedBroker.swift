import Foundation
import Testing

/// `plainscore dev-broker` as a process: a broker for tests that need no Java.
public final class EmbeddedBroker {
    public let servers: String
    /// What it printed first, when it was ready.
    public let firstLine: String
    private let process = Process()
    private let files: TemporaryFolder

    /// Returns when the timeline of this broker is made.
    public init(_ options: String...) throws {
        files = try TemporaryFolder()
        process.executableURL = try Program.folder().appendingPathComponent("plainscore")
        process.arguments = ["dev-broker"] + options
        for name in ["out", "err"] { _ = FileManager.default.createFile(atPath: files.path(name), contents: nil) }
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: files.path("out")))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: files.path("err")))
        try process.run()
        let end = Date(timeIntervalSinceNow: 30)
        var lines: [Substring] = []
        repeat {
            lines = try String(contentsOfFile: files.path("out"), encoding: .utf8).split(separator: "\n")
            // With --json both are in one.
        } while lines.count < (options.contains("--json") ? 1 : 2) && process.isRunning && Date() < end
        let errors = (try? String(contentsOfFile: files.path("err"), encoding: .utf8)) ?? ""
        let ready = try #require(lines.first, "dev-broker: \(errors)")
        firstLine = String(ready)
        if options.contains("--json") {
            let object = try JSONSerialization.jsonObject(with: Data(ready.utf8)) as? [String: Any]
            servers = try #require(object?["bootstrap"] as? String, "\(ready)")
            return
        }
        try #require(ready.hasPrefix("PLAINSCORE_BOOTSTRAP=") && lines.count == 2, "\(lines)")
        servers = String(ready.dropFirst("PLAINSCORE_BOOTSTRAP=".count))
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Waits until it has ended by itself, at most so long; its exit code, nil where it still runs.
    public func ended(within seconds: Double) -> Int32? {
        let end = Date(timeIntervalSinceNow: seconds)
        while process.isRunning, Date() < end {}
        return process.isRunning ? nil : process.terminationStatus
    }

    /// From now on it takes connections and answers nobody, as a broker does whose machine has stopped.
    public func pause() { kill(process.processIdentifier, SIGSTOP) }
    public func resume() { kill(process.processIdentifier, SIGCONT) }

    /// SIGTERM; the exit code, nil where it has not ended within 10 s.
    public func stop() -> Int32? {
        process.terminate()
        return ended(within: 10)
    }

    /// What it has written to standard error.
    public var errors: String { (try? String(contentsOfFile: files.path("err"), encoding: .utf8)) ?? "" }
}

/// Letters and digits by chance: what compression makes no smaller, nearly.
public func randomText(_ count: Int, using random: inout some RandomNumberGenerator) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    return String(
        decoding: (0..<count).map { _ in alphabet[Int(random.next() & 63 as UInt64)] }, as: UTF8.self)
}
