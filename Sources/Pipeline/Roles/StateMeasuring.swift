import Log
import Scoring
import Snapshots
import Telemetry

extension Aggregator {
    /// Recovered: what comes now is new.
    public var isReady: Bool { meter.isAssigned && partitions.values.allSatisfy { !$0.isRecovering } }

    public func measures() -> RoleMeasures {
        var measures = RoleMeasures(
            counters: meter.counters, topic: names.timeline, latencyStart: .rawAppend, isReady: isReady,
            isLive: identity.properties.mode == .live,
            partitions: meter.partitions(now: context.wallClock()) {
                reader.lag(of: $0, from: partitions[$0]!.fold.nextOffset)
            })
        for index in measures.partitions.indices {
            measures.partitions[index].state = partitions[measures.partitions[index].partition]!.measures
        }
        return measures
    }
}

extension OwnedPartition {
    /// Complexity: constant.
    var measures: StateMeasures {
        let outcomes = fold.outcomes
        return StateMeasures(
            isRecovering: isRecovering, clock: fold.clock,
            clockDoubtMilliseconds: fold.clockDoubt.map { $0.claimed - $0.clock } ?? 0, persons: fold.personCount,
            outcomes: Outcomes.Class.allCases.map { NamedCount("\($0)", outcomes[$0]) }
                + [NamedCount("waiting", outcomes.waiting)],
            repeatsDropped: outcomes.repeats,
            unaccounted: fold.nextOffset - Int64(outcomes.total + outcomes.repeats), snapshot: snapshotFile,
            recordsSinceSnapshot: fold.nextOffset - snapshotOffset)
    }
}

extension FoldRefusal.Reason {
    static let names = allCases.map(\.rawValue)
}

extension SnapshotStore {
    /// The snapshot at just this offset, as it lies on the disk.
    func measures(_ topic: String, _ partition: Int32, at offset: Int64) -> SnapshotMeasures? {
        guard let newest = try? candidates(topic: topic, partition: partition, notAbove: offset).first,
            newest.offset == offset, let file = SnapshotFile(newest)
        else { return nil }
        return SnapshotMeasures(writtenAt: file.writtenAt, fileBytes: file.bytes)
    }
}
