import Events
import Kafka
import Log

/// The timeline's first records and the consumers' places, held to what they must be.
extension CheckedCluster {
    func timelineDifferences(_ log: KafkaLog, _ properties: TimelineProperties) throws -> [TopicDifference] {
        guard partitions[names.timeline] ?? 0 >= properties.partitions else { return [] }
        let wasRead = try hasReadRecords(log)
        var differences: [TopicDifference] = []
        for partition in 0..<properties.partitions {
            let kept = try log.watermarks(topic: names.timeline, partition: partition)
            let values = ["partition": "\(partition)"]
            if kept.upperBound == 0 {
                differences.append(difference(wasRead ? .timelineCut : .timelineEmpty, values))
            } else if kept.lowerBound == 0, try !beginsWith(properties, log, partition) {
                differences.append(difference(.timelineForeign, values))
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

    // MARK: - Consumers

    func consumerDifferences(_ log: KafkaLog, _ identity: TimelineIdentity) throws -> [TopicDifference] {
        var differences: [TopicDifference] = []
        let checks = zip(RawTopic.events, identity.properties.rawPartitions).map { topic, count in
            RawTopicCheck(self, log, identity, topic, count)
        }
        let latest = try carriedOver(log, identity, Set(checks.flatMap(\.raws)), steps: 1)
        for check in checks { differences += try check.differences(latest) }
        if partitions[names.raw(.control)] == 1 {
            let place = try log.committed(group: names.consumerGroup(.control), topic: names.raw(.control)).first
            if place?.offset == nil {
                differences.append(
                    difference(
                        .groupUnused,
                        [
                            "group": names.consumerGroup(.control), "topic": names.raw(.control), "partition": "0",
                        ]))
            }
        }
        return differences
    }

    fileprivate func carriedOver(
        _ log: KafkaLog, _ identity: TimelineIdentity, _ wanted: Set<RawPartition>, steps: Int? = nil
    ) throws -> CarriedOver {
        let hasTimeline = partitions[names.timeline] ?? 0 >= identity.properties.partitions
        return try CarriedOver(
            log, names: names, identity.properties, of: hasTimeline ? wanted : [], steps: steps)
    }
}

/// One raw topic held against its consumer's group and what the timeline has of it.
private struct RawTopicCheck {
    let cluster: CheckedCluster
    let log: KafkaLog
    let identity: TimelineIdentity
    let topic: RawTopic
    let raws: [RawPartition]
    let name: String
    let group: String

    init(
        _ cluster: CheckedCluster, _ log: KafkaLog, _ identity: TimelineIdentity, _ topic: RawTopic, _ count: Int32
    ) {
        self.cluster = cluster
        self.log = log
        self.identity = identity
        self.topic = topic
        raws = (0..<count).map { RawPartition(topic: topic, partition: $0) }
        name = cluster.names.raw(topic)
        group = cluster.names.consumerGroup(topic)
    }

    private var values: [String: String] { ["topic": name, "raw": topic.name, "group": group] }

    /// - Parameter latest: what the last records of the timeline tell.
    func differences(_ latest: CarriedOver) throws -> [TopicDifference] {
        let partitions = cluster.partitions[name] ?? 0
        guard partitions >= raws.count else {
            guard partitions == 0 else { return [] }
            let carried = try cluster.carriedOver(log, identity, Set(raws))
            return [cluster.difference(.rawMissing, values.merging(["carried": text(carried)]) { $1 })]
        }
        let committed = try log.committed(group: group, topic: name)
        let kept = try raws.map { try log.watermarks(topic: name, partition: $0.partition) }
        let lost = raws.indices.filter { index in
            guard let offset = committed[index].offset else { return true }
            return offset < kept[index].lowerBound || offset > kept[index].upperBound
        }
        let carried = try lost.isEmpty ? latest : cluster.carriedOver(log, identity, Set(raws))
        for raw in raws {
            let standing = try RawStanding(log, names: cluster.names, raw, identity.shifts, carried.last[raw])
            guard standing == .madeAgain else { continue }
            var values = values
            values["proof"] = try proof(raw, kept[Int(raw.partition)], carried.last[raw]!)
            values["carried"] = text(carried)
            return [cluster.difference(.rawMadeAgain, values)]
        }
        if lost.count == raws.count, kept.allSatisfy({ $0.upperBound == 0 }) {
            return raws.map {
                cluster.difference(.groupUnused, values.merging(["partition": "\($0.partition)"]) { $1 })
            }
        }
        return try lost.map { try difference(raws[$0], committed[$0].offset, kept[$0], carried.last[raws[$0]]) }
    }

    /// Where the partition itself goes on, and the group does not.
    private func difference(
        _ raw: RawPartition, _ offset: Int64?, _ kept: Range<Int64>, _ last: CarriedOver.Last?
    ) throws -> TopicDifference {
        let next = last.map { $0.offset + 1 - identity.shifts[topic, raw.partition] } ?? 0
        var values = values
        values["partition"] = "\(raw.partition)"
        values["kept"] = "\(kept)"
        values["n"] = "\(max(next, kept.lowerBound))"
        values["held"] = kept.upperBound == 0 ? "" : TopicFinding.held
        values["carried"] =
            last == nil
            ? "no record of it has been carried over"
            : "the timeline has its records up to \(next - 1), which \(Timestamp.text(last!.appendedAt)) stamped"
        let from = offset ?? next
        if from < kept.lowerBound {
            values["offset"] = "\(from)"
            values["count"] = "\(kept.lowerBound - from)"
            values["last"] = "\(kept.lowerBound - 1)"
            values["from"] = last.map { "after \(Timestamp.text($0.appendedAt))" } ?? "at any time"
            values["until"] = try firstStamp(raw, kept).map(Timestamp.text) ?? "now"
            return cluster.difference(.consumerBehind, values)
        }
        values["offset"] = offset.map(String.init)
        return cluster.difference(offset == nil ? .consumerForgotten : .consumerAhead, values)
    }

    private func firstStamp(_ raw: RawPartition, _ kept: Range<Int64>) throws -> Int64? {
        guard !kept.isEmpty else { return nil }
        var stamp: Int64?
        try log.read(
            topic: name, partition: raw.partition, range: kept.lowerBound..<kept.lowerBound + 1
        ) { batch in stamp = stamp ?? batch.entries.first?.timestamp }
        return stamp
    }

    /// The last record that was carried over of each partition that had any.
    private func text(_ carried: CarriedOver) -> String {
        let places = raws.compactMap { raw in
            carried.last[raw].map { last in
                "\(name)[\(raw.partition)]@\(last.offset - identity.shifts[topic, raw.partition]) of "
                    + Timestamp.text(last.appendedAt)
            }
        }
        return places.isEmpty ? "none" : places.joined(separator: ", ")
    }

    private func proof(_ raw: RawPartition, _ kept: Range<Int64>, _ last: CarriedOver.Last) throws -> String {
        let offset = last.offset - identity.shifts[topic, raw.partition]
        let carried = "offset \(offset), stamped \(Timestamp.text(last.appendedAt)), has been carried over"
        return offset < kept.upperBound
            ? "\(name)[\(raw.partition)] has another record there than the one of which \(carried)"
            : "\(name)[\(raw.partition)] ends at \(kept.upperBound), and \(carried)"
    }
}
