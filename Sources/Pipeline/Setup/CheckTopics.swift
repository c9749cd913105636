import Events
import Kafka
import Log

/// Something in which a cluster differs from what a timeline needs.
public struct TopicDifference: Equatable, Sendable {
    public var what: String
    /// What to do about it: a command where there is one.
    public var mend: String
}

/// Every difference between a timeline's topics, settings and offsets and what they must be; changes nothing.
/// - Throws: `SetupError` when there is no timeline; `LogError`.
public func checkTopics(_ log: KafkaLog, _ admin: KafkaAdmin, names: TopicNames, bootstrap: String) throws
    -> [TopicDifference]
{
    let properties = try readControl(log, names: names).properties
    let existing = try admin.topics()
    var differences = try brokerDifferences(admin)
    for plan in topicPlans(properties, names: names, brokers: try admin.brokerCount()) {
        differences += try topicDifferences(admin, plan, existing[plan.name], bootstrap)
    }
    let results = [names.aggregatorGroup, names.publisherGroup]
    for plan in groupPlans(properties, names: names) where existing[plan.topic] == plan.partitions {
        differences += try groupDifferences(log, plan, bootstrap, holdsResults: results.contains(plan.group))
    }
    for partition in 0..<properties.partitions where existing[names.timeline] == properties.partitions {
        guard try log.watermarks(topic: names.timeline, partition: partition).upperBound == 0 else { continue }
        differences.append(
            TopicDifference(
                what: "\(names.timeline)[\(partition)] lacks its first record",
                mend: createAgain(names)))
    }
    return differences
}

private func brokerDifferences(_ admin: KafkaAdmin) throws -> [TopicDifference] {
    let name = "offsets.retention.minutes"
    let retention = try admin.brokerSettings()[name] ?? ""
    if let minutes = Int(retention), minutes >= offsetsRetentionMinutesMin { return [] }
    return [
        TopicDifference(
            what: "the brokers' \(name) is \(retention.isEmpty ? "not known" : retention), not at least "
                + "\(offsetsRetentionMinutesMin) (30 days): a group that is silent for longer loses its place",
            mend: "set \(name)=\(offsetsRetentionMinutesMin) in each broker's server.properties and restart it")
    ]
}

private func topicDifferences(_ admin: KafkaAdmin, _ plan: TopicPlan, _ partitions: Int32?, _ bootstrap: String) throws
    -> [TopicDifference]
{
    guard let partitions else {
        return [
            TopicDifference(
                what: "topic '\(plan.name)' is missing",
                mend: "plainscore topics create (it says so where that cannot be mended)")
        ]
    }
    var differences: [TopicDifference] = []
    if partitions != plan.partitions {
        differences.append(
            TopicDifference(
                what: "topic '\(plan.name)' has \(partitions) partitions, not \(plan.partitions)",
                mend: "a timeline's partition counts are fixed: create another one with --prefix"))
    }
    let found = try admin.settings(ofTopic: plan.name)
    for wanted in plan.settings where !isSame(found[wanted.name] ?? "", wanted.value) {
        let value = wanted.value.contains(",") ? "[\(wanted.value)]" : wanted.value
        differences.append(
            TopicDifference(
                what: "topic '\(plan.name)': \(wanted.name) is \(found[wanted.name] ?? "not set"), not \(wanted.value)",
                mend: "kafka-configs.sh --bootstrap-server \(bootstrap) --alter --entity-type topics "
                    + "--entity-name \(plan.name) --add-config \(wanted.name)=\(value)"))
    }
    return differences
}

/// Lists such as `compact,delete` are sets.
private func isSame(_ left: String, _ right: String) -> Bool {
    left.split(separator: ",").sorted() == right.split(separator: ",").sorted()
}

private func groupDifferences(_ log: KafkaLog, _ plan: GroupPlan, _ bootstrap: String, holdsResults: Bool) throws
    -> [TopicDifference]
{
    var differences: [TopicDifference] = []
    for committed in try log.committed(group: plan.group, topic: plan.topic) {
        let kept = try log.watermarks(topic: plan.topic, partition: committed.partition)
        let reset =
            "kafka-consumer-groups.sh --bootstrap-server \(bootstrap) --group \(plan.group) "
            + "--topic \(plan.topic):\(committed.partition) --reset-offsets --execute --to-offset"
        guard let offset = committed.offset else {
            differences.append(
                kept.upperBound == 0
                    ? TopicDifference(
                        what: "group '\(plan.group)' has no committed offset for \(plan.topic)[\(committed.partition)]",
                        mend: "plainscore topics create")
                    : TopicDifference(
                        what: missingOffset(plan, committed.partition),
                        mend: holdsResults
                            ? "create another timeline with --prefix: this group's place is an offset and the results up "
                                + "to it, which no Kafka tool can set"
                            : "\(reset) N, N being the offset up to which its work is known to be done"))
            continue
        }
        if offset > kept.upperBound || offset < kept.lowerBound {
            differences.append(
                TopicDifference(
                    what: "group '\(plan.group)' stands at \(offset) in \(plan.topic)[\(committed.partition)], which "
                        + "holds \(kept.lowerBound)..<\(kept.upperBound): records are lost",
                    mend: "restore the topic, or create another timeline with --prefix"))
        }
    }
    return differences
}

private func createAgain(_ names: TopicNames) -> String {
    "plainscore topics create" + (names.prefix.isEmpty ? "" : " --prefix \(names.prefix)")
}
