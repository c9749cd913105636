import Events
import Kafka
import Log

/// Lets a raw topic that was deleted and made again go on in its timeline: makes it where it is missing, says in `control` by how
/// much its offsets are moved, and sets its consumer's group to the first record that it keeps. Partitions that go on as they
/// were are left alone. Returns what was done, a line each; empty where nothing says that the topic is another one. The consumer
/// must not be at work.
///
/// `control` comes before the group: after a crash between the two a second run finds the same shifts.
/// - Throws: `SetupError` where it has the wrong partitions, or its consumer is at work; `LogError`. Complexity: as `CarriedOver`, and linear in dead letters.
public func renewTopic(_ log: KafkaLog, _ admin: KafkaAdmin, names: TopicNames, _ topic: RawTopic) throws -> [String] {
    let identity = try readControl(log, names: names)
    let name = names.raw(topic)
    let plan = topicPlans(identity.properties, names: names, brokers: try admin.brokerCount()).first {
        $0.name == name
    }!
    var done: [String] = []
    if let partitions = try admin.topics()[name] {
        guard partitions == plan.partitions else {
            throw SetupError(
                .configuration,
                "topic '\(name)' has \(partitions) partitions, not \(plan.partitions): run `plainscore topics check`")
        }
    } else {
        done += try report(admin.create([plan]))
        try awaitLeaders(log, plan)
    }

    let raws = (0..<plan.partitions).map { RawPartition(topic: topic, partition: $0) }
    let carried = try CarriedOver(log, names: names, identity.properties, of: Set(raws))
    let refused = try lastRefused(log, names, topic)
    let committed = try log.committed(group: names.consumerGroup(topic), topic: name)
    let known = raws.map { identity.shifts[topic, $0.partition] }
    var shifts = known
    var starts: [CommittedOffset] = []
    let standings = try raws.map { try RawStanding(log, names: names, $0, identity.shifts, carried.last[$0]) }
    let isNew = !done.isEmpty || standings.contains(.madeAgain)
    for (place, raw) in raws.enumerated() {
        let kept = try log.watermarks(topic: name, partition: raw.partition)
        let next = max(carried.last[raw]?.offset ?? -1, refused[raw.partition] ?? -1) + 1
        let offset = committed[place].offset
        // With a topic Kafka deletes its groups' offsets.
        if standings[place] == .madeAgain || isNew && offset == nil {
            shifts[place] = max(shifts[place], next - kept.lowerBound)
        } else if let offset, kept.lowerBound <= offset, offset <= kept.upperBound,
            shifts[place] == 0 || standings[place] == .continued
        {
            continue
        }
        let start = max(kept.lowerBound, next - shifts[place])
        starts.append(CommittedOffset(partition: raw.partition, offset: start, metadata: ""))
    }
    if shifts != known {
        try appendControl(.shifts(topic, shifts), log, names: names)
        done.append("\(names.raw(.control)): offsets of \(name) are moved by \(shifts)")
    }
    try commitWithoutMembers(admin, group: names.consumerGroup(topic), topic: name, starts)
    return done
        + starts.map { "group \(names.consumerGroup(topic)) goes on at \($0.offset!) in \(name)[\($0.partition)]" }
}

/// Of the raw topic's dead letters the greatest offset in each partition.
private func lastRefused(_ log: KafkaLog, _ names: TopicNames, _ topic: RawTopic) throws -> [Int32: Int64] {
    var last: [Int32: Int64] = [:]
    for partition in 0..<(try log.partitionCount(topic: names.deadLetters)) {
        for record in try readRefusedRecords(log, names: names, partition: partition).records {
            guard let source = record.source, source.topic == topic else { continue }
            last[source.partition] = max(last[source.partition] ?? -1, source.offset)
        }
    }
    return last
}
