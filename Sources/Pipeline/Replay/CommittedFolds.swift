import Events
import Log
import Scoring
import Snapshots

/// Timeline partitions folded in this process up to the offset that the aggregator has committed, and held to what was
/// committed there: the state behind all that has been published. Publishes nothing, takes no lock.
public struct CommittedFolds<L: Log> {
    public let identity: TimelineIdentity
    let log: L
    let names: TopicNames
    let models: Models
    /// Where an aggregator keeps its snapshots; nil folds from the beginning.
    let snapshots: SnapshotFolder?
    private let committed: [CommittedOffset]

    /// Of the timeline that the control topic names.
    /// - Throws: `SetupError` where there is none, `LogError`.
    public init(_ log: L, names: TopicNames, models: Models, snapshots: SnapshotFolder?) throws {
        let identity = try readControl(log, names: names)
        try self.init(log, names: names, identity: identity, models: models, snapshots: snapshots)
    }

    public init(
        _ log: L, names: TopicNames, identity: TimelineIdentity, models: Models, snapshots: SnapshotFolder?
    ) throws(LogError) {
        self.log = log
        self.names = names
        self.identity = identity
        self.models = models
        self.snapshots = snapshots
        // Nothing is written to a partition that somebody has added.
        committed = try log.committed(group: names.aggregatorGroup, topic: names.timeline)
            .filter { $0.partition < identity.properties.partitions }
    }

    public var partitions: Range<Int32> { 0..<Int32(committed.count) }

    func committedOffset(_ partition: Int32) throws(RoleError) -> Int64 {
        guard partitions.contains(partition), let offset = committed[Int(partition)].offset else {
            throw .missingOffset(group: names.aggregatorGroup, topic: names.timeline, partition: partition)
        }
        return offset
    }

    /// A record that was folded, and whether the fold dropped it as a repeat.
    public typealias Observer = (_ key: RawSpan, _ value: RawSpan, _ isRepeat: Bool) throws -> Void

    /// Folds a partition. A snapshot is used where it verifies and `accepts` says yes; `observe` sees each record after
    /// it. `skipped` hears why a newer snapshot was passed over.
    /// - Throws: `RoleError`: `.wrongModel` and `.brokenInvariant` where the model or what has been folded is not what
    ///   was committed. Complexity: linear in the records above the snapshot.
    public func fold(
        _ partition: Int32, accepts: (PartitionFold) -> Bool = { _ in true },
        observe: Observer = { _, _, _ in }, skipped: (String) -> Void = { _ in }
    ) throws -> (fold: PartitionFold, start: Int64) {
        let end = try committedOffset(partition)
        let metadata = try committedMetadata(partition)
        let fold = try start(partition, accepts: accepts, skipped: skipped)
        let start = fold.nextOffset
        try read(fold, upTo: end, observe)
        guard fold.nextOffset == end else {
            throw RoleError.brokenInvariant(
                "\(names.timeline)-\(partition) ends at \(fold.nextOffset), and \(end) was committed: records are lost")
        }
        try hold(fold, to: metadata)
        return (fold, start)
    }

    /// A fold that has read nothing yet above the snapshot that it begins from, if any.
    func start(
        _ partition: Int32, accepts: (PartitionFold) -> Bool = { _ in true }, skipped: (String) -> Void
    ) throws -> PartitionFold {
        try newestSnapshot(partition, notAbove: committedOffset(partition), accepts, skipped)
            ?? PartitionFold(partition: partition, models: models, loader: loadModels)
    }

    /// What was committed with the offset.
    /// - Throws: `RoleError.wrongModel` where it was committed under other models than those given.
    func committedMetadata(_ partition: Int32) throws -> OffsetMetadata {
        let text = committed[Int(partition)].metadata
        guard let metadata = text.isEmpty ? .zero : OffsetMetadata(text) else {
            throw RoleError.metadata(topic: names.timeline, partition: partition, text: text)
        }
        if let model = metadata.model, model != models.identity {
            throw OtherModels(
                place: "\(names.timeline)-\(partition)", offset: try committedOffset(partition), committed: model,
                given: models, snapshot: nil
            ).error("give the former to --model and --challenger, in that order")
        }
        return metadata
    }

