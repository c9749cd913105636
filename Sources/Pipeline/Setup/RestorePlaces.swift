import Events
import Kafka
import Log
import Scoring

/// Gives the groups of the aggregator and of the publisher a place again in each partition where they have none from which
/// their role could go on, and makes `scores` again where it is missing. Returns what was done, a line each; empty where
/// nothing was. The roles must not be at work.
/// - Parameter models: of the timeline's beginning; needed where `scores` does not keep what the publisher lacks.
/// - Throws: `SetupError` where nothing brings a place back, a role is at work, or models are needed; as `ResultPlaces`.
public func restorePlaces(_ log: KafkaLog, _ admin: KafkaAdmin, names: TopicNames, models: Models?) throws -> [String] {
    let properties = try readControl(log, names: names).properties
    let hasScores = try admin.topics()[names.scores] != nil
    let places: [ResultPlaces]
    do {
        places = try (0..<properties.partitions).map { partition in
            try ResultPlaces(
                log, names: names, properties, partition: partition, scores: hasScores, models: models)
        }
    } catch is ResultPlaces.NeedsModels {
        throw SetupError(
            .configuration,
            "'\(names.scores)' does not keep the results that the publisher lacks, so the timeline is folded for them: give "
                + "the models with which it began to --model and --challenger, as the aggregator has them")
    }
    var done: [String] = []
    if !hasScores {
        let plans = topicPlans(properties, names: names, brokers: try admin.brokerCount())
            .filter { $0.name == names.scores }
        done += try report(admin.create(plans))
        for plan in plans { try awaitLeaders(log, plan) }
    }
    // The aggregator first: if this breaks off behind it, the publisher still has no place, so a second run finds both as this
    // one did. The other way round a publisher with a place would hide that the aggregator stands behind what it needs.
    for (group, topic, found) in [
        (names.aggregatorGroup, names.timeline, places.compactMap(\.aggregator)),
        (names.publisherGroup, names.scores, places.compactMap(\.publisher)),
    ] {
        let restored = try found + excess(log, group: group, topic: topic, from: properties.partitions)
        if restored.isEmpty { continue }
        try commitWithoutMembers(admin, group: group, topic: topic, restored)
        done += restored.map { place in
            "group \(group) goes on at \(place.offset!) in \(topic)[\(place.partition)], behind result "
                + "\(ResultPlaces.sequence(place))"
        }
    }
    return done
}

/// The beginning of each partition that the timeline does not have, where the group has no place there: nothing is written to
/// it, and its role takes it as it comes.
private func excess(_ log: KafkaLog, group: String, topic: String, from first: Int32) throws -> [CommittedOffset] {
    try log.committed(group: group, topic: topic).filter { $0.partition >= first && $0.offset == nil }.map {
        CommittedOffset(partition: $0.partition, offset: 0, metadata: OffsetMetadata.zero.text)
    }
}

/// - Throws: `SetupError` where a process has the group's partitions; `LogError`.
func commitWithoutMembers(_ admin: KafkaAdmin, group: String, topic: String, _ offsets: [CommittedOffset]) throws {
    do throws(LogError) {
        try admin.commit(group: group, topic: topic, offsets: offsets)
    } catch {
        guard error.kind == .fenced else { throw error }
        throw SetupError(
            .configuration,
            "group '\(group)' has members: stop its processes, wait 10 s, and give this command again")
    }
}
