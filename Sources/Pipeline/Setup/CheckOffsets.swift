import Events
import Kafka
import Log

/// The timeline's first records and the groups' places, held to what they must be.
extension CheckedCluster {
    func timelineDifferences(_ log: KafkaLog, _ properties: TimelineProperties) throws -> [TopicDifference] {
        guard partitions[names.timeline] == properties.partitions else { return [] }
        let wasRead = try hasReadRecords(log)
        var differences: [TopicDifference] = []
        for partition in 0..<properties.partitions {
            let kept = try log.watermarks(topic: names.timeline, partition: partition)
            if kept.upperBound == 0 {
                differences.append(
                    TopicDifference(
                        what: "\(names.timeline)[\(partition)] lacks its first record"
                            + (wasRead ? ", though consumers have passed records on: what it held is lost" : ""),
                        mend: wasRead ? startAnew : createTopics))
            } else if kept.lowerBound == 0, try !beginsWith(properties, log, partition) {
                differences.append(
                    TopicDifference(
                        what: "\(names.timeline)[\(partition)] does not begin with this timeline's properties: its "
                            + "topics were not all made together", mend: startAnew))
            }
        }
        return differences
    }

    /// Whether any consumer has committed more than its start.
    private func hasReadRecords(_ log: KafkaLog) throws -> Bool {
        for topic in RawTopic.events where partitions[names.raw(topic)] != nil {
            let committed = try log.committed(group: names.consumerGroup(topic), topic: names.raw(topic))
            if committed.contains(where: { $0.offset ?? 0 > 0 }) { return true }
        }
        return false
    }

    private func beginsWith(_ properties: TimelineProperties, _ log: KafkaLog, _ partition: Int32) throws -> Bool {
        var isRight = false
        try log.read(topic: names.timeline, partition: partition, range: 0..<1) { batch in
            for entry in batch.entries {
                let record = try? TimelineRecord(
                    key: batch.key(entry), value: batch.value(entry), partition: partition)
                isRight = record?.content == .properties(properties)
            }
        }
        return isRight
    }

    func differences(of plan: GroupPlan, _ log: KafkaLog) throws -> [TopicDifference] {
        let holdsResults = [names.aggregatorGroup, names.publisherGroup].contains(plan.group)
        var differences: [TopicDifference] = []
        for committed in try log.committed(group: plan.group, topic: plan.topic) {
            let kept = try log.watermarks(topic: plan.topic, partition: committed.partition)
            let place = "\(plan.topic)[\(committed.partition)]"
            guard let offset = committed.offset else {
                differences.append(
                    kept.upperBound == 0 || plan.mayBeginAgain
                        ? TopicDifference(
                            what: "group '\(plan.group)' has no committed offset for \(place)", mend: createTopics)
                        : TopicDifference(
                            what: missingOffset(plan, committed.partition),
                            mend: holdsResults ? placeOfResults : reset(plan, committed.partition)))
                continue
            }
            if offset > kept.upperBound || offset < kept.lowerBound {
                differences.append(
                    TopicDifference(
                        what: "group '\(plan.group)' stands at \(offset) in \(place), which holds "
                            + "\(kept.lowerBound)..<\(kept.upperBound): records are lost", mend: startAnew))
            }
            if holdsResults, !saysResults(committed, plan) {
                differences.append(
                    TopicDifference(
                        what:
                            "group '\(plan.group)' stands at \(offset) in \(place) without saying how far the results had "
                            + "come there: a tool has set it, and the role will not start", mend: placeOfResults))
            }
        }
        return differences
    }

    /// What the two groups commit with an offset: else their roles refuse it. The aggregator begins at 0 without.
    private func saysResults(_ committed: CommittedOffset, _ plan: GroupPlan) -> Bool {
        if plan.metadata.isEmpty, committed.offset == 0, committed.metadata.isEmpty { return true }
        return OffsetMetadata(committed.metadata) != nil
    }

    private var placeOfResults: String {
        "create another timeline with --prefix: this group's place is an offset and the results up to it, which no Kafka "
            + "tool can set"
    }

    private func reset(_ plan: GroupPlan, _ partition: Int32) -> String {
        "kafka-consumer-groups.sh --bootstrap-server \(bootstrap) --group \(plan.group) --topic \(plan.topic):\(partition) "
            + "--reset-offsets --execute --to-offset N, N being the offset up to which its work is known to be done"
    }
}
