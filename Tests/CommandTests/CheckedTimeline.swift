import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// A timeline under a prefix of its own, ways to damage it, and what `topics check` says of it.
struct CheckedTimeline {
    let servers: String
    let prefix = "t\(UUID().uuidString.prefix(8))-"
    let names: TopicNames
    let log: KafkaLog
    let admin: KafkaAdmin
    private let files: TemporaryFolder

    init() throws {
        servers = try #require(Broker.current).servers
        names = TopicNames(prefix: prefix)
        let settings = KafkaSettings(servers: servers, properties: [KafkaSettings.Property("log_level", "3")])
        log = try KafkaLog(settings)
        admin = try KafkaAdmin(settings)
        files = try TemporaryFolder()
    }

    // MARK: - The command and its mends

    var createCommand: String { "plainscore topics create --prefix \(prefix)" }

    func create() throws { try run(createCommand) }

    func createBound() throws {
        try create()
        try run("plainscore secret bind \(files.path("secret")) --prefix \(prefix)")
    }

    func check() throws -> Program.Result {
        try Program.run(["topics", "check", "--prefix", prefix], bootstrap: servers)
    }

    func expectAsItMustBe() throws {
        let check = try check()
        #expect(check.exitCode == 0 && check.lines.count == 1, "\(check.output)")
    }

    /// The first mend under the line that says just this.
    func mend(of what: String) throws -> String { try mend { $0 == what } }

    /// The first mend under the line that begins so.
    func mend(ofLineFrom beginning: String) throws -> String { try mend { $0.hasPrefix(beginning) } }

    private func mend(where isSought: @escaping (Substring) -> Bool) throws -> String {
        let check = try check()
        #expect(check.exitCode == 1)
        let found = check.lines.firstIndex(where: isSought)
        let index = try #require(found, "\(check.output)\(check.errors)")
        let prefix = "    mend: "
        let mend = try #require(check.lines[index...].first { $0.hasPrefix(prefix) })
        return String(mend.dropFirst(prefix.count))
    }

    /// Runs a command line of `plainscore`.
    func run(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        try #require(words.first == "plainscore", "\(line)")
        let result = try Program.run(Array(words.dropFirst()), bootstrap: servers)
        #expect(result.exitCode == 0, "\(line): \(result.errors)")
    }

    /// Runs a mend that makes another timeline, which is one, and leaves this one's topics as they are.
    func expectAnother(_ mend: String) throws {
        let topics = try admin.topics().keys.filter { $0.hasPrefix(prefix) }.sorted()
        try run(mend)
        #expect(try admin.topics().keys.filter { $0.hasPrefix(prefix) }.sorted() == topics)
        let check = try Program.run(["topics", "check", "--prefix", "another-\(prefix)"], bootstrap: servers)
        #expect(check.lines.count == 5 && check.output.contains("the timeline has no secret yet"), "\(check.output)")
    }

    /// Runs a command line of Kafka's tools, as a mend prints it.
    func runTool(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let tools = ["kafka-configs.sh": "configs", "kafka-consumer-groups.sh": "groups", "kafka-topics.sh": "topics"]
        let tool = try #require(tools[words[0]], "\(line)")
        try Broker.kafka(["tool", tool] + words.dropFirst())
    }

    // MARK: - Damage

    func delete(_ topics: [String]) throws {
        let pattern = topics.joined(separator: "|")
        try Broker.kafka("tool", "topics", "--bootstrap-server", servers, "--delete", "--topic", pattern)
        try awaitGone(topics)
    }

    private func awaitGone(_ topics: [String]) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while try topics.contains(where: { try admin.topics()[$0] != nil }) {
            try #require(Date() < deadline, "\(topics) are not gone")
        }
    }

    /// Makes topics by hand, and returns when their partitions have leaders.
    func make(_ plans: [TopicPlan]) throws {
        #expect(try admin.create(plans).allSatisfy { $0.outcome == .created })
        let deadline = Date(timeIntervalSinceNow: 30)
        for plan in plans {
            for partition in 0..<plan.partitions {
                while (try? log.watermarks(topic: plan.name, partition: partition)) == nil {
                    try #require(Date() < deadline, "\(plan.name)[\(partition)] has no leader")
                }
            }
        }
    }

    func configure(_ topic: String, _ setting: String) throws {
        try Broker.kafka(
            "tool", "configs", "--bootstrap-server", servers, "--alter", "--entity-type", "topics", "--entity-name",
            topic, "--add-config", setting)
    }

    /// Deletes groups, which have no members here.
    func forget(_ groups: [String]) throws {
        try Broker.kafka(
            ["tool", "groups", "--bootstrap-server", servers, "--delete"] + groups.flatMap { ["--group", $0] })
    }

    /// Commits as a tool does: without metadata.
    func commit(_ group: String, _ topic: String, offset: Int64) throws {
        let place = CommittedOffset(partition: 0, offset: offset, metadata: "")
        try admin.commit(group: group, topic: topic, offsets: [place])
    }

    func write(to topic: String, partition: Int32) throws {
        let value = Array("x".utf8)
        try write(topic, partition, key: value, value: value)
    }

    /// Deletes the timeline's topic and makes it again, empty and with the right settings.
    func remakeTimeline() throws {
        let settings = try admin.settings(ofTopic: names.timeline)
        try delete([names.timeline])
        let plan = TopicPlan(
            name: names.timeline, partitions: 4,
            settings: [
                "cleanup.policy", "retention.ms", "max.compaction.lag.ms", "segment.ms", "message.timestamp.type",
                "retention.bytes",
            ].map { KafkaSettings.Property($0, settings[$0]!) })
        try make([plan])
    }

    func writeFirstRecord(_ properties: TimelineProperties, partition: Int32) throws {
        var key: [UInt8] = []
        var value: [UInt8] = []
        TimelineRecord.key(source: controlPropertiesCoordinates, random: 0, into: &key)
        TimelineRecord(source: controlPropertiesCoordinates, appendedAt: 0, content: .properties(properties))
            .encode(key: unsafe key.span.bytes, partition: partition, into: &value)
        try write(names.timeline, partition, key: key, value: value)
    }

    private func write(_ topic: String, _ partition: Int32, key: [UInt8], value: [UInt8]) throws {
        let writer = try log.writer()
        try writer.append(
            writer.topic(topic), partition: partition, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
        try writer.flush(milliseconds: 30_000)
    }
}
