import Checksums
import Log
import Scoring
import Snapshots
import Telemetry

/// The folds with which an aggregator goes on, one partition after the other: while that of one is made, the next snapshot is
/// read.
struct NewestSnapshots {
    private let identity: TimelineIdentity
    private let models: Models
    private let store: SnapshotStore
    private let journal: Journal
    /// At or below where each partition was committed, newest first.
    private var candidates: [Int32: [SnapshotReference]] = [:]
    private var ahead: SnapshotReadAhead

    /// - Parameter positions: of the partitions, in the order in which they will be asked for.
    init(
        _ store: SnapshotStore, topic: String, _ positions: [CommittedOffset], _ identity: TimelineIdentity,
        _ models: Models, _ journal: Journal, isAside: Bool
    ) throws {
        self.identity = identity
        self.models = models
        self.store = store
        self.journal = journal
        for position in positions {
            guard let offset = position.offset else { continue }
            candidates[position.partition] = try store.candidates(
                topic: topic, partition: position.partition, notAbove: offset)
        }
        let newest = positions.compactMap { [candidates] in candidates[$0.partition]?.first }
        ahead = SnapshotReadAhead(store, newest, isAside: isAside)
    }

    /// From the newest snapshot that can be used; nil without one.
    mutating func fold(of partition: Int32) -> PartitionFold? {
        for reference in candidates[partition] ?? [] {
            do {
                let payload = try ahead.read(reference)
                let fold = try PartitionFold(
                    state: unsafe payload.span.bytes, partition: partition, models: models, loader: loadModels)
                guard fold.nextOffset == reference.offset else { throw SnapshotPayloadError.layout }
                guard fold.properties == identity.properties else { throw SnapshotPayloadError.otherTimeline }
                return fold
            } catch {
                journal.warning(
                    .snapshotRefused, ["path": .text(reference.path), "reason": .text("\(error)")])
            }
        }
        return nil
    }

    /// Under which models the newest snapshot of others than those given was taken.
    func otherModels(of partition: Int32) -> [Digest128]? {
        for reference in candidates[partition] ?? [] {
            do {
                let payload = try store.read(reference)
                _ = try PartitionFold(
                    state: unsafe payload.span.bytes, partition: partition, models: models, loader: loadModels)
            } catch SnapshotPayloadError.otherModel(let hashes) {
                return hashes
            } catch {
                continue  // damaged, and nothing is lost: the sentence says less
            }
        }
        return nil
    }
}
