import Kafka
import Log
import TestBroker
import Testing

/// The embedded broker does what the roles ask of a log, and no record goes from it in silence.
@Suite struct MockClusterTests {
    @Test func `a member with fetched records outlives a commit that no broker answers`() async {
        // librdkafka's `rd_kafka_poll` ends the process where it finds such records.
        await #expect(processExitsWith: .success) {
            let broker = try EmbeddedBroker("--partitions", "1")
            let log = try KafkaLog(KafkaSettings(servers: broker.servers))
            let count = 20_000  // more than one poll takes
            try log.append((0..<count).map { "\($0)" }, to: "payments")
            let reader = try log.reader(group: "g", topic: "payments", instance: "1")
            _ = try reader.startAtCommitted()
            #expect(try reader.records(1).count < count)
            broker.pause()
            let offset = CommittedOffset(partition: 0, offset: 1, metadata: "")
            #expect(try kind { try reader.commit([offset]) } == .unavailable)
            reader.close()
        }
    }

    @Test func `groups, commits with metadata and watermarks are as on any broker`() throws {
        let (broker, log) = try cluster(partitions: 2)
        defer { withExtendedLifetime(broker) {} }
        #expect(try log.partitionCount(topic: "t") == 2)
        try log.append(["a", "b", "c"], to: "t", partition: 1)
        #expect(try log.watermarks(topic: "t", partition: 0) == 0..<0)
        #expect(try log.watermarks(topic: "t", partition: 1) == 0..<3)
        #expect(try log.values("t", partition: 1) == ["a", "b", "c"])

        let starts = [0, 1].map { CommittedOffset(partition: $0, offset: 0, metadata: "number=\($0)") }
        try KafkaAdmin(settings(broker)).commit(group: "g", topic: "t", offsets: starts)
        #expect(try log.committed(group: "g", topic: "t") == starts)
        let reader = try log.reader(group: "g", topic: "t", instance: "1")
        #expect(try reader.startAtCommitted() == starts)
        #expect(try reader.records(3).map(\.value) == ["a", "b", "c"])
        let done = CommittedOffset(partition: 1, offset: 3, metadata: "three")
        try reader.commit([done])
        #expect(try reader.committed([0, 1]) == [starts[0], done])
        reader.close()
        #expect(try log.committed(group: "g", topic: "t") == [starts[0], done])
        #expect(try broker.losses() == [])
    }

    @Test func `above 5 MiB the oldest go: the loss is told to the record, and a reader below it stops`() throws {
        let (broker, log) = try cluster(partitions: 2)
        try log.append(["small"], to: "t", partition: 0)
        let sent = try fill(log, mebibytes: 7)
        let kept = try log.watermarks(topic: "t", partition: 1)
        #expect(kept.lowerBound > 0 && kept.upperBound == Int64(sent))
        #expect(try broker.losses() == [MockCluster.Loss(topic: "t", partition: 1, firstKept: kept.lowerBound)])
        #expect(try log.values("t", partition: 1).count == kept.count)

        let early = try log.reader(group: "early", topic: "t", instance: "1")
        _ = try early.assignment()
        try early.start([.init(partition: 0, offset: 0), .init(partition: 1, offset: kept.lowerBound - 1)])
        #expect(try kind(of: { _ = try early.records(.max) }) == .offsetOutOfRange)
        early.close()
        let reader = try log.reader(group: "kept", topic: "t", instance: "1")
        _ = try reader.assignment()
        try reader.start([.init(partition: 0, offset: 0), .init(partition: 1, offset: kept.lowerBound)])
        #expect(try reader.records(kept.count + 1).count == kept.count + 1)
    }

    @Test(.timeLimit(.minutes(1))) func `what needs admin requests says that this broker takes none`() throws {
        let (broker, _) = try cluster(partitions: 1)
        let admin = try KafkaAdmin(settings(broker))
        #expect(broker.create([TopicPlan(name: "t", partitions: 1)]).map(\.outcome) == [.exists])
        for request in [
            { _ = try admin.create([TopicPlan(name: "other", partitions: 1)]) },
            { _ = try admin.settings(ofBroker: 1) },
            { _ = try admin.settings(ofTopic: "t") },
        ] {
            let error = try #require(throws: LogError.self) { try request() }
            #expect(error.description.contains("takes no admin requests"))
        }
    }

    private func cluster(partitions: Int32) throws -> (broker: MockCluster, log: KafkaLog) {
        let broker = try MockCluster()
        try #require(broker.create([TopicPlan(name: "t", partitions: partitions)]).map(\.outcome) == [.created])
        return (broker, try KafkaLog(settings(broker)))
    }

    private func settings(_ broker: MockCluster) -> KafkaSettings { KafkaSettings(servers: broker.servers) }

    /// Sends records of 16 KiB to partition 1, that no compression makes smaller; how many.
    private func fill(_ log: KafkaLog, mebibytes: Int) throws -> Int {
        let count = mebibytes * 64
        var random = SystemRandomNumberGenerator()
        try log.append((0..<count).map { _ in randomText(16 << 10, using: &random) }, to: "t", partition: 1)
        return count
    }
}
