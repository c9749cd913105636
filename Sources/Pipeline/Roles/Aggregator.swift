import Checksums
import Events
import Log
import Scoring
import Snapshots
import Telemetry

/// Reads the timeline, folds it and writes what moved to `scores`.
///
/// ```
/// assigned ─▶ newest snapshot at or below the committed offset ─▶ fold silently up to the committed offset
///          ─▶ compare with what was committed there ─▶ fold with output ─▶ scores ─▶ commit ─▶ snapshot
/// ```
/// A batch is folded in slices of some milliseconds. Between two of them outputs leave, offsets are committed and the group
/// is served, so that slow records of one person neither hold up the results of others for long nor cost the membership.
public final class Aggregator<L: Log>: Role {
    public struct Options {
        public var snapshotEveryMilliseconds: Int64
        /// Whether snapshots are written, and read, on threads of their own. A simulation, which has one thread and one
        /// order of things, does without.
        public var worksAside: Bool

        /// A slice of a batch: records at most, and milliseconds on the clock after which it ends.
        public var sliceRecords: Int
        public var sliceMilliseconds: Int64

        public init(
            snapshotEveryMilliseconds: Int64 = 30_000, worksAside: Bool = true, sliceRecords: Int = 5_000,
            sliceMilliseconds: Int64 = 20
        ) {
            self.snapshotEveryMilliseconds = snapshotEveryMilliseconds
            self.worksAside = worksAside
            self.sliceRecords = sliceRecords
            self.sliceMilliseconds = sliceMilliseconds
        }
    }

    private let log: L
    let names: TopicNames
    let identity: TimelineIdentity
    private let models: Models
    let store: SnapshotStore
    let journal: Journal
    let context: RoleContext
    let options: Options

    let reader: L.Reader
    private let writer: L.Writer
    private let scores: TopicHandle
    private let deadLetters: TopicHandle

    private var batch = RecordBatch()
    /// What of the batch has not been folded.
    private var rest = BatchRest()
    var partitions: [Int32: OwnedPartition] = [:]
    private var inFlight = InFlight()
    private var pace = Pace(milliseconds: batchEveryMilliseconds)
    private var committedAt: Int64 = 0
    var meter: RoleMeter

    public init(
        log: L, names: TopicNames, identity: TimelineIdentity, models: Models, store: SnapshotStore,
        instance: String, journal: Journal, context: RoleContext, options: Options = Options()
    ) throws {
        self.log = log
        self.names = names
        self.identity = identity
        self.models = models
        self.store = store
        self.journal = journal
        self.context = context
        self.options = options
        meter = RoleMeter(topics: [names.scores, names.deadLetters], reasons: FoldRefusal.Reason.names)
        writer = try log.writer()
        scores = try writer.topic(names.scores)
        deadLetters = try writer.topic(names.deadLetters)
        reader = try log.reader(group: names.aggregatorGroup, topic: names.timeline, instance: instance)
    }

    public func step(waiting milliseconds: Int) throws {
        switch try nextEvent(waiting: milliseconds) {
        case .assigned(let committed): try begin(committed)
        case .revoked: try giveUp(finishing: true)
        case .lost: try giveUp(finishing: false)
        case .records:
            rest = BatchRest(batch)
            pace.begin(context, records: batch.count)
        case .idle: break
        }
        if !rest.isEmpty { try foldSlice() }
        try commit()
        snapshotStep()
    }

    /// What the reader brings next. While a batch is being worked on the group is served, and brings no records.
    private func nextEvent(waiting milliseconds: Int) throws -> ReaderEvent {
        guard rest.isEmpty else { return try reader.serve() }
        if snapshotWait == nil { try pace.wait(context, for: writer) }
        let wait = inFlight.wait(
            atMost: snapshotWait ?? milliseconds, now: context.clock(),
            commitAt: committedAt + commitEveryMilliseconds)
        return try reader.poll(into: &batch, milliseconds: min(milliseconds, wait))
    }

    public func stop() throws {
        try finish()
        StopSignal.allow(seconds: lastSnapshotsSeconds)
        for partition in partitions.keys.sorted() { writeLastSnapshot(of: partition) }
        reader.close()
    }

    // MARK: - Assignment and recovery

    private func begin(_ committed: [CommittedOffset]) throws {
        rest = BatchRest()
        partitions = [:]
        var positions: [PartitionPosition] = []
        var snapshots = try NewestSnapshots(
            store, topic: names.timeline, committed, identity, models, journal, isAside: options.worksAside)
        for position in committed {
            let owned = try recover(position, from: &snapshots)
            partitions[position.partition] = owned
            positions.append(PartitionPosition(partition: position.partition, offset: owned.fold.nextOffset))
        }
        try reader.start(positions)
        meter.begin(partitions.keys, now: context.wallClock())
        journal.info(.assigned, ["partitions": .int(positions.count)])
    }

