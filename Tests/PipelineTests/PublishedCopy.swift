import Events
import Pipeline
import Scoring
import SimulatedLog
import Snapshots

/// What a simulated pipeline has published, copied into another cluster where it can be changed record by record.
struct PublishedCopy {
    struct Record: Equatable {
        var key: [UInt8]
        var value: [UInt8]
        /// ms.
        var stamp: Int64
    }

    /// By topic, then partition.
    var topics: [String: [[Record]]] = [:]
    private let pipeline: SimulatedPipeline
    private let names: TopicNames
    private var partitions: Range<Int32> { 0..<pipeline.identity.properties.partitions }

    init(of pipeline: SimulatedPipeline) {
        self.pipeline = pipeline
        names = pipeline.names
        for topic in [names.timeline, names.scores] + Purpose.allCases.map(names.scoreChanges) {
            topics[topic] = partitions.map { partition in
                pipeline.cluster.records(topic, partition).map {
                    Record(key: $0.key!, value: $0.value!, stamp: $0.timestamp)
                }
            }
        }
    }

    /// Verifies a partition of the copy.
    func verify(
        _ partition: Int32, from start: ReplayStart = .beginning, models: Models? = nil, now: Int64? = nil
    ) throws -> ReplayVerifier<SimulatedLog>.Report {
        let cluster = SimulatedCluster(seed: 1)
        defer { cluster.discard() }
        for (topic, rows) in topics.sorted(by: { $0.key < $1.key }) {
            cluster.createTopic(topic, partitions: Int32(rows.count))
            for (partition, records) in rows.enumerated() {
                for record in records {
                    cluster.append(
                        topic, partition: Int32(partition), key: record.key, value: record.value,
                        timestamp: record.stamp)
                }
            }
        }
        for partition in partitions {
            for (group, topic) in [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)] {
                let committed = pipeline.cluster.committedOffset(group: group, topic: topic, partition: partition)
                cluster.commitOffset(
                    group: group, topic: topic, partition: partition, offset: committed.offset!,
                    metadata: committed.metadata)
            }
        }
        let folds = try CommittedFolds(
            cluster.connect("operator"), names: names, identity: pipeline.identity, models: models ?? pipeline.loaded,
            snapshots: nil)
        let verifier = try ReplayVerifier(folds, from: start, now: now ?? pipeline.cluster.now, patience: 0)
        return try verifier.verify(partition)
    }
}
