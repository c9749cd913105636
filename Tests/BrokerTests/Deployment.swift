import Events
import Foundation
import Kafka
import Log
import Pipeline
import ScorecardFiles
import Scoring
import TestBroker
import Testing

/// One pipeline: topics, secret, and the seven roles as processes; on the suite's broker under a prefix of its own, or on
/// an embedded one.
final class Deployment {
    static let roles = RawTopic.events.map { "\($0.name)-consumer" } + ["aggregator", "publisher"]

    let prefix: String
    let names: TopicNames
    let servers: String
    let log: KafkaLog
    let model: String
    let scorecard: Scorecard
    private let files = try! TemporaryFolder()
    private var processes: [String: Process] = [:]

    private let publisherOptions: [String]
    /// How the operator logs in, where the broker asks for it: a file of Kafka properties.
    private let operatorConfig: String?

    /// A name of one's own on a broker that many share.
    static func newPrefix() -> String { "t\(UUID().uuidString.prefix(8))-" }

    /// On the suite's broker.
    convenience init(
        model: String = "uci-max", history: Bool = true, topicOptions: [String] = [],
        prefix: String = Deployment.newPrefix(),
        operatorConfig: String? = nil
    ) throws {
        try self.init(
            servers: try #require(Broker.current).servers, prefix: prefix, model: model, operatorConfig: operatorConfig)
        if history {
            try plainscore(["topics", "create", "--history", "--day-offset", "none"] + topicOptions)
        } else {
            try plainscore(["topics", "create"] + topicOptions)
        }
        try plainscore("secret", "bind", secret)
    }

    /// On the timeline that an embedded broker has made.
    convenience init(on broker: EmbeddedBroker) throws {
        try self.init(
            servers: broker.servers, prefix: "", model: "uci-max", publisherOptions: ["--without-transactions"])
        try plainscore("secret", "bind", secret)
    }

    private init(
        servers: String, prefix: String, model: String, publisherOptions: [String] = [], operatorConfig: String? = nil
    ) throws {
        self.servers = servers
        self.prefix = prefix
        self.publisherOptions = publisherOptions
        names = TopicNames(prefix: prefix)
        self.operatorConfig = operatorConfig
        var settings = try operatorConfig.map { try KafkaSettings(servers: servers, file: $0) }
        settings = settings ?? KafkaSettings(servers: servers)
        settings?.properties.append(KafkaSettings.Property("log_level", "3"))
        log = try KafkaLog(#require(settings))
        self.model = repository.appendingPathComponent("deploy/models/\(model).pmml").path
        scorecard = try ModelFile.read(self.model)
    }

    deinit { for process in processes.values where process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var secret: String { files.path("secret") }
    var stateFolder: String { files.path("state-1") }

    /// Runs a command of this pipeline, which must succeed.
    @discardableResult
    func plainscore(_ words: String..., input: String = "") throws -> String { try plainscore(words, input: input) }

    @discardableResult
    func plainscore(_ words: [String], input: String = "") throws -> String {
        let login = operatorConfig.map { ["--kafka-config", $0] } ?? []
        let result = try Program.run(words + login + ["--prefix", prefix], input: input, bootstrap: servers)
        try #require(result.exitCode == 0, "plainscore \(words): \(result.errors)")
        return result.output
    }

    // MARK: - Roles

    /// Starts a role, or another instance of it, and returns at once.
    func start(_ role: String, instance: Int = 1, _ more: [String] = []) throws {
        let process = Process()
        process.executableURL = try Program.folder().appendingPathComponent(role)
        var arguments = ["--bootstrap", servers, "--prefix", prefix, "--instance", "\(instance)"]
        switch role {
        case "aggregator":
            arguments += ["--model", model, "--state", files.path("state-\(instance)"), "--snapshot-seconds", "2"]
        case "publisher": arguments += ["--model", model] + publisherOptions
        default: arguments += ["--secret", secret]
        }
        process.arguments = arguments + more
        process.standardError = try journal(role, instance)
        try process.run()
        processes["\(role) \(instance)"] = process
    }

    func startAll(instance: Int = 1) throws {
        for role in Self.roles { try start(role, instance: instance) }
    }

    /// SIGTERM, and waits for each to end; the exit codes (one that does not stop in time is killed: 9).
    @discardableResult
    func stopAll(instance: Int = 1) -> [Int32] {
        let running = Self.roles.compactMap { processes.removeValue(forKey: "\($0) \(instance)") }
        for process in running { process.terminate() }
        for process in running where !Condition(seconds: 20).holds({ !process.isRunning }) {
            kill(process.processIdentifier, SIGKILL)
        }
        for process in running { process.waitUntilExit() }
        return running.map(\.terminationStatus)
    }

    func signal(_ role: String, _ number: Int32) {
        if let process = processes["\(role) 1"] { kill(process.processIdentifier, number) }
    }

    /// The most memory that a role has had so far; nil where it does not run.
    func peakResidentBytes(_ role: String) -> Int? {
        guard let process = processes["\(role) 1"],
            let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
            let peak = status.firstMatch(of: /VmHWM:\s+(\d+) kB/)
        else { return nil }
        return Int(peak.output.1).map { $0 << 10 }
    }

    func kill9(_ role: String) {
        guard let process = processes.removeValue(forKey: "\(role) 1") else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Those that have ended by themselves, with their exit codes.
    func ended() -> [(role: String, exitCode: Int32)] {
        processes.filter { !$0.value.isRunning }.map { ($0.key, $0.value.terminationStatus) }.sorted { $0.0 < $1.0 }
    }

    private func journal(_ role: String, _ instance: Int) throws -> FileHandle {
        let path = files.path("\(role)-\(instance).log")
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }

    /// All that a role has written to its journal.
    func journalText(_ role: String, instance: Int = 1) -> String {
        (try? String(contentsOfFile: files.path("\(role)-\(instance).log"), encoding: .utf8)) ?? ""
    }

    // MARK: - Lag

    /// Records that a role's group has still to read.
    func lag(of role: String) throws -> Int64 {
        let (group, topic) =
            switch role {
            case "aggregator": (names.aggregatorGroup, names.timeline)
            case "publisher": (names.publisherGroup, names.scores)
            default: (names.prefix + role, names.prefix + String(role.dropLast("-consumer".count)))
            }
        var lag: Int64 = 0
        for position in try log.committed(group: group, topic: topic) {
            lag += try log.watermarks(topic: topic, partition: position.partition).upperBound - (position.offset ?? 0)
        }
        return lag
    }

    /// Whether the broker holds a transaction of the publisher open.
    func hasOpenTransaction() throws -> Bool {
        let id = "\(names.publisherGroup)-1"
        return try Broker.kafka("tool", "transactions", "--bootstrap-server", servers, "list")
            .split(separator: "\n").contains { $0.contains(id) && $0.contains("Ongoing") }
    }

    /// High watermarks by partition, open transactions included.
    func ends(of topic: String) throws -> [Int64] {
        try partitions.map { try log.watermarks(topic: topic, partition: $0).upperBound }
    }

    /// Whether score changes have been appended to any partition beyond these ends, committed or not.
    func hasGrown(_ ends: [Int64]) throws -> Bool {
        try partitions.contains {
            try log.watermarks(topic: names.scoreChanges(.lending), partition: $0).upperBound > ends[Int($0)]
        }
    }

    // MARK: - What came of it

    struct Record: Equatable {
        let offset: Int64
        let key: [UInt8]
        let value: [UInt8]
    }

    /// All committed records of a partition, from `start` on.
    func records(_ topic: String, _ partition: Int32, from start: Int64 = 0) throws -> [Record] {
        var records: [Record] = []
        let end = try log.watermarks(topic: topic, partition: partition).upperBound
        guard start < end else { return [] }
        try log.read(topic: topic, partition: partition, range: start..<end) { batch in
            for entry in batch.entries {
                records.append(
                    Record(
                        offset: entry.offset, key: batch.key(entry).copied, value: batch.value(entry).copied))
            }
        }
        return records
    }

    var partitions: Range<Int32> { 0..<4 }

    /// What a subscriber got, per partition: keys and values.
    func published() throws -> [[PartitionReplay.Change]] {
        try partitions.map { partition in
            try records(names.scoreChanges(.lending), partition).map {
                PartitionReplay.Change(purpose: .lending, key: $0.key, value: $0.value)
            }
        }
    }

    /// What the same timeline records give, folded in this process.
    func replayed() throws -> (changes: [[PartitionReplay.Change]], outcomes: Outcomes) {
        var outcomes = Outcomes()
        let changes = try partitions.map { partition in
            var replay = PartitionReplay(partition: partition, scorecard: scorecard)
            var changes: [PartitionReplay.Change] = []
            for record in try records(names.timeline, partition) {
                changes += try replay.take(
                    offset: record.offset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes
                ).changes
            }
            outcomes = outcomes + replay.fold.outcomes
            return changes
        }
        return (changes, outcomes)
    }
}

let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

extension RawSpan {
    var copied: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(span: self)
        return bytes
    }
}