    /// The fold from the newest snapshot that can be used, or from the beginning of the log.
    private func recover(_ position: CommittedOffset, from snapshots: inout NewestSnapshots) throws -> OwnedPartition {
        guard let offset = position.offset else {
            throw RoleError.missingOffset(
                group: names.aggregatorGroup, topic: names.timeline, partition: position.partition)
        }
        let metadata = position.metadata.isEmpty ? .zero : OffsetMetadata(position.metadata)
        guard let metadata else {
            throw RoleError.metadata(topic: names.timeline, partition: position.partition, text: position.metadata)
        }
        if let committed = metadata.model, committed != models.identity {
            throw OtherModels(
                place: "\(names.timeline)-\(position.partition)", offset: offset, committed: committed, given: models,
                snapshot: snapshots.otherModels(of: position.partition)
            ).error(
                """
                start with the former, in that order: the options name the models with which the timeline began, since \
                the numbers and the chain of its results follow from them. To add, drop or swap one now, leave them as \
                they are and run `plainscore model switch FILE [--challenger FILE]`: the log carries the new ones
                """)
        }
        let fold =
            snapshots.fold(of: position.partition)
            ?? PartitionFold(partition: position.partition, models: models, loader: loadModels)
        let low = try log.watermarks(topic: names.timeline, partition: position.partition).lowerBound
        guard low <= fold.nextOffset else {
            throw RoleError.logBeginsLater(
                topic: names.timeline, partition: position.partition, wanted: fold.nextOffset, low: low)
        }
        var owned = OwnedPartition(fold: fold, committed: offset, metadata: metadata, now: context.clock())
        journal.info(
            .recovered,
            [
                "partition": .int(Int(position.partition)), "snapshot": .int(Int(fold.nextOffset)),
                "committed": .int(Int(offset)), "persons": .int(fold.personCount),
            ])
        owned.snapshotFile = store.measures(names.timeline, position.partition, at: fold.nextOffset)
        try owned.verifyAtCommitted(topic: names.timeline)
        return owned
    }

    /// What has been read and not folded is forgotten: whoever has the partitions next reads it again.
    private func giveUp(finishing: Bool) throws {
        rest = BatchRest()
        if finishing { try finish() }
        inFlight.removeAll()
        partitions = [:]
        meter.end()
        try reader.release()
        journal.info(finishing ? .revoked : .lost, [:])
    }

    // MARK: - Folding

    /// Folds the next slice of the batch, and sends what it brings.
    private func foldSlice() throws {
        let batch = batch  // a span can borrow from a local, not from a property of a class
        var slice = FoldSlice(
            .init(records: options.sliceRecords, milliseconds: options.sliceMilliseconds), clock: context.clock)
        var touched: Set<Int32> = []
        while let run = rest.first, !slice.isOver {
            let partition = batch.entries[run.lowerBound].partition
            // Held alone, so that nothing of it is copied.
            guard var owned = partitions.removeValue(forKey: partition) else {
                rest.removeFirst()
                continue
            }
            defer { partitions[partition] = owned }
            touched.insert(partition)
            let end = try owned.fold(run, of: batch, topic: names.timeline, within: &slice)
            meter.read(batch.entries[run.lowerBound..<end])
            if slice.isOver { rest.leave(at: end, of: batch) } else { rest.removeFirst() }
        }
        try pace.waitToSend(writer)
        try sendOutputs(of: touched)
    }

    private func sendOutputs(of touched: Set<Int32>) throws {
        var offsets: [CommittedOffset] = []
        var inputs = StampRuns()
        for partition in touched.sorted() {
            try partitions[partition]!.hold(to: identity, names)
            try send(partition)
            let owned = partitions[partition]!
            guard !owned.isRecovering else { continue }
            inputs.append(partitions[partition]!.takeInputs())
            offsets.append(
                CommittedOffset(
                    partition: partition, offset: owned.fold.nextOffset, metadata: owned.position.text))
        }
        guard !offsets.isEmpty else { return }
        inFlight.append(writer.seal(), offsets, inputs: inputs)
        if inFlight.undelivered > undeliveredMax { try writer.flush(milliseconds: finishMilliseconds) }
    }

    private func send(_ partition: Int32) throws {
        var owned = partitions[partition]!
        defer { partitions[partition] = owned }
        guard !owned.output.isEmpty else { return }
        partitions[partition] = nil  // held alone, so that its output is not copied
        meter.counters.wrote(names.deadLetters, owned.output.refusals.count)
        for refusal in owned.output.refusals {
            meter.counters.refused(refusal.reason.rawValue)
            let letter = DeadLetter(refusal)
            let key = letter.key
            let none: [UInt8] = []
            try writer.append(
                deadLetters, partition: nil, key: unsafe key.span.bytes, value: unsafe none.span.bytes,
                headers: letter.headers)
        }
        try ScoresRecord.cut(owned.output, through: owned.fold.sequence, partition: partition) { key, value in
            meter.counters.wrote(names.scores, 1)
            try writer.append(scores, partition: partition, key: key, value: value)
        }
        owned.output.removeAll()
    }

    private func commit(atOnce: Bool = false) throws {
        inFlight.settle(through: try writer.settled())
        let now = context.clock()
        guard inFlight.hasReady, atOnce || now - committedAt >= commitEveryMilliseconds else { return }
        committedAt = now
        let ready = inFlight.takeReady()
        guard try reader.commitUnlessFenced(ready, journal, context, &meter.counters) else {
            return inFlight.removeAll()
        }
        for offset in ready.offsets {
            partitions[offset.partition]?.committed = offset.offset!
            settleSnapshot(of: offset.partition)
        }
    }

    private func finish() throws {
        try writer.flush(milliseconds: finishMilliseconds)
        try commit(atOnce: true)
    }
}
