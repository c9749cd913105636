import Events
import Kafka
import Log

/// Brokers, and topics with their settings, held to what a timeline needs.
extension CheckedCluster {
    func brokerDifferences(_ admin: KafkaAdmin) throws -> [TopicDifference] {
        var differences: [TopicDifference] = []
        for broker in brokers {
            let found = try admin.settings(ofBroker: broker)
            func demand(_ name: String, _ wanted: String, _ isRight: Bool, _ why: String) {
                if isRight { return }
                differences.append(
                    difference(
                        .brokerSetting,
                        [
                            "broker": "\(broker)", "setting": name, "found": found[name] ?? "not known",
                            "wanted": wanted,
                            "why": why,
                        ]))
            }
            let retention = found["offsets.retention.minutes"].flatMap { Int($0) } ?? 0
            demand(
                "offsets.retention.minutes", "\(offsetsRetentionMinutesMin)", retention >= offsetsRetentionMinutesMin,
                "a group that is silent for longer loses its place, and 30 days are the least")
            demand(
                "auto.create.topics.enable", "false", found["auto.create.topics.enable"] != "true",
                "a mere mention makes a topic with the wrong partitions and settings")
            demand(
                "log.cleaner.enable", "true", found["log.cleaner.enable"] != "false",
                "nothing is compacted, so topics grow and erased bytes stay")
        }
        return differences
    }

    func differences(of plan: TopicPlan, _ admin: KafkaAdmin, _ log: KafkaLog) throws -> [TopicDifference] {
        guard let count = partitions[plan.name] else { return try [missing(plan, log)].compactMap(\.self) }
        var differences: [TopicDifference] = []
        if let found = try countDifference(of: plan, count, log) { differences.append(found) }
        if let wanted = plan.replication, let copies = replicas[plan.name], copies < wanted {
            differences.append(
                difference(
                    .tooFewCopies,
                    [
                        "topic": plan.name, "copies": said(copies), "wanted": "\(wanted)",
                        "plan": reassignment(of: plan.name, count, copies: wanted),
                    ]))
        }
        let found = try admin.settings(ofTopic: plan.name)
        for wanted in plan.settings where !isSame(found[wanted.name] ?? "", wanted.value) {
            let value = wanted.value.contains(",") ? "[\(wanted.value)]" : wanted.value
            differences.append(
                difference(
                    .topicSetting,
                    [
                        "topic": plan.name, "setting": wanted.name, "found": found[wanted.name] ?? "not set",
                        "wanted": wanted.value, "change": "\(wanted.name)=\(value)",
                    ]))
        }
        let name = "min.insync.replicas"
        if let copies = replicas[plan.name], let least = found[name].flatMap({ Int32($0) }), least > copies {
            differences.append(
                difference(
                    .tooManyInSync,
                    [
                        "topic": plan.name, "found": "\(least)", "copies": said(copies),
                        "change": "\(name)=\(max(1, copies - 1))",
                    ]))
        }
        return differences
    }

    /// A topic that is missing; nil for raw topics, of which the timeline tells more.
    private func missing(_ plan: TopicPlan, _ log: KafkaLog) throws -> TopicDifference? {
        if raw(plan.name) != nil { return nil }
        let values = ["topic": plan.name]
        if outputs.contains(plan.name) { return difference(.outputMissing, values) }
        guard plan.name == names.scores else { return difference(.timelineMissing, values) }
        let properties = try readControl(log, names: names).properties
        let published = try (0..<properties.partitions).reduce(0) {
            try $0 + lastPublished(log, names, properties, $1)
        }
        let more = ["model": try modelOption(log), "n": "\(published)"]
        return difference(.scoresMissing, values.merging(more) { $1 })
    }

    /// nil where the number is right, or more partitions harm nobody.
    private func countDifference(of plan: TopicPlan, _ count: Int32, _ log: KafkaLog) throws -> TopicDifference? {
        var values = ["topic": plan.name, "found": "\(count)", "wanted": "\(plan.partitions)"]
        if count == plan.partitions { return nil }
        if count < plan.partitions { return difference(.tooFewPartitions, values) }
        let excess = plan.partitions..<count
        if let raw = raw(plan.name) {
            values["n"] = try "\(excess.reduce(0) { try $0 + log.watermarks(topic: plan.name, partition: $1).count })"
            values["raw"] = raw.name
            values["group"] = names.consumerGroup(raw)
            values["partition"] = excess.map(String.init).joined(separator: ",")
            return difference(.rawTooManyPartitions, values)
        }
        if outputs.contains(plan.name) { return nil }
        let group = plan.name == names.timeline ? names.aggregatorGroup : names.publisherGroup
        let placed = try log.committed(group: group, topic: plan.name).filter { $0.offset != nil }.map(\.partition)
        if excess.allSatisfy(placed.contains) { return nil }
        values["model"] = try modelOption(log)
        return difference(.tooManyPartitions, values)
    }

    private func reassignment(of topic: String, _ partitions: Int32, copies: Int32) -> String {
        let places = (0..<Int(partitions)).map { partition in
            let replicas = (0..<Int(copies)).map { "\(brokers[(partition + $0) % brokers.count])" }
            return #"{"topic":"\#(topic)","partition":\#(partition),"replicas":[\#(replicas.joined(separator: ","))]}"#
        }
        return #"{"version":1,"partitions":[\#(places.joined(separator: ","))]}"#
    }
}

private func said(_ copies: Int32) -> String { copies == 1 ? "1 copy" : "\(copies) copies" }

/// Lists such as `compact,delete` are sets.
private func isSame(_ left: String, _ right: String) -> Bool {
    left.split(separator: ",").sorted() == right.split(separator: ",").sorted()
}
