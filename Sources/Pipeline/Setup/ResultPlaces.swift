import Checksums
import Events
import Log
import Scoring

/// Where the aggregator and the publisher of one timeline partition go on, where their groups do not say it any more.
///
/// ```
/// score-changes ─▶ S, the last number that was published ─┐
/// scores ─▶ what follows S is kept there ─────────────────┼─▶ publisher: the record that holds S + 1
///        ─▶ the last result that is kept ─────────────────┼─▶ aggregator: the timeline record that caused it
///        ─▶ what follows S is not kept ─▶ fold up to S ───┴─▶ aggregator: that record of the timeline; publisher: the end
/// ```
/// Each place is an offset and the number and running hash of the results there. Results that are made again carry the same
/// numbers and bytes, and the publisher drops those up to S.
struct ResultPlaces {
    let partition: Int32
    /// nil where the group has a place from which it can go on.
    private(set) var aggregator: CommittedOffset?
    private(set) var publisher: CommittedOffset?

    /// The fold is needed, and no models were given.
    struct NeedsModels: Error {
        /// The number behind which the publisher goes on.
        let published: UInt64
    }

    /// The number behind which a group goes on.
    static func sequence(_ place: CommittedOffset) -> UInt64 { OffsetMetadata(place.metadata)?.sequence ?? 0 }

    /// - Parameters:
    ///   - scores: false where that topic is missing.
    ///   - models: of the timeline's beginning; nil where the fold must not be needed.
    /// - Throws: `NeedsModels`; `SetupError` where the timeline does not begin at 0 and the fold is needed; `RoleError`,
    ///   `LogError`. Complexity: linear in `scores`, `score-changes`, and where the fold is needed in the timeline.
    init<L: Log>(
        _ log: L, names: TopicNames, _ properties: TimelineProperties, partition: Int32, scores: Bool = true,
        models: Models?
    ) throws {
        self.partition = partition
        let timeline = try log.watermarks(topic: names.timeline, partition: partition)
        let results = try scores ? log.watermarks(topic: names.scores, partition: partition) : 0..<0
        let aggregator = try Self.place(log, names.aggregatorGroup, names.timeline, partition, within: timeline)
        let publisher =
            try scores ? Self.place(log, names.publisherGroup, names.scores, partition, within: nil) : nil
        let canGoOn = publisher.map { results.lowerBound <= $0.offset && $0.offset <= results.upperBound } ?? false
        if aggregator != nil, canGoOn { return }
        let kept = try scores ? KeptResults(log, names, partition, results) : KeptResults()
        var published = publisher?.metadata
        if published == nil {
            let last = try lastPublished(log, names, properties, partition)
            published = kept.position(at: last)
            if let there = aggregator?.metadata, there.sequence == last { published = published ?? there }
            if last == 0 { published = published ?? .zero }
            if published == nil {
                try refold(log, names, timeline, results, through: last, models)
                return
            }
        }
        let last = published!.sequence
        let isKept = kept.holds(after: last) || aggregator?.metadata.sequence == last || kept.last?.sequence == last
        guard isKept || aggregator == nil && last == 0 && kept.last == nil else {
            try refold(log, names, timeline, results, through: last, models)
            return
        }
        if aggregator == nil { self.aggregator = try kept.causeOfLast(partition) ?? zero(timeline, names) }
        if !canGoOn {
            self.publisher = CommittedOffset(
                partition: partition, offset: kept.offset(of: last + 1) ?? results.upperBound, metadata: published!.text
            )
        }
    }

    /// What a group has committed, where its role would begin there.
    private static func place<L: Log>(
        _ log: L, _ group: String, _ topic: String, _ partition: Int32, within kept: Range<Int64>?
    ) throws -> (offset: Int64, metadata: OffsetMetadata)? {
        let committed = try log.committed(group: group, topic: topic).first { $0.partition == partition }
        guard let committed, let offset = committed.offset else { return nil }
        if let kept, offset < kept.lowerBound || offset > kept.upperBound { return nil }
        if kept != nil, offset == 0, committed.metadata.isEmpty { return (0, .zero) }
        return OffsetMetadata(committed.metadata).map { (offset, $0) }
    }

