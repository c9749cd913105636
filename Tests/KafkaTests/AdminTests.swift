import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    @Suite struct Admin {
        @Test func `topics are made as planned, once`() throws {
            let admin = try KafkaAdmin(Broker.settings())
            let (_, existing) = try Broker.log(partitions: 2)
            let plans = [
                TopicPlan(
                    name: existing + ".new", partitions: 3,
                    settings: [.init("cleanup.policy", "compact,delete"), .init("retention.ms", "1209600000")]),
                TopicPlan(name: existing, partitions: 5),
                TopicPlan(name: existing + ".bad", partitions: 1, settings: [.init("retention.ms", "soon")]),
                TopicPlan(name: existing + ".copies", partitions: 1, replication: 3),
            ]
            let created = try admin.create(plans)
            #expect(created.map(\.name) == plans.map(\.name))
            #expect(created[0].outcome == .created)
            #expect(created[1].outcome == .exists)
            guard case .refused(let reason) = created[2].outcome, case .refused = created[3].outcome else {
                Issue.record("\(created)")
                return
            }
            #expect(reason.contains("retention.ms"))

            let settings = try admin.settings(ofTopic: existing + ".new")
            #expect(settings["cleanup.policy"] == "compact,delete")
            #expect(settings["retention.ms"] == "1209600000")
            #expect(settings["message.timestamp.type"] == "CreateTime")  // a default
            let topics = try admin.topics()
            #expect(topics[existing] == 2)
            #expect(topics[existing + ".new"] == 3)
            #expect(topics[existing + ".bad"] == nil)
        }

        @Test func `settings of a topic that does not exist are an error`() throws {
            let admin = try KafkaAdmin(Broker.settings())
            #expect(try kind(of: { _ = try admin.settings(ofTopic: "nowhere") }) == .missingTopic)
        }

        @Test func `a broker tells its settings`() throws {
            let admin = try KafkaAdmin(Broker.settings())
            #expect(try admin.brokerCount() == 1)
            let settings = try admin.settings(ofBroker: admin.brokers()[0])
            #expect(settings["offsets.retention.minutes"] == "10080")
        }

        @Test func `offsets with metadata are committed for a group without members, and for no other`() throws {
            let (log, topic) = try Broker.log(partitions: 2)
            let admin = try KafkaAdmin(Broker.settings())
            let offsets = [0, 1].map { CommittedOffset(partition: $0, offset: 0, metadata: "number=\($0)") }
            try admin.commit(group: topic, topic: topic, offsets: offsets)
            #expect(try log.committed(group: topic, topic: topic) == offsets)

            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            #expect(try reader.startAtCommitted() == offsets)
            let other = offsets.map { CommittedOffset(partition: $0.partition, offset: 7, metadata: "") }
            #expect(try kind(of: { try admin.commit(group: topic, topic: topic, offsets: other) }) == .fenced)
            #expect(try reader.committed([0, 1]) == offsets)
            reader.close()
        }
    }
}
