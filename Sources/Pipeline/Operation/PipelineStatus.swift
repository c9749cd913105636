import Checksums
import Events
import Kafka
import Log
import Scoring
import Snapshots
import Telemetry

/// How a pipeline stands, asked of its log from outside: changes nothing, and folds nothing.
public struct PipelineStatus: Sendable {
    public let identity: TimelineIdentity
    /// What the timeline was switched to, in order.
    public let switched: [Models]
    /// In the order in which records flow.
    public let groups: [GroupStatus]
    /// One of each timeline partition; none where the offsets of aggregator or publisher are not known.
    public let partitions: [PartitionStatus]
    /// Why no broker has told the clock of a partition.
    private let clockFault: String?

    public struct PartitionStatus: Sendable {
        public let partition: Int32
        /// At the aggregator's committed offset, ms; nil before each raw consents partition has ticked.
        public let clock: Int64?
        /// The time of the ticks that the aggregator does not follow, since they jumped ahead, ms; nil as a rule.
        public let claimed: Int64?
        /// Of the results that the aggregator has committed.
        public let sequence: UInt64?
        /// What the aggregator has committed there: `Models.identity`; nil before the first.
        public let aggregatorModels: Digest128?
        /// The model that the publisher has committed.
        public let publisherModel: Digest128?
        /// The newest that can be used; nil where there is none, or no folder was named.
        public let snapshot: Snapshot?
    }

    public struct Snapshot: Sendable {
        public let path: String
        public let offset: Int64
        public let file: SnapshotFile
    }

    /// Models that some partitions have committed.
    public struct CommittedModels: Sendable {
        public let hash: Digest128
        public fileprivate(set) var partitions: [Int32]
    }

    /// In the order of the first partition that has each.
    public var aggregatorModels: [CommittedModels] { committed(\.aggregatorModels) }
    public var publisherModels: [CommittedModels] { committed(\.publisherModel) }

    private func committed(_ hash: (PartitionStatus) -> Digest128?) -> [CommittedModels] {
        var found: [CommittedModels] = []
        for partition in partitions {
            guard let hash = hash(partition) else { continue }
            if let index = found.firstIndex(where: { $0.hash == hash }) {
                found[index].partitions.append(partition.partition)
            } else {
                found.append(CommittedModels(hash: hash, partitions: [partition.partition]))
            }
        }
        return found
    }

    /// What no broker has told, one sentence each; empty where all was found.
    public var faults: [String] {
        groups.flatMap { group -> [String] in
            var faults: [String] = []
            if case .failed(let reason) = group.members { faults.append("members of \(group.group): \(reason)") }
            if let fault = group.fault { faults.append("offsets and lag of \(group.group): \(fault)") }
            return faults
        } + (clockFault.map { ["the clock: \($0)"] } ?? [])
    }

    /// - Parameters:
    ///   - snapshots: an aggregator's folder.
    ///   - members: who is in each of these groups, in their order. Only this knows how to ask without being held up.
    /// - Throws: `SetupError` where there is no timeline, `LogError` where nobody answers about it, `SnapshotError` where the
    ///   folder cannot be read. Complexity: the timeline is read from its end back to the newest ticks.
    public init(
        _ log: KafkaLog, names: TopicNames, snapshots: SnapshotFolder?,
        members: (_ groups: [String]) -> [GroupStatus.Members]
    ) throws {
        let identity = try readControl(log, names: names)
        self.identity = identity
        switched = try readSwitchedModels(log, names: names)
        let stages: [(group: String, topic: String)] =
            RawTopic.events.map { (names.consumerGroup($0), names.raw($0)) }
            + [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)]
        let began = monotonicMilliseconds()
        groups = zip(stages, members(stages.map(\.group))).map { stage, members in
            if monotonicMilliseconds() - began > askMilliseconds {
                return GroupStatus(
                    stage.group, topic: stage.topic, members,
                    notAsked: "not asked for, since the answers before took too long")
            }
            return GroupStatus(stage.group, topic: stage.topic, log, members)
        }
        let aggregator = groups[groups.count - 2]
        let publisher = groups[groups.count - 1]
        var clockFault: String?
        func clockOfLog(_ place: PartitionLag) throws -> Int64? {
            guard clockFault == nil else { return nil }
            do {
                return try clock(
                    log, names: names, place.partition, at: place.committed ?? 0,
                    consentPartitions: Int(identity.properties.consentPartitions))
            } catch let error as LogError {
                clockFault = "\(error)"
                return nil
            }
        }
        var partitions: [PartitionStatus] = []
        for (folded, published) in zip(aggregator.places, publisher.places) {
            let committed = OffsetMetadata(folded.metadata)
            partitions.append(
                PartitionStatus(
                    partition: folded.partition,
                    clock: try committed?.clock ?? clockOfLog(folded),
                    claimed: committed?.claimed,
                    sequence: committed?.sequence, aggregatorModels: committed?.model,
                    publisherModel: OffsetMetadata(published.metadata)?.model,
                    snapshot: try snapshots.flatMap { try newest(in: $0, names, folded) }))
        }
        self.partitions = partitions
        self.clockFault = clockFault
    }
}

private func newest(in folder: SnapshotFolder, _ names: TopicNames, _ place: PartitionLag) throws
    -> PipelineStatus.Snapshot?
{
    for reference in try folder.candidates(
        topic: names.timeline, partition: place.partition, notAbove: place.committed ?? 0)
    {
        // An aggregator at work may have removed it meanwhile.
        guard let file = SnapshotFile(reference) else { continue }
        return PipelineStatus.Snapshot(path: reference.path, offset: reference.offset, file: file)
    }
    return nil
}

/// The clock of a timeline partition below `end`: the least, over the raw consents partitions, of the newest tick's time.
/// Ticks of one raw partition come in order, so the timeline is read from its end back until each has shown one.
private func clock(
    _ log: KafkaLog, names: TopicNames, _ partition: Int32, at end: Int64, consentPartitions: Int
) throws -> Int64? {
    var times = [Int64?](repeating: nil, count: consentPartitions)
    var upper = end
    var count = firstReadCount
    let low = try log.watermarks(topic: names.timeline, partition: partition).lowerBound
    while upper > low, times.contains(nil) {
        let lower = max(low, upper - count)
        var found = [Int64?](repeating: nil, count: consentPartitions)
        try log.read(topic: names.timeline, partition: partition, range: lower..<upper) { batch in
            for entry in batch.entries {
                let record = try TimelineRecord(
                    key: batch.key(entry), value: batch.value(entry), partition: partition)
                guard case .tick(let time, _, _) = record.content, found.indices.contains(Int(record.source.partition))
                else { continue }
                let index = Int(record.source.partition)
                found[index] = max(found[index] ?? time, time)
            }
        }
        for index in times.indices { times[index] = times[index] ?? found[index] }
        upper = lower
        count *= 8
    }
    let known = times.compactMap(\.self)
    return known.count == times.count ? known.min() : nil
}

/// After so long no further group is asked about.
private let askMilliseconds: Int64 = 30_000

/// Records that are read first, from the end; then eight times as many, and so on.
private let firstReadCount: Int64 = 4_096
