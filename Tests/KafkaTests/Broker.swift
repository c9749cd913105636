import Foundation
import Kafka
import Log
import Testing

/// Everything that needs a real broker: one is brought up for all of it, and the tests run one after the other.
@Suite(
    .serialized, .broker,
    .enabled(if: Broker.home != nil, "PLAINSCORE_KAFKA_HOME is not set: nothing was tested on a real broker"))
struct OnARealBroker {}

/// A broker of the test's own, run by the `kafka` script of `PLAINSCORE_KAFKA_HOME`.
struct Broker: Sendable {
    static let home = ProcessInfo.processInfo.environment["PLAINSCORE_KAFKA_HOME"]
    @TaskLocal static var current: Broker?

    let servers: String
    let folder: String

    static func settings(_ properties: KafkaSettings.Property...) throws -> KafkaSettings {
        let broker = try #require(current)
        return KafkaSettings(servers: broker.servers, properties: properties)
    }

    /// A log and a new topic of `partitions` in it.
    static func log(partitions: Int32, _ properties: KafkaSettings.Property...) throws -> (log: KafkaLog, topic: String)
    {
        let broker = try #require(current)
        let settings = KafkaSettings(servers: broker.servers, properties: properties)
        let topic = "topic-" + UUID().uuidString
        let outcome = try KafkaAdmin(settings).create([TopicPlan(name: topic, partitions: partitions)])
        try #require(outcome == [TopicCreation(name: topic, outcome: .created)])
        return (try KafkaLog(settings), topic)
    }

    /// Runs the script and returns what it printed.
    @discardableResult
    static func kafka(_ arguments: String..., input: String = "") throws -> String {
        let process = Process()
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

struct BrokerTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("kafka-tests-\(UUID().uuidString)")
            .path
        let broker = Broker(servers: try Broker.kafka("up", folder), folder: folder)
        defer {
            _ = try? Broker.kafka("down", folder)
            try? FileManager.default.removeItem(atPath: folder)
        }
        try await Broker.$current.withValue(broker) { try await function() }
    }
}

extension Trait where Self == BrokerTrait {
    /// Brings one broker up around the suite.
    static var broker: Self { BrokerTrait() }
}

/// Deletes the records of partition 0 below `offset`, as retention does.
func deleteRecords(_ topic: String, below offset: Int64) throws {
    let broker = try #require(Broker.current)
    let file = broker.folder + "/delete-\(topic).json"
    let plan = "{\"partitions\":[{\"topic\":\"\(topic)\",\"partition\":0,\"offset\":\(offset)}],\"version\":1}"
    try plan.write(toFile: file, atomically: true, encoding: .utf8)
    try Broker.kafka("tool", "delete-records", "--bootstrap-server", broker.servers, "--offset-json-file", file)
}
