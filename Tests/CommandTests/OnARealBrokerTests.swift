import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// The commands against a broker of their own; each test has a prefix of its own.
@Suite(
    .serialized, BrokerTrait(settings: ["offsets.retention.minutes=43200"]), .realBroker)
struct CommandsOnARealBroker {
    private let servers: String
    private let prefix = "t\(UUID().uuidString.prefix(8))-"
    private let names: TopicNames
    private let log: KafkaLog
    private let admin: KafkaAdmin

    init() throws {
        // Only the trait knows the broker; a suite that is skipped makes no test of it.
        servers = try #require(Broker.current).servers
        names = TopicNames(prefix: prefix)
        let settings = KafkaSettings(servers: servers, properties: [KafkaSettings.Property("log_level", "3")])
        log = try KafkaLog(settings)
        admin = try KafkaAdmin(settings)
    }

    private func plainscore(_ words: String..., input: String = "") throws -> Program.Result {
        try Program.run(words + ["--prefix", prefix], input: input, bootstrap: servers)
    }

    /// The high watermarks of a topic.
    private func ends(_ topic: String) throws -> [Int64] {
        try (0..<log.partitionCount(topic: topic)).map { try log.watermarks(topic: topic, partition: $0).upperBound }
    }

    // MARK: - Topics

    @Test func `a new timeline is as it must be, and a second run changes nothing`() throws {
        #expect(try plainscore("topics", "create", "--partitions", "2", "--history").exitCode == 0)
        #expect(try ends(names.timeline) == [1, 1])
        let identity = try readControl(log, names: names)
        #expect(identity.properties.mode == .history && identity.properties.partitions == 2)

        let again = try plainscore("topics", "create")
        #expect(again.exitCode == 0 && again.output.contains("nothing to do"))
        #expect(try ends(names.timeline) == [1, 1])
        #expect(try readControl(log, names: names) == identity)

        let folder = try TemporaryFolder()
        #expect(try plainscore("secret", "bind", folder.path("secret")).exitCode == 0)
        let check = try plainscore("topics", "check")
        #expect(check.exitCode == 0, "\(check.output)")
        let other = try plainscore("topics", "create", "--partitions", "3")
        #expect(other.exitCode == 10 && other.errors.contains("made with partitions 2, not 3"))
    }

    @Test func `a set-up that broke off is completed by the next run`() throws {
        // Some topics, one group's start, and no properties yet.
        let some = [names.raw(.payments), names.timeline, names.scores].map { TopicPlan(name: $0, partitions: 2) }
        for creation in try admin.create(some) { #expect(creation.outcome == .created) }
        let start = CommittedOffset(partition: 0, offset: 0, metadata: "")
        try admin.commit(group: names.aggregatorGroup, topic: names.timeline, offsets: [start])

        #expect(try plainscore("topics", "create", "--partitions", "2").exitCode == 0)
        for (group, topic) in [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)] {
            #expect(try log.committed(group: group, topic: topic).map(\.offset) == [0, 0])
        }
        #expect(try ends(names.timeline) == [1, 1])
        // The topics made by hand lack their settings: the check names each with the command that mends it.
        let check = try plainscore("topics", "check")
        #expect(check.exitCode == 1)
        #expect(check.output.contains("topic '\(names.timeline)': cleanup.policy is delete, not compact,delete"))
        #expect(check.output.contains("--entity-name \(names.timeline) --add-config cleanup.policy=[compact,delete]"))
        #expect(check.output.contains("topic '\(names.raw(.payments))': message.timestamp.type is CreateTime"))
        #expect(!check.output.contains(names.deadLetters))
    }

    @Test func `a partition that has held records is never begun at 0`() throws {
        let topic = TopicPlan(name: names.raw(.payments), partitions: 2)
        #expect(try admin.create([topic]).map(\.outcome) == [.created])
        let writer = try log.writer()
        let value = Array("x".utf8)
        try writer.append(
            writer.topic(topic.name), partition: 1, key: unsafe value.span.bytes, value: unsafe value.span.bytes)
        try writer.flush(milliseconds: 30_000)
        let result = try plainscore("topics", "create", "--partitions", "2")
        #expect(result.exitCode == 10 && result.errors.contains("\(topic.name)[1], which has held records"))
        #expect(throws: SetupError.self) { try readControl(log, names: names) }
    }

