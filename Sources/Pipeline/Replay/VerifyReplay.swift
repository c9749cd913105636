import Checksums
import Events
import Log
import Scoring
import Snapshots
import Telemetry

/// Where a replay begins.
public enum ReplayStart: Sendable {
    case beginning
    /// At the newest of a partition's snapshots that can be used; at the beginning where none can.
    case newestSnapshot
    /// At this one.
    case snapshot(SnapshotReference)
}

/// A partition of the timeline folded again and held against what was published of it: `scores` result by result, bit for
/// bit, and the score changes of each purpose, each once and in order. Publishes nothing.
///
/// ```
/// scores, score-changes ─▶ a hash of each record ─┐
/// timeline ─▶ the fold that runs live ─▶ results ─┴▶ equal? ─▶ the publisher's rendering ─▶ equal?
/// ```
/// Compared is what lies below the committed offsets; what comes after is counted.
public struct ReplayVerifier<L: Log> {
    /// What was found of one partition.
    public struct Report: Sendable {
        public let partition: Int32
        /// The first record folded: 0, or where the snapshot stands.
        public let start: Int64
        /// The aggregator's committed offset.
        public let end: Int64
        public internal(set) var records: Int64 = 0
        public internal(set) var recordsAfter: Int64 = 0
        /// Results held against `scores`.
        public internal(set) var results: Int64 = 0
        public internal(set) var resultsNotKept: Int64 = 0
        public internal(set) var resultsAfter: Int64 = 0
        /// The same results once more, sent again after a crash.
        public internal(set) var repeats: Int64 = 0
        /// Score changes held against the topics of all purposes.
        public internal(set) var changes: Int64 = 0
        public internal(set) var changesNotKept: Int64 = 0
        public internal(set) var changesAfter: Int64 = 0
        /// Of the fold at `end`.
        public internal(set) var sequence: UInt64 = 0
        public internal(set) var chain = Digest128.zero
        /// nil where the fold could not come to `end`.
        public internal(set) var stateDigest: Digest128?
        /// The first ones, and how many there are.
        public internal(set) var differences: [RecordDifference] = []
        public internal(set) var differenceCount = 0
    }

    private let folds: CommittedFolds<L>
    private let start: ReplayStart
    private let published: [CommittedOffset]
    /// Wall clock, ms, and how long a change is kept beside later ones of its grant.
    private let now: Int64
    private let compactionLag: Int64
    /// How long a change that is missing at the end may take to show, ms.
    private let patience: Int64

    /// - Parameter folds: says log and models, and which snapshots `.newestSnapshot` takes.
    public init(
        _ folds: CommittedFolds<L>, from start: ReplayStart, now: Int64, compactionLag: Int64 = 7 * 86_400_000,
        patience: Int64 = 3_000
    ) throws {
        self.folds = folds
        self.start = start
        self.now = now
        self.compactionLag = compactionLag
        self.patience = patience
        // After the aggregator's: what it has committed is in `scores`.
        published = try folds.log.committed(group: folds.names.publisherGroup, topic: folds.names.scores)
    }

    /// The records that a partition's verification reads, at most.
    public func recordCount(_ partition: Int32) throws -> Int64 {
        let topics = [folds.names.scores] + purposes.map(folds.names.scoreChanges)
        return try topics.reduce(try folds.committedOffset(partition)) { count, topic in
            let kept = try folds.log.watermarks(topic: topic, partition: partition)
            return count + kept.upperBound - kept.lowerBound
        }
    }

    private var purposes: [Purpose] {
        Purpose.allCases.filter { folds.identity.properties.purposes & 1 << $0.rawValue != 0 }
    }

    /// Folds and compares one partition. `progress` hears how many records more were read, and may throw to stop it.
    /// - Throws: `RoleError` where models, secret or timeline are not those that were committed; `LogError`.
    ///   Complexity: linear in the records read. Memory: the state, 16 bytes a result and 40 a score change.
    public func verify(
        _ partition: Int32, skipped: (String) -> Void = { _ in }, progress: (Int) throws -> Void = { _ in }
    ) throws -> Report {
        let fold =
            switch start {
            case .beginning: PartitionFold(partition: partition, models: folds.models, loader: loadModels)
            case .newestSnapshot: try folds.start(partition, skipped: skipped)
            case .snapshot(let reference): try folds.load(reference, partition)
            }
        let committed = try folds.committedMetadata(partition)
        var comparison = try Comparison(self, fold, committed, try publishedMetadata(partition), progress)
        try comparison.run(progress)
        return try comparison.finish()
    }

