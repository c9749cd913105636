import Foundation
import Testing

/// A Kafka broker of the test's own, run by the `kafka` script of `PLAINSCORE_KAFKA_HOME`.
struct Broker: Sendable {
    static let home = ProcessInfo.processInfo.environment["PLAINSCORE_KAFKA_HOME"]
    @TaskLocal static var current: Broker?

    let servers: String
    let folder: String

    fileprivate static func kafka(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(home)).appendingPathComponent("kafka")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "kafka \(arguments)")
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

struct BrokerTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("command-\(UUID().uuidString)").path
        let servers = try Broker.kafka("up", folder, "--set", "offsets.retention.minutes=43200")
        defer {
            _ = try? Broker.kafka("down", folder)
            try? FileManager.default.removeItem(atPath: folder)
        }
        let broker = Broker(servers: servers, folder: folder)
        try await Broker.$current.withValue(broker) { try await function() }
    }
}