    @Test func `without a timeline each command says how to make one`() throws {
        for words in [["topics", "check"], ["secret", "bind", "/nowhere/secret"]] {
            let result = try Program.run(words + ["--prefix", prefix], bootstrap: servers)
            #expect(result.exitCode == 10 && result.errors.contains("plainscore topics create"), "\(result.errors)")
        }
    }

    // MARK: - Secret

    @Test func `the first secret counts, and no other is taken`() throws {
        let folder = try TemporaryFolder()
        #expect(try plainscore("topics", "create", "--partitions", "1").exitCode == 0)
        #expect(try plainscore("secret", "bind", folder.path("secret")).exitCode == 0)
        let bound = try readControl(log, names: names).secretFingerprint
        #expect(bound != nil)
        #expect(try plainscore("secret", "bind", folder.path("secret")).exitCode == 0)

        let missing = try plainscore("secret", "bind", folder.path("elsewhere"))
        #expect(missing.exitCode == 11 && missing.errors.contains("bring its file there"))
        #expect(!FileManager.default.fileExists(atPath: folder.path("elsewhere")))
        let digits = String(repeating: "0123456789abcdef", count: 4) + "\n"
        let made = FileManager.default.createFile(
            atPath: folder.path("other"), contents: Data(digits.utf8), attributes: [.posixPermissions: 0o600])
        #expect(made)
        let wrong = try plainscore("secret", "bind", folder.path("other"))
        #expect(wrong.exitCode == 11 && wrong.errors.contains("wrong secret"))
        #expect(try readControl(log, names: names).secretFingerprint == bound)
    }

    // MARK: - Producing, lag, watching