    private func publishedMetadata(_ partition: Int32) throws -> OffsetMetadata {
        let topic = folds.names.scores
        guard published.indices.contains(Int(partition)), published[Int(partition)].offset != nil else {
            throw RoleError.missingOffset(group: folds.names.publisherGroup, topic: topic, partition: partition)
        }
        let text = published[Int(partition)].metadata
        guard let metadata = OffsetMetadata(text) else {
            throw RoleError.metadata(topic: topic, partition: partition, text: text)
        }
        return metadata
    }

    /// One partition on its way.
    private struct Comparison {
        let verifier: ReplayVerifier
        let fold: PartitionFold
        /// Where aggregator and publisher say that they stand.
        let committed: OffsetMetadata
        let published: OffsetMetadata
        var report: Report
        var results: PublishedResults
        var changes: [ChangeComparison] = []
        var differences = RecordDifferences()
        var output = FoldOutput()
        private var cards = ScorecardTexts()
        private var value: [UInt8] = []

        var log: L { verifier.folds.log }
        var names: TopicNames { verifier.folds.names }
        /// The last result whose changes are published for certain, and whose results are.
        var lastPublished: UInt64 { min(published.sequence, committed.sequence) }

        init(
            _ verifier: ReplayVerifier, _ fold: PartitionFold, _ committed: OffsetMetadata, _ published: OffsetMetadata,
            _ progress: (Int) throws -> Void
        ) throws {
            self.verifier = verifier
            self.fold = fold
            self.committed = committed
            self.published = published
            let (folds, partition) = (verifier.folds, fold.partition)
            report = Report(
                partition: partition, start: fold.nextOffset, end: try folds.committedOffset(partition))
            results = try PublishedResults(
                folds.log, topic: folds.names.scores, partition: partition, above: fold.sequence,
                through: committed.sequence, progress)
            for purpose in verifier.purposes {
                changes.append(
                    ChangeComparison(
                        try PublishedChanges(
                            folds.log, purpose: purpose, topic: folds.names.scoreChanges(purpose),
                            partition: partition, progress),
                        above: fold.sequence, compactedBefore: verifier.now - verifier.compactionLag))
            }
            checkPublisher(sequence: fold.sequence, chain: fold.chain)
        }

        mutating func run(_ progress: (Int) throws -> Void) throws {
            let topic = names.timeline
            let kept = try log.watermarks(topic: topic, partition: fold.partition)
            guard kept.lowerBound <= fold.nextOffset else {
                throw RoleError.logBeginsLater(
                    topic: topic, partition: fold.partition, wanted: fold.nextOffset, low: kept.lowerBound)
            }
            report.recordsAfter = kept.upperBound - report.end
            do {
                try log.read(topic: topic, partition: fold.partition, range: fold.nextOffset..<report.end) { batch in
                    for (index, entry) in batch.entries.enumerated() {
                        fold.expect(after: index, in: batch.entries.indices, of: batch)
                        try take(entry, batch.key(entry), batch.value(entry))
                    }
                    try progress(batch.count)
                }
            } catch let error as Stop {
                differences.add(error.difference)
            }
        }

        /// The fold cannot go on.
        private struct Stop: Error {
            let difference: RecordDifference
        }

        private mutating func take(_ entry: RecordBatch.Entry, _ key: RawSpan, _ value: RawSpan) throws {
            do throws(FoldError) {
                try fold.fold(offset: entry.offset, key: key, value: value, into: &output)
            } catch {
                let reason = error.asRoleError(topic: names.timeline, partition: fold.partition).description
                throw Stop(
                    difference: RecordDifference(
                        .damaged, names.timeline, fold.partition, entry.offset,
                        "the fold stops here, and nothing after it is compared: \(reason)"))
            }
            report.records += 1
            if output.isEmpty { return }
            var first = fold.sequence - UInt64(output.ends.count)
            var start = 0
            let output = output
            for end in output.ends {
                first += 1
                try take(first, unsafe output.results.span.bytes.extracting(start..<end))
                start = end
            }
            self.output.removeAll()
        }

