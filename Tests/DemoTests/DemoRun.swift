import Foundation
import TestBroker
import Testing

let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

/// A script of deploy/ in a temporary folder of its own, what it prints, and what it leaves behind.
final class DemoRun {
    private let files: TemporaryFolder
    /// Its TMPDIR: all that it starts inherits a path below, which is how whatever is left is found.
    let folder: String
    private let log: String
    private let process = Process()

    /// Starts `deploy/demo --no-build` with these words, or another command line in a shell.
    init(_ words: [String] = [], shell: String? = nil, _ environment: [String: String] = [:]) throws {
        files = try TemporaryFolder()
        folder = files.path("tmp")
        log = files.path("log")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = shell.map { ["-c", $0] } ?? (["deploy/demo", "--no-build"] + words)
        process.currentDirectoryURL = checkout
        var all = ProcessInfo.processInfo.environment
        all["PLAINSCORE_KAFKA_HOME"] = nil
        all["TMPDIR"] = folder
        process.environment = all.merging(environment) { $1 }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try withoutBlockedSignals { try process.run() }
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// All that it has printed so far.
    var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    var lines: [Substring] { text.split(separator: "\n") }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Whether it prints that before the deadline, and before it ends.
    func prints(_ expected: String, seconds: Double = 90) -> Bool {
        wait(seconds) { text.contains(expected) || !process.isRunning } && text.contains(expected)
    }

    /// The exit code; nil where it has not ended by the deadline.
    func exitCode(seconds: Double = 120) -> Int32? {
        guard wait(seconds, { !process.isRunning }) else { return nil }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// The processes that it has started and that still run, and the files in its folder; empty where all is gone.
    func leftBehind() throws -> [String] {
        var left: [String] = []
        // What was killed at the end may take a moment to go.
        _ = wait(5) {
            left = processes()
            return left.isEmpty
        }
        return try left + FileManager.default.contentsOfDirectory(atPath: folder)
    }

    private func processes() -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { Int32($0) != nil }.compactMap { pid in
            guard let environment = FileManager.default.contents(atPath: "/proc/\(pid)/environ"),
                environment.range(of: Data("TMPDIR=\(folder)".utf8)) != nil,
                let words = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")
            else { return nil }
            return "\(pid): " + String(decoding: words, as: UTF8.self).replacing("\0", with: " ")
        }
    }

    private func wait(_ seconds: Double, _ condition: () -> Bool) -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while !condition() {
            if Date() > deadline { return false }
            usleep(20_000)  // between two looks at the condition
        }
        return true
    }
}

extension DemoRun {
    /// The process ids of the roles, as it has printed them; a role that was started again has several.
    func pids(of role: String? = nil) -> [Int32] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 4, words[1] == "ready", words[2] == "pid", role == nil || role! == words[0] else {
                return nil
            }
            return Int32(words[3])
        }
    }

    /// The broker's, from `… pid 123, in memory`.
    var brokerPID: Int32? {
        lines.first { $0.contains("dev-broker at") }?.split(separator: " ").drop { $0 != "pid" }.dropFirst().first
            .flatMap { Int32($0.filter(\.isNumber)) }
    }

    /// The persons in its table.
    var clients: Set<Substring> {
        Set(lines.filter { $0.hasPrefix("   client-") }.compactMap { $0.split(separator: " ").first })
    }

    /// The commands that it prints to try next, by what is in them.
    func command(with text: String) throws -> String {
        let line = try #require(lines.last { $0.hasPrefix("     ") && $0.contains(text) }, "no command with \(text)")
        return line.trimmingCharacters(in: .whitespaces)
    }
}

/// A thread of a test blocks nearly all signals, and what it starts would inherit that; a shell's child does not.
private func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
    var none = sigset_t()
    var before = sigset_t()
    unsafe sigemptyset(&none)
    unsafe pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    try body()
}
