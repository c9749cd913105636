import Foundation
import Testing

/// A broker of its own whose time of day can be moved while it runs: its JVM reads the clock through
/// `Tests/C/ShiftedClock`, which adds what a file says.
public final class ShiftedBroker {
    public let broker: Broker
    private let folder: URL
    private let file: FileHandle

    public init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("plainscore-shifted-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = folder.appendingPathComponent("clock")
        try Data(count: 4096).write(to: clock)
        file = try FileHandle(forUpdating: clock)
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("C/ShiftedClock/shifted_clock.c")
        let library = folder.appendingPathComponent("shifted_clock.so").path
        try Self.run("/usr/bin/env", ["gcc", "-O2", "-shared", "-fPIC", "-o", library, source.path, "-ldl"])
        // Kafka's script starts `java`, for its tools as well: the broker alone is to have another clock.
        let java = try Self.run("/usr/bin/env", ["sh", "-c", "command -v java"])
        let wrapper = folder.appendingPathComponent("java")
        try """
        #!/bin/sh
        case " $* " in *" kafka.Kafka "*) export LD_PRELOAD=\(library) SHIFTED_CLOCK=\(clock.path) ;; esac
        exec \(java) "$@"

        """.write(to: wrapper, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper.path)
        let data = folder.appendingPathComponent("kafka").path
        // A broker that believes that a year has passed deletes what it keeps for days: that is not tested here.
        let withoutDeletion = ["--set", "log.initial.task.delay.ms=86400000"]
        let servers = try Broker.kafka(["up", data] + withoutDeletion, path: folder.path)
        broker = Broker(servers: servers, folder: data)
    }

    /// From now on the broker's clock is so many seconds ahead of the right one, or behind.
    public func shift(seconds: Int64) throws {
        try file.seek(toOffset: 0)
        var bytes: [UInt8] = []
        for place in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: (seconds * 1000) >> (8 * Int64(place)))) }
        file.write(Data(bytes))
    }

    public func down() {
        _ = try? Broker.kafka("down", broker.folder)
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