    private func zero(_ timeline: Range<Int64>, _ names: TopicNames) throws -> CommittedOffset {
        try requireBeginning(timeline, names)
        return CommittedOffset(partition: partition, offset: 0, metadata: OffsetMetadata.zero.text)
    }

    private func requireBeginning(_ timeline: Range<Int64>, _ names: TopicNames) throws {
        guard timeline.lowerBound == 0 else {
            throw SetupError(
                .configuration,
                "\(names.timeline)[\(partition)] begins at \(timeline.lowerBound), and what the groups need is kept nowhere "
                    + "else: nothing brings their places back. Make another timeline with --prefix")
        }
    }

    /// Finds by the fold the last record behind which there are no results above `last`.
    private mutating func refold<L: Log>(
        _ log: L, _ names: TopicNames, _ timeline: Range<Int64>, _ results: Range<Int64>, through last: UInt64,
        _ models: Models?
    ) throws {
        try requireBeginning(timeline, names)
        guard let models else { throw NeedsModels(published: last) }
        let search = ResultSearch(partition: partition, models: models, names.timeline, for: last)
        try search.read(log, timeline)
        aggregator = CommittedOffset(partition: partition, offset: search.offset, metadata: search.before.text)
        publisher = CommittedOffset(
            partition: partition, offset: results.upperBound, metadata: search.published.text)
    }
}

/// A fold of one timeline partition up to the first record that brings a result above a number.
private final class ResultSearch {
    private let fold: PartitionFold
    private let topic: String
    private let last: UInt64
    private var output = FoldOutput()
    /// That record, or the end of the timeline where nothing is above.
    private(set) var offset: Int64 = 0
    /// How far the results had come before it.
    private(set) var before = OffsetMetadata.zero
    /// How far they had come with the number.
    private(set) var published = OffsetMetadata.zero

    init(partition: Int32, models: Models, _ topic: String, for last: UInt64) {
        fold = PartitionFold(partition: partition, models: models, loader: loadModels)
        self.topic = topic
        self.last = last
    }

    private struct Found: Error {}

    func read<L: Log>(_ log: L, _ range: Range<Int64>) throws {
        do {
            try log.read(topic: topic, partition: fold.partition, range: range) { batch in
                for (index, entry) in batch.entries.enumerated() {
                    fold.expect(after: index, in: batch.entries.indices, of: batch)
                    try take(entry.offset, batch.key(entry), batch.value(entry))
                    if fold.sequence > last { throw Found() }
                }
            }
        } catch is Found {
            return
        }
        offset = fold.nextOffset
        before = OffsetMetadata(sequence: fold.sequence, chain: fold.chain, model: fold.beginning.identity)
        if fold.sequence == last { return }
        throw RoleError.brokenInvariant(
            "\(topic)-\(fold.partition) gives \(fold.sequence) results, and \(last) were published: give the models with which the "
                + "timeline began to --model and --challenger")
    }

    private func take(_ offset: Int64, _ key: RawSpan, _ value: RawSpan) throws {
        self.offset = offset
        before = OffsetMetadata(sequence: fold.sequence, chain: fold.chain, model: fold.beginning.identity)
        do throws(FoldError) {
            try fold.fold(offset: offset, key: key, value: value, into: &output)
        } catch {
            throw error.asRoleError(topic: topic, partition: fold.partition)
        }
        let results = output.results
        output.removeAll()
        var cursor = ByteCursor(unsafe results.span.bytes)
        while cursor.remaining > 0 {
            let (result, chain) = try ScoreResult.next(from: &cursor, verifying: nil)
            guard result.sequence == last else { continue }
            published = OffsetMetadata(sequence: last, chain: chain, model: nil)
        }
    }
}

/// The greatest number that a score change of this timeline partition states; 0 where there is none.
func lastPublished<L: Log>(
    _ log: L, _ names: TopicNames, _ properties: TimelineProperties, _ partition: Int32
) throws -> UInt64 {
    var last: UInt64 = 0
    for purpose in Purpose.allCases where properties.purposes & 1 << purpose.rawValue != 0 {
        do {
            let topic = names.scoreChanges(purpose)
            let changes = try PublishedChanges(log, purpose: purpose, topic: topic, partition: partition) { _ in }
            last = changes.changes.reduce(last) { max($0, $1.sequence ?? 0) }
        } catch let error as LogError where error.kind == .missingTopic {}
    }
    return last
}
