import Events
import Kafka
import Log
import Pipeline
import Scoring
import TestBroker
import Testing

/// What a pipeline has written behind its raw topics, and what aggregator and publisher have committed of it: read once,
/// to be written again under other prefixes, byte for byte.
struct WrittenTopics {
    struct Record {
        var key: [UInt8]
        var value: [UInt8]
        let headers: [(name: String, value: String)]
    }

    /// One byte of one record, and what becomes of it.
    struct Alteration {
        let topic: String
        let partition: Int
        let offset: Int
        let part: DifferingByte.Part
        let index: Int
        let mask: UInt8
    }

    /// By topic, without prefix, then partition.
    private(set) var topics: [String: [[Record]]] = [:]
    private let groups: [(group: String, topic: String, offsets: [CommittedOffset])]
    private let deployment: Deployment

    init(_ deployment: Deployment) throws {
        self.deployment = deployment
        let (bare, log) = (TopicNames(prefix: ""), deployment.log)
        groups = try [(bare.aggregatorGroup, bare.timeline), (bare.publisherGroup, bare.scores)].map { group, topic in
            let offsets = try log.committed(group: deployment.prefix + group, topic: deployment.prefix + topic)
            return (group: group, topic: topic, offsets: offsets)
        }
        let fixed = [bare.raw(.control), bare.timeline, bare.scores, bare.deadLetters]
        for topic in fixed + Purpose.allCases.map(bare.scoreChanges) {
            let name = deployment.prefix + topic
            topics[topic] = try (0..<(try log.partitionCount(topic: name))).map { partition in
                var records: [Record] = []
                let kept = try log.watermarks(topic: name, partition: partition)
                try log.readWithHeaders(topic: name, partition: partition, range: kept) { record in
                    records.append(
                        Record(
                            key: record.key, value: record.value,
                            headers: record.headers.map { (name: $0.key, value: $0.value) }))
                }
                return records
            }
        }
    }

    func altered(_ alteration: Alteration) -> Self {
        var altered = self
        let (partition, offset, index) = (alteration.partition, alteration.offset, alteration.index)
        switch alteration.part {
        case .key: altered.topics[alteration.topic]![partition][offset].key[index] ^= alteration.mask
        case .value: altered.topics[alteration.topic]![partition][offset].value[index] ^= alteration.mask
        }
        return altered
    }

    func byte(_ alteration: Alteration) -> UInt8 {
        let record = topics[alteration.topic]![alteration.partition][alteration.offset]
        return alteration.part == .key ? record.key[alteration.index] : record.value[alteration.index]
    }

    /// In new topics; offsets are counted from 0, without the holes that transactions leave.
    func write(under prefix: String) throws {
        let admin = try KafkaAdmin(KafkaSettings(servers: deployment.servers))
        let plans = topics.map { TopicPlan(name: prefix + $0.key, partitions: Int32($0.value.count)) }
        for creation in try admin.create(plans) { try #require(creation.outcome == .created, "\(creation)") }
        let writer = try deployment.log.writer()
        for (topic, partitions) in topics {
            let handle = try writer.topic(prefix + topic)
            for (partition, records) in partitions.enumerated() {
                for record in records { try append(record, to: handle, Int32(partition), writer) }
            }
        }
        try writer.flush(milliseconds: 60_000)
        for (group, topic, offsets) in groups {
            try admin.commit(group: prefix + group, topic: prefix + topic, offsets: offsets)
        }
    }

    private func append(_ record: Record, to topic: TopicHandle, _ partition: Int32, _ writer: KafkaWriter) throws {
        if record.headers.isEmpty {
            try writer.append(
                topic, partition: partition, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes)
        } else {
            try writer.append(
                topic, partition: partition, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                headers: record.headers)
        }
    }
}