    private func newestSnapshot(
        _ partition: Int32, notAbove end: Int64, _ accepts: (PartitionFold) -> Bool, _ skipped: (String) -> Void
    ) throws -> PartitionFold? {
        guard let snapshots else { return nil }
        for reference in try snapshots.candidates(topic: names.timeline, partition: partition, notAbove: end) {
            do {
                let fold = try PartitionFold(snapshot: reference, models: models)
                guard fold.properties == identity.properties else { throw SnapshotPayloadError.otherTimeline }
                if accepts(fold) { return fold }
            } catch {
                skipped("snapshot \(reference.path) is passed over: \(error)")
            }
        }
        return nil
    }

    /// The fold at this snapshot of a partition, and no other.
    func load(_ reference: SnapshotReference, _ partition: Int32) throws -> PartitionFold {
        guard reference.topic == names.timeline, reference.partition == partition else {
            throw SetupError(
                .configuration,
                "\(reference.path) is of \(reference.topic)-\(reference.partition), not of \(names.timeline)-\(partition)"
            )
        }
        let end = try committedOffset(partition)
        guard reference.offset <= end else {
            throw SetupError(
                .configuration,
                "\(reference.path) stands above the committed offset \(end): give an older one, or begin at the beginning"
            )
        }
        let fold = try PartitionFold(snapshot: reference, models: models)
        try holdToIdentity(fold)
        return fold
    }

    func read(_ fold: PartitionFold, upTo end: Int64, _ observe: Observer) throws {
        let (topic, partition) = (names.timeline, fold.partition)
        let low = try log.watermarks(topic: topic, partition: partition).lowerBound
        guard low <= fold.nextOffset else {
            throw RoleError.logBeginsLater(topic: topic, partition: partition, wanted: fold.nextOffset, low: low)
        }
        var output = FoldOutput()
        try log.read(topic: topic, partition: partition, range: fold.nextOffset..<end) { batch in
            for (index, entry) in batch.entries.enumerated() {
                fold.expect(after: index, in: batch.entries.indices, of: batch)
                let repeats = fold.outcomes.repeats
                do throws(FoldError) {
                    try fold.fold(
                        offset: entry.offset, key: batch.key(entry), value: batch.value(entry), into: &output)
                } catch {
                    throw error.asRoleError(topic: topic, partition: partition)
                }
                output.removeAll()
                try observe(batch.key(entry), batch.value(entry), fold.outcomes.repeats > repeats)
            }
        }
    }

    func hold(_ fold: PartitionFold, to committed: OffsetMetadata) throws {
        let place = "\(names.timeline)-\(fold.partition)@\(fold.nextOffset)"
        guard fold.sequence == committed.sequence, fold.chain == committed.chain else {
            throw RoleError.brokenInvariant(
                "\(place): folded again, the results stand at \(fold.sequence) \(fold.chain.hex), and "
                    + "\(committed.sequence) \(committed.chain.hex) was committed")
        }
        try holdToIdentity(fold)
    }

    /// What was folded is of the timeline, and under the secret, that the control topic names.
    func holdToIdentity(_ fold: PartitionFold) throws(RoleError) {
        let place = "\(names.timeline)-\(fold.partition)@\(fold.nextOffset)"
        guard fold.properties == nil || fold.properties == identity.properties else {
            throw RoleError.brokenInvariant(
                "\(place) belongs to another timeline than \(names.raw(.control)) names")
        }
        if let fingerprint = fold.secretFingerprint, fingerprint != identity.secretFingerprint {
            throw RoleError.wrongSecret(
                "\(place) was keyed with another secret than \(names.raw(.control)) names")
        }
    }
}
