import Scoring
import Snapshots

/// A snapshot of one partition on its way to the disk: cut by the fold's thread in slices between batches, packed, written
/// and published beside it.
///
/// ```
/// fold:   … batch ─ cut ─ batch ─ slice ─ batch ─ slice ─ batch …         a slice holds the fold up for milliseconds
///                              └▶ chunk ─▶ zstd ─▶ file ─▶ synced ─▶ renamed, once the cut's offset is committed
/// ```
final class SnapshotUnderWay {
    /// Of the next record to fold when it was cut.
    let offset: Int64
    private let writer: SnapshotWriter
    private let fold: PartitionFold
    private var chunk: [UInt8] = []
    private var isPublishing = false
    /// Whether the payload is whole.
    private(set) var isCut = false

    /// Work of one slice: 2 to 5 ms of the fold's thread.
    private static let sliceWork = 2_000_000

    /// Cuts `fold` as it stands.
    init(of fold: PartitionFold, in store: SnapshotStore, topic: String, isAside: Bool) throws(SnapshotError) {
        self.fold = fold
        offset = fold.nextOffset
        writer = try SnapshotWriter(
            store, topic: topic, partition: fold.partition, offset: fold.nextOffset, isAside: isAside)
        fold.beginCut()
    }

    deinit { if !isCut { fold.dropCut() } }

    /// Whether a slice could be cut now: there is something left, and the disk keeps up.
    var isWaitingForSlice: Bool { !isCut && !writer.isFull }

    func cutSlice() {
        guard isWaitingForSlice else { return }
        if chunk.isEmpty { chunk.reserveCapacity(SnapshotWriter.chunkBytes * 3 / 2) }
        isCut = fold.writeCut(into: &chunk, work: Self.sliceWork)
        if isCut || chunk.count >= SnapshotWriter.chunkBytes {
            writer.append(chunk)
            chunk = []
        }
        if isCut { writer.finish() }
    }

    /// Publishes it once that is allowed: when its offset is committed.
    func publish(committed: Int64) {
        guard isCut, !isPublishing, offset <= committed else { return }
        isPublishing = true
        writer.publish()
    }

    var state: SnapshotWriter.State { writer.state }
}