    @Test func `every line goes to the topic of its type and each tick to every partition of consents`() throws {
        #expect(try plainscore("topics", "create", "--partitions", "3", "--history").exitCode == 0)
        let sample = try Program.run(["sample", "uci", "--clients", "20"])
        let produced = try plainscore("produce", "-", "--no-wait", input: sample.output)
        #expect(produced.exitCode == 0, "\(produced.errors)")
        let ticks = 6
        let events = sample.lines.count - ticks
        #expect(produced.output == "sent \(events + 3 * ticks) records to 3 topics, \(ticks) ticks\n")
        func total(_ topic: RawTopic) throws -> Int64 { try ends(names.raw(topic)).reduce(0, +) }
        #expect(try total(.consents) == Int64(20 + 3 * ticks))
        #expect(try total(.accounts) == 120)
        #expect(try total(.payments) == Int64(events - 20 - 120))
        for end in try ends(names.raw(.consents)) { #expect(end >= ticks) }

        let lag = try plainscore("lag", "--until-zero", "--timeout", "1")
        #expect(lag.exitCode == 1 && lag.errors.contains("not zero after 1 s"))
        let lines = try plainscore("lag", "--json").lines
        #expect(lines.count == 3 * 7 + 1)
        #expect(lines.contains { $0.contains("\"group\":\"\(prefix)aggregator\"") && $0.contains("\"lag\":1}") })
    }

    @Test func `lag is zero behind markers and aborted records, and an open transaction is waited for and named`()
        throws
    {
        #expect(try plainscore("topics", "create", "--partitions", "1", "--history").exitCode == 0)
        let payments = names.raw(.payments)
        let writer = try log.transactions(id: prefix)
        let topic = try writer.topic(payments)
        let value = Array("x".utf8)
        func append() throws {
            try writer.append(
                topic, partition: 0, key: unsafe value.span.bytes, value: unsafe value.span.bytes)
        }
        func waitForEnd(_ end: Int64) throws {
            let deadline = Date(timeIntervalSinceNow: 30)
            while try ends(payments) != [end] { try #require(Date() < deadline, "\(end) offsets") }
        }
        func commit(_ group: String, _ topic: String, _ offset: Int64) throws {
            let offset = CommittedOffset(partition: 0, offset: offset, metadata: "")
            try admin.commit(group: group, topic: topic, offsets: [offset])
        }
        // A reader that takes no part: what is committed here is only the offsets of the records' consumer.
        let reader = try log.reader(group: prefix, topic: payments, instance: "1")
        try writer.begin()
        try append()
        #expect(try writer.commit([], of: reader) == .committed)
        try writer.begin()
        try append()
        try waitForEnd(3)
        try writer.abort()
        try waitForEnd(4)
        // The timeline holds what it is, and control the properties.
        try commit(names.aggregatorGroup, names.timeline, 1)
        try commit(names.consumerGroup(.control), names.raw(.control), 1)
        let before = try plainscore("lag", "--json").lines.filter { $0.contains("\"topic\":\"\(payments)\"") }
        #expect(before.count == 1 && before[0].hasSuffix("\"held\":0,\"lag\":1}"), "\(before)")
        // As a consumer commits that has read the one record and not what follows it.
        try commit(names.consumerGroup(.payments), payments, 1)
        let zero = try plainscore("lag", "--until-zero", "--timeout", "30")
        #expect(zero.exitCode == 0 && zero.errors.isEmpty, "\(zero.output)\(zero.errors)")
        let status = try plainscore("status", "--json").output
        let place = "\"committed\":1,\"end\":4,\"held\":0,\"lag\":0,\"lagMilliseconds\":0"
        #expect(status.contains(place), "\(status)")

        try writer.begin()
        try append()
        try waitForEnd(5)
        let held = try plainscore("lag", "--until-zero", "--timeout", "1")
        #expect(held.exitCode == 1 && held.errors.contains("a transaction is open in \(payments)[0]"), "\(held.errors)")
        try writer.abort()
        #expect(try plainscore("lag", "--until-zero", "--timeout", "30").exitCode == 0)
        reader.close()
    }

    @Test func `a tick must be of the timeline's kind, and a bad line goes only when it is allowed to`() throws {
        #expect(try plainscore("topics", "create", "--partitions", "1").exitCode == 0)
        let dated = try plainscore("produce", input: "{\"tick\":\"2005-05-01T00:00:00Z\"}\n")
        #expect(dated.exitCode == 1 && dated.errors.contains("line 1: tickNotAllowed"))
        #expect(try plainscore("produce", input: "{\"tick\":null}\n").exitCode == 0)
        #expect(try ends(names.raw(.consents)) == [1])

        let bad = "{\"eventId\":\"e\",\"bill\":{}}\nnonsense\n"
        #expect(try plainscore("produce", input: bad).exitCode == 1)
        #expect(try ends(names.raw(.bills)) == [0])
        #expect(try plainscore("produce", "--allow-bad", "--topic", "rentals", input: bad).exitCode == 0)
        #expect(try ends(names.raw(.bills)) == [1] && ends(names.raw(.rentals)) == [1])
    }

    @Test func `watching counts per grant and opening, and a gap or a repeat is an error`() throws {
        #expect(try plainscore("topics", "create", "--partitions", "1").exitCode == 0)
        let writer = try log.writer()
        let topic = try writer.topic(names.scoreChanges(.lending))
        func publish(_ grant: String, _ number: Int, opening: Int = 0) throws {
            let key = Array(grant.utf8)
            let value = Array(
                """
                {"grantId":"\(grant)","number":\(number),"opening":{"topic":"consents","partition":0,"offset":\(opening)},\
                "kind":"CHANGE","score":500,"previousScore":510,"day":"2005-05-01"}
                """.utf8)
            try writer.append(topic, partition: 0, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
            try writer.flush(milliseconds: 30_000)
        }
        func watch() throws -> Program.Result {
            try plainscore("watch", "--purpose", "lending", "--until-idle", "0")
        }
        for (grant, number) in [("a", 1), ("b", 1), ("a", 2)] { try publish(grant, number) }
        try publish("a", 1, opening: 7)
        let good = try watch()
        #expect(good.exitCode == 0 && good.lines.count == 4, "\(good.errors)")
        #expect(good.lines[2] == "2005-05-01  a  #2  500 ← 510 (-10)")

        try publish("b", 3)
        try publish("b", 3)
        try publish("c", 2)
        let faulty = try watch()
        #expect(faulty.exitCode == 1)
        #expect(faulty.errors.contains("b: number 3 follows 1: 1 missing"))
        #expect(faulty.errors.contains("b: number 3 comes again after 3"))
        #expect(faulty.errors.contains("c begins with number 2"))
        let json = try plainscore("watch", "--purpose", "lending", "--until-idle", "0", "--json")
        #expect(json.lines.count == 7 && json.lines.allSatisfy { $0.hasPrefix("{\"grantId\"") && $0.hasSuffix("}") })
        #expect(try plainscore("watch", "--purpose", "lending", "--until-idle", "0", "--from", "end").output.isEmpty)
    }
}
