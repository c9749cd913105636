import Scoring
import Snapshots
import Telemetry

/// Snapshots of an aggregator, written between batches.
extension Aggregator {
    /// A slice of the snapshot that is being cut, or the first of one that is due: one partition at a time, so that no step
    /// is long, and at most one state is kept aside.
    func snapshotStep() {
        let now = context.clock()
        for partition in partitions.keys.sorted() { settleSnapshot(of: partition) }
        if partitions.values.contains(where: { $0.snapshot?.isCut == false }) { return cutSlice() }
        for partition in partitions.keys.sorted() {
            let owned = partitions[partition]!
            guard owned.snapshot == nil, !owned.isRecovering, owned.fold.nextOffset > owned.snapshotOffset,
                now - owned.snapshotAt >= options.snapshotEveryMilliseconds
            else { continue }
            partitions[partition]!.snapshotAt = now
            do {
                partitions[partition]!.snapshot = try SnapshotUnderWay(
                    of: owned.fold, in: store, topic: names.timeline, isAside: options.worksAside)
            } catch {
                snapshotFailed(partition, error)
                continue
            }
            return cutSlice()
        }
    }

    private func cutSlice() {
        for (partition, owned) in partitions where owned.snapshot?.isCut == false {
            owned.snapshot!.cutSlice()
            settleSnapshot(of: partition)
        }
    }

    /// How long the fold may sleep for want of records while a snapshot is being cut, ms; nil where none is.
    var snapshotWait: Int? {
        guard let cutting = partitions.values.first(where: { $0.snapshot?.isCut == false }) else { return nil }
        return cutting.snapshot!.isWaitingForSlice ? 0 : 5
    }

    /// Publishes a snapshot when its offset is committed, and takes note of how it ended.
    func settleSnapshot(of partition: Int32) {
        guard let owned = partitions[partition], let snapshot = owned.snapshot else { return }
        snapshot.publish(committed: owned.committed)
        switch snapshot.state {
        case .writing, .staged: return
        case .published: snapshotWritten(partition, snapshot.offset)
        case .failed(let error): snapshotFailed(partition, error)
        }
        partitions[partition]!.snapshot = nil
    }

    /// The last one, of all that was folded and committed: nothing is left for the fold to do, so it is written in one go.
    func writeLastSnapshot(of partition: Int32) {
        partitions[partition]!.snapshot = nil
        let owned = partitions[partition]!
        guard !owned.isRecovering, owned.fold.nextOffset > owned.snapshotOffset,
            owned.fold.nextOffset <= owned.committed
        else { return }
        var payload: [UInt8] = []
        owned.fold.encodeState(into: &payload)
        do {
            try store.write(
                topic: names.timeline, partition: partition, offset: owned.fold.nextOffset, payload: payload)
            snapshotWritten(partition, owned.fold.nextOffset)
        } catch {
            snapshotFailed(partition, error)
        }
    }

    private func snapshotWritten(_ partition: Int32, _ offset: Int64) {
        partitions[partition]!.snapshotOffset = offset
        partitions[partition]!.snapshotFile = store.measures(names.timeline, partition, at: offset)
        meter.counters.snapshotsWritten += 1
        journal.info(.snapshotWritten, ["partition": .int(Int(partition)), "offset": .int(Int(offset))])
    }

    private func snapshotFailed(_ partition: Int32, _ error: any Error) {
        meter.counters.snapshotFailures += 1
        journal.error(.snapshotFailed, ["partition": .int(Int(partition)), "reason": .text("\(error)")])
    }
}
