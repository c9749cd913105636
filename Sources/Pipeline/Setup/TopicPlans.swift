import Events
import Kafka
import Log

/// Every topic of a timeline with its partitions and settings: DESIGN's table of topics, in one place.
///
/// Replication is the brokers' default below three brokers, and 3 with `min.insync.replicas` 2 from three on.
func topicPlans(_ properties: TimelineProperties, names: TopicNames, brokers: Int) -> [TopicPlan] {
    var plans: [TopicPlan] = []
    func plan(_ name: String, _ partitions: Int32, _ settings: KeyValuePairs<String, String>) {
        var all = settings.map { KafkaSettings.Property($0.key, $0.value) }
        all.append(KafkaSettings.Property("retention.bytes", "-1"))  // records go by age, never by size
        // The clock enters by the raw topics' stamps. And with its writer's stamps a broker refuses the records of whoever
        // has a clock more than an hour ahead of its own, so a wrong clock on either side would stop a role.
        all.append(KafkaSettings.Property("message.timestamp.type", "LogAppendTime"))
        if brokers >= 3 { all.append(KafkaSettings.Property("min.insync.replicas", "2")) }
        plans.append(TopicPlan(name: name, partitions: partitions, replication: brokers >= 3 ? 3 : nil, settings: all))
    }

    for (topic, partitions) in zip(RawTopic.events, properties.rawPartitions) {
        plan(
            names.raw(topic), partitions,
            [
                "cleanup.policy": "delete",
                "retention.ms": days(14),  // they hold the person reference in clear
                "max.message.bytes": "\(rawMessageBytesMax)",
                // So the broker unpacks what it is sent, and `max.message.bytes` holds for what a record unpacks to.
                "compression.type": "uncompressed",
            ])
    }
    plan(
        names.raw(.control), 1,
        ["cleanup.policy": "delete", "retention.ms": "-1"])
    plan(
        names.timeline, properties.partitions,
        [
            "cleanup.policy": "compact,delete",
            "retention.ms": days(1200),  // horizon, a grant's life, a margin
            "max.compaction.lag.ms": days(1),  // an erased event's bytes go within about two days
            "segment.ms": days(1),  // the active segment is never compacted
        ])
    plan(
        names.scores, properties.partitions,
        [
            "cleanup.policy": "delete", "retention.ms": days(30),
            "max.message.bytes": "\(2 << 20)",  // a record may hold the results of a whole batch
        ])
    for purpose in Purpose.allCases where properties.purposes & 1 << purpose.rawValue != 0 {
        plan(
            names.scoreChanges(purpose), properties.partitions,
            ["cleanup.policy": "compact", "min.compaction.lag.ms": days(7)])
    }
    plan(
        names.deadLetters, properties.partitions,
        [
            "cleanup.policy": "delete", "retention.ms": days(30),
            "max.message.bytes": "\(2 << 20)",  // the largest raw record and why it was refused
        ])
    return plans
}

/// Bytes of a batch of raw records, unpacked. Kafka's own default.
private let rawMessageBytesMax = 1_048_588

/// A consumer group and the topic that it reads; `metadata` goes with the offset 0 from which it begins.
struct GroupPlan {
    var group: String
    var topic: String
    var partitions: Int32
    var metadata = ""
    /// Whether it may begin at 0 again at any time: its records, carried once more, are dropped as repeats, and the topic
    /// loses none.
    var mayBeginAgain = false
    /// Whether it commits with each offset how far the results had come there.
    var holdsResults = false

    /// Whether its role begins at what was committed. The aggregator begins at 0 without metadata.
    func isPlace(_ committed: CommittedOffset) -> Bool {
        if metadata.isEmpty, committed.offset == 0, committed.metadata.isEmpty { return true }
        return OffsetMetadata(committed.metadata) != nil
    }
}

/// Every group, in the order in which records flow.
func groupPlans(_ properties: TimelineProperties, names: TopicNames) -> [GroupPlan] {
    zip(RawTopic.events, properties.rawPartitions).map { topic, partitions in
        GroupPlan(group: names.consumerGroup(topic), topic: names.raw(topic), partitions: partitions)
    } + [
        GroupPlan(
            group: names.consumerGroup(.control), topic: names.raw(.control), partitions: 1, mayBeginAgain: true),
        GroupPlan(
            group: names.aggregatorGroup, topic: names.timeline, partitions: properties.partitions, holdsResults: true),
        GroupPlan(
            group: names.publisherGroup, topic: names.scores, partitions: properties.partitions,
            metadata: OffsetMetadata.zero.text, holdsResults: true),
    ]
}

/// Least `offsets.retention.minutes` of the brokers, 30 days: after it a silent group's offsets are gone, and a missing
/// offset is an error.
let offsetsRetentionMinutesMin = 30 * 24 * 60

private func days(_ count: Int) -> String { String(count * 86_400_000) }
