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
                    TopicDifference(
                        what: "broker \(broker): \(name) is \(found[name] ?? "not known"), not \(wanted): \(why)",
                        mend: "set \(name)=\(wanted) in server.properties of broker \(broker) and restart it"))
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

    func differences(of plan: TopicPlan, _ admin: KafkaAdmin) throws -> [TopicDifference] {
        guard let count = partitions[plan.name] else { return [missing(plan)] }
        var differences: [TopicDifference] = []
        if count != plan.partitions {
            differences.append(
                TopicDifference(
                    what: "topic '\(plan.name)' has \(count) partitions, not \(plan.partitions)",
                    mend: "a timeline's partition counts are fixed, and Kafka takes none away: " + startAnew))
        }
        if let wanted = plan.replication, let copies = replicas[plan.name], copies < wanted {
            differences.append(
                TopicDifference(
                    what: "topic '\(plan.name)' has \(said(copies)), not \(wanted): a lost disk loses records",
                    mend: reassignment(of: plan.name, count, copies: wanted)))
        }
        let found = try admin.settings(ofTopic: plan.name)
        for wanted in plan.settings where !isSame(found[wanted.name] ?? "", wanted.value) {
            let value = wanted.value.contains(",") ? "[\(wanted.value)]" : wanted.value
            differences.append(
                TopicDifference(
                    what:
                        "topic '\(plan.name)': \(wanted.name) is \(found[wanted.name] ?? "not set"), not \(wanted.value)",
                    mend: configs(plan.name, "--add-config \(wanted.name)=\(value)")))
        }
        let name = "min.insync.replicas"
        if let copies = replicas[plan.name], let least = found[name].flatMap({ Int32($0) }), least > copies {
            differences.append(
                TopicDifference(
                    what:
                        "topic '\(plan.name)': \(name) is \(least), and it has \(said(copies)): nothing can be written",
                    mend: configs(plan.name, "--add-config \(name)=\(max(1, copies - 1))")))
        }
        return differences
    }

    /// The outputs can be made again; any other topic would begin at offset 0, and its records be taken for repeats.
    private func missing(_ plan: TopicPlan) -> TopicDifference {
        let outputs = Purpose.allCases.map(names.scoreChanges) + [names.deadLetters]
        return TopicDifference(
            what: "topic '\(plan.name)' is missing", mend: outputs.contains(plan.name) ? createTopics : startAnew)
    }

    private func configs(_ topic: String, _ change: String) -> String {
        "kafka-configs.sh --bootstrap-server \(bootstrap) --alter --entity-type topics --entity-name \(topic) \(change)"
    }

    private func reassignment(of topic: String, _ partitions: Int32, copies: Int32) -> String {
        let places = (0..<Int(partitions)).map { partition in
            let replicas = (0..<Int(copies)).map { "\(brokers[(partition + $0) % brokers.count])" }
            return #"{"topic":"\#(topic)","partition":\#(partition),"replicas":[\#(replicas.joined(separator: ","))]}"#
        }
        let plan = #"{"version":1,"partitions":[\#(places.joined(separator: ","))]}"#
        return "echo '\(plan)' > copies.json && kafka-reassign-partitions.sh --bootstrap-server \(bootstrap) "
            + "--reassignment-json-file copies.json --execute"
    }
}

private func said(_ copies: Int32) -> String { copies == 1 ? "1 copy" : "\(copies) copies" }

/// Lists such as `compact,delete` are sets.
private func isSame(_ left: String, _ right: String) -> Bool {
    left.split(separator: ",").sorted() == right.split(separator: ",").sorted()
}