        private mutating func take(_ sequence: UInt64, _ bytes: RawSpan) throws {
            let fold = fold
            results.compare(sequence, bytes) { ScoreResult.text(of: bytes, fold.scorecard(of:)) }
            guard sequence <= lastPublished else { return }
            var cursor = ByteCursor(bytes)
            let (result, chain) = try ScoreResult.next(from: &cursor, verifying: nil)
            checkPublisher(sequence: sequence, chain: chain)
            guard !result.isOfChallenger else { return }
            let change = ScoreChange(result: result, card: cards.text(of: result.model, fold.scorecard(of:))!)
            var value = value  // moved out, since a span of a property keeps all of this from being changed
            self.value = []
            defer { self.value = value }
            for recipient in result.recipients {
                guard let index = verifier.purposes.firstIndex(of: recipient.purpose) else { continue }
                value.removeAll(keepingCapacity: true)
                change.encode(for: recipient, into: &value)
                changes[index].expect(sequence, key: recipient.grant.span, value: unsafe value.span.bytes)
            }
        }

        /// Whether the publisher's committed position is one that the results pass.
        private mutating func checkPublisher(sequence: UInt64, chain: Digest128) {
            guard sequence == published.sequence, chain != published.chain else { return }
            differences.add(
                RecordDifference(
                    .position, names.scores, fold.partition, verifier.published[Int(fold.partition)].offset,
                    sequence: sequence,
                    "the publisher's committed offset says another chain than result \(sequence) has",
                    found: published.text, expected: "\(sequence) \(chain.hex)"))
        }

        mutating func finish() throws -> Report {
            try verifier.folds.holdToIdentity(fold)
            let isWhole = fold.nextOffset == report.end
            if !isWhole, differences.count == 0 {
                differences.add(
                    RecordDifference(
                        .missing, names.timeline, fold.partition, fold.nextOffset,
                        "the timeline ends here, and \(report.end) was committed: records are lost"))
            }
            if isWhole { checkAggregator() }
            let (log, fold) = (log, fold)
            try results.fetchFound(log) { ScoreResult.text(of: $0, fold.scorecard(of:)) }
            let last = isWhole ? lastPublished : min(lastPublished, fold.sequence)
            let deadline = monotonicMilliseconds() + verifier.patience
            let latest = fold.latestStamp ?? verifier.now
            for index in changes.indices {
                changes[index].allowCompaction(before: latest - verifier.compactionLag)
                try changes[index].finish(log, through: last) { monotonicMilliseconds() >= deadline }
            }
            fillReport(isWhole)
            return report
        }

        private mutating func checkAggregator() {
            guard fold.sequence != committed.sequence || fold.chain != committed.chain else { return }
            differences.add(
                RecordDifference(
                    .position, names.timeline, fold.partition, report.end, sequence: fold.sequence,
                    "the aggregator's committed offset says another position than the fold has there",
                    found: committed.text,
                    expected: OffsetMetadata(sequence: fold.sequence, chain: fold.chain, model: fold.beginning.identity)
                        .text))
        }

        private mutating func fillReport(_ isWhole: Bool) {
            report.results = results.compared
            report.resultsNotKept = results.notKept
            report.resultsAfter = results.after
            report.repeats = results.repeats
            report.changes = changes.reduce(0) { $0 + $1.compared }
            report.changesNotKept = changes.reduce(0) { $0 + $1.notKept }
            report.changesAfter = changes.reduce(0) { $0 + $1.after }
            report.sequence = fold.sequence
            report.chain = fold.chain
            if isWhole, fold.properties != nil { report.stateDigest = fold.stateDigest }
            differences.add(results.differences)
            for change in changes { differences.add(change.differences) }
            report.differences = differences.kept
            report.differenceCount = differences.count
        }
    }
}
