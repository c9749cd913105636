import Events
import Kafka
import Log

/// The places of the two groups that commit with an offset how far the results had come there.
extension CheckedCluster {
    func resultDifferences(_ log: KafkaLog, _ properties: TimelineProperties) throws -> [TopicDifference] {
        guard partitions[names.timeline] ?? 0 >= properties.partitions else { return [] }
        let hasScores = partitions[names.scores] ?? 0 >= properties.partitions
        var differences: [TopicDifference] = []
        for plan in groupPlans(properties, names: names) where plan.holdsResults {
            guard plan.topic == names.timeline || hasScores else { continue }
            let committed = try log.committed(group: plan.group, topic: plan.topic)
            for place in committed.prefix(Int(properties.partitions)) {
                let found = try difference(of: plan, place, log, properties, hasScores)
                if let found { differences.append(found) }
            }
        }
        return differences
    }

    private func difference(
        of plan: GroupPlan, _ place: CommittedOffset, _ log: KafkaLog, _ properties: TimelineProperties,
        _ hasScores: Bool
    ) throws -> TopicDifference? {
        let kept = try log.watermarks(topic: plan.topic, partition: place.partition)
        var values = [
            "group": plan.group, "topic": plan.topic, "partition": "\(place.partition)", "kept": "\(kept)",
            "offset": place.offset.map(String.init) ?? "none", "state": "has no committed offset for",
        ]
        if let offset = place.offset {
            if plan.topic == names.timeline, offset < kept.lowerBound || offset > kept.upperBound {
                let count = offset < kept.lowerBound ? kept.lowerBound - offset : offset - kept.upperBound
                return difference(.aggregatorOutside, values.merging(["count": "\(count)"]) { $1 })
            }
            let isOutside = offset < kept.lowerBound || offset > kept.upperBound
            if !isOutside, plan.isPlace(place) { return nil }
            values["state"] = "stands at \(offset) in"
            values["held"] =
                " without saying how far the results had come there: a tool has set it, and the role will not start"
            if isOutside {
                return try restored(.publisherOutside, values, place.partition, plan, log, properties, hasScores)
            }
        } else {
            values["held"] = TopicFinding.held
            if kept.upperBound == 0 {
                guard plan.topic == names.scores, try committedResults(log, names, place.partition) > 0 else {
                    return difference(.groupUnused, values)
                }
                values["held"] = ", which was made again"
            }
        }
        return try restored(.resultsForgotten, values, place.partition, plan, log, properties, hasScores)
    }

    /// With where the group will go on, as far as that is known without folding.
    private func restored(
        _ finding: TopicFinding, _ values: [String: String], _ partition: Int32, _ plan: GroupPlan, _ log: KafkaLog,
        _ properties: TimelineProperties, _ hasScores: Bool
    ) throws -> TopicDifference {
        var values = values
        do {
            let places = try ResultPlaces(
                log, names: names, properties, partition: partition, scores: hasScores, models: nil)
            let place = plan.topic == names.timeline ? places.aggregator : places.publisher
            values["n"] = place.map { "\($0.offset!)" } ?? "its place"
            values["number"] = place.map { "\(ResultPlaces.sequence($0))" } ?? "of its place"
        } catch let needed as ResultPlaces.NeedsModels {
            values["model"] = " --model FILE"
            values["n"] = "the record that the fold finds"
            values["number"] =
                plan.topic == names.scores ? "\(needed.published)" : "\(needed.published) or an earlier one"
        } catch is SetupError {
            return difference(.aggregatorOutside, values.merging(["count": "the first"]) { $1 })
        }
        return difference(finding, values)
    }

    /// ` --model FILE` where results that `scores` does not keep are folded again.
    func modelOption(_ log: KafkaLog) throws -> String {
        let properties = try readControl(log, names: names).properties
        guard partitions[names.timeline] ?? 0 >= properties.partitions else { return "" }
        do {
            for partition in 0..<properties.partitions {
                _ = try ResultPlaces(
                    log, names: names, properties, partition: partition,
                    scores: partitions[names.scores] ?? 0 >= properties.partitions, models: nil)
            }
        } catch is ResultPlaces.NeedsModels {
            return " --model FILE"
        } catch is SetupError {}
        return ""
    }
}

/// The number of the last result behind the aggregator's committed offset; 0 where it has none.
func committedResults(_ log: KafkaLog, _ names: TopicNames, _ partition: Int32) throws -> UInt64 {
    let committed = try log.committed(group: names.aggregatorGroup, topic: names.timeline)
    return committed.first { $0.partition == partition }.map(ResultPlaces.sequence) ?? 0
}
