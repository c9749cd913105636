import Foundation
import Testing

/// A Kafka broker of the tests' own, run by the `kafka` script of `PLAINSCORE_KAFKA_HOME`; without the variable, suites
/// that need one are skipped and say so.
public struct Broker: Sendable {
    public static let home = ProcessInfo.processInfo.environment["PLAINSCORE_KAFKA_HOME"]
    @TaskLocal public static var current: Broker?

    public let servers: String
    public let folder: String

    /// Runs the script and returns what it printed.
    @discardableResult
    public static func kafka(_ arguments: String..., input: String = "") throws -> String {
        try kafka(arguments, input: input)
    }

    /// - Parameter path: a folder whose programs go before all others.
    @discardableResult
    public static func kafka(_ arguments: [String], input: String = "", path: String? = nil) throws -> String {
        let process = Process()
        if let path {
            var environment = ProcessInfo.processInfo.environment
            environment["PATH"] = "\(path):\(environment["PATH"] ?? "")"
            process.environment = environment
        }
        process.executableURL = URL(fileURLWithPath: try #require(home)).appendingPathComponent("kafka")
        process.arguments = arguments
        let output = Pipe()
        let feed = Pipe()
        process.standardOutput = output
        process.standardInput = feed
        try process.run()
        feed.fileHandleForWriting.write(Data(input.utf8))
        try feed.fileHandleForWriting.close()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "kafka \(arguments)")
        return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// Brings one broker, or more, up around a suite, and down after it.
public struct BrokerTrait: SuiteTrait, TestScoping {
    private let settings: [String]
    private let brokers: Int

    /// `settings` are properties of each broker, `key=value`.
    public init(settings: [String] = [], brokers: Int = 1) {
        self.settings = settings
        self.brokers = brokers
    }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("plainscore-kafka-\(UUID().uuidString)").path
        let options = ["--brokers", "\(brokers)"] + settings.flatMap { ["--set", $0] }
        let broker = Broker(servers: try Broker.kafka(["up", folder] + options), folder: folder)
        defer {
            _ = try? Broker.kafka("down", folder)
            try? FileManager.default.removeItem(atPath: folder)
        }
        try await Broker.$current.withValue(broker) { try await function() }
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips what needs a real broker where there is none.
    public static var realBroker: Self {
        .enabled(if: Broker.home != nil, "PLAINSCORE_KAFKA_HOME is not set: nothing was tested on a real broker")
    }
}
