import Events
import Kafka
import Log
import Telemetry

/// How one role's group stands: who is in it, and how far it is behind in each partition.
public struct GroupStatus: Sendable {
    public struct Place: Sendable {
        public let partition: Int32
        /// nil where the group has none: `plainscore topics check` says so too.
        public let committed: Int64?
        public let metadata: String
        public let end: Int64
        /// How long the oldest record that is not committed has been there; 0 where there is none, nil where that is not
        /// known.
        public fileprivate(set) var lagMilliseconds: Int64?

        public var lag: Int64? { committed.map { max(0, end - $0) } }
    }

    public let group: String
    public let topic: String
    /// nil where the broker does not say.
    public let description: GroupDescription?
    /// In order; one for each of the topic's.
    public private(set) var places: [Place] = []

    /// Asks group and topic.
    init(_ group: String, topic: String, _ log: KafkaLog, _ description: GroupDescription?) throws {
        self.group = group
        self.topic = topic
        self.description = description
        var waiting: [PartitionPosition] = []
        for committed in try log.committed(group: group, topic: topic) {
            let kept = try log.watermarks(topic: topic, partition: committed.partition)
            let end = kept.upperBound
            if let offset = committed.offset, offset < end {
                let oldest = max(offset, kept.lowerBound)
                waiting.append(PartitionPosition(partition: committed.partition, offset: oldest))
            }
            places.append(
                Place(
                    partition: committed.partition, committed: committed.offset, metadata: committed.metadata, end: end,
                    lagMilliseconds: committed.offset.map { $0 >= end } == true ? 0 : nil))
        }
        let stamps = try log.stamps(topic: topic, at: waiting)
        let now = wallMilliseconds()
        for index in places.indices {
            guard let stamp = stamps[places[index].partition] else { continue }
            places[index].lagMilliseconds = max(0, now - stamp)
        }
    }

    /// Partitions that no member has; none where the broker does not say.
    public var orphans: [Int32] {
        guard let description else { return [] }
        return places.map(\.partition).filter { place in
            !description.members.contains { $0.partitions.contains(place) }
        }
    }
}
