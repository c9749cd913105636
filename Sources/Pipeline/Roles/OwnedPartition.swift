import Events
import Log
import Scoring
import Snapshots
import Telemetry

/// One timeline partition in the hands of an aggregator.
struct OwnedPartition {
    let fold: PartitionFold
    var output = FoldOutput()
    /// Append stamps of the raw records folded since they were last taken, but for those that only recover the state.
    private var inputs = StampRuns()
    /// The committed offset; below it the fold is silent, since its outputs are in `scores` already.
    var committed: Int64
    /// What was committed there.
    private let recovered: (offset: Int64, metadata: OffsetMetadata)
    private var isVerified = false
    var snapshot: SnapshotUnderWay?
    var snapshotOffset: Int64
    /// The newest, as it lies on the disk.
    var snapshotFile: SnapshotMeasures?
    var snapshotAt: Int64

    init(fold: PartitionFold, committed: Int64, metadata: OffsetMetadata, now: Int64) {
        self.fold = fold
        self.committed = committed
        recovered = (committed, metadata)
        snapshotOffset = fold.nextOffset
        snapshotAt = now
    }

    /// Whether the fold has not yet reached what was committed when the partition was assigned.
    var isRecovering: Bool { !isVerified }

    /// How far the results have come, under the models of the timeline's beginning and those that the log brought since.
    var position: OffsetMetadata {
        OffsetMetadata(
            sequence: fold.sequence, chain: fold.chain, model: fold.beginning.identity,
            clock: fold.properties?.clockStepMilliseconds == nil ? nil : fold.clock, claimed: fold.clockDoubt?.claimed)
    }

    /// Folds the entries of a run of this partition, until the slice is over; returns where the rest of the run begins.
    mutating func fold(
        _ run: Range<Int>, of batch: borrowing RecordBatch, topic: String, within slice: inout FoldSlice
    ) throws -> Int {
        slice.begin(fold)
        for index in run {
            fold.expect(after: index, in: run, of: batch)
            let entry = batch.entries[index]
            let value = batch.value(entry)
            do throws(FoldError) {
                try fold.fold(offset: entry.offset, key: batch.key(entry), value: value, into: &output)
            } catch {
                throw error.asRoleError(topic: topic, partition: entry.partition)
            }
            if entry.offset < recovered.offset {
                output.removeAll()
            } else {
                inputs.append(TimelineRecord.appendedAt(in: value))
            }
            try verifyAtCommitted(topic: topic)
            slice.count(fold)
            if slice.isOver { return index + 1 }
        }
        return run.upperBound
    }

    mutating func takeInputs() -> StampRuns {
        defer { inputs.removeAll() }
        return inputs
    }

    /// Where the silent fold ends it must stand where the results stood when the offset was committed: else this is
    /// another log, model or program, and nothing must be sent.
    mutating func verifyAtCommitted(topic: String) throws {
        guard !isVerified, fold.nextOffset == recovered.offset else { return }
        isVerified = true
        let wanted = recovered.metadata
        guard fold.sequence == wanted.sequence, fold.chain == wanted.chain else {
            throw RoleError.brokenInvariant(
                "\(topic)-\(fold.partition)@\(recovered.offset): folded again, the results stand at \(fold.sequence) \(fold.chain.hex), and \(wanted.sequence) \(wanted.chain.hex) was committed"
            )
        }
    }
}

extension OwnedPartition {
    /// The fold against what the control topic says of timeline and secret.
    func hold(to identity: TimelineIdentity, _ names: TopicNames) throws {
        guard fold.properties == identity.properties else {
            throw RoleError.brokenInvariant(
                "\(names.timeline)-\(fold.partition) belongs to another timeline than \(names.raw(.control)) names")
        }
        if let fingerprint = fold.secretFingerprint, fingerprint != identity.secretFingerprint {
            throw RoleError.wrongSecret(
                "\(names.timeline)-\(fold.partition) was keyed with another secret than \(names.raw(.control)) names")
        }
    }
}

extension ScoresRecord {
    /// Bytes of results in one record of `scores` at most, unless a single result is larger.
    static let cutAt = 64 << 10

    /// Cuts the results of an output, whose last number is `last`, into records.
    static func cut(
        _ output: FoldOutput, through last: UInt64, partition: Int32,
        _ append: (_ key: RawSpan, _ value: RawSpan) throws -> Void
    ) throws {
        var first = last - UInt64(output.ends.count) + 1
        var start = 0
        var index = 0
        while index < output.ends.count {
            var end = index + 1
            while end < output.ends.count, output.ends[end] - start <= cutAt { end += 1 }
            var key: [UInt8] = []
            ScoresRecord.key(firstSequence: first, into: &key)
            var value: [UInt8] = []
            ScoresRecord.encode(
                results: unsafe output.results.span.bytes.extracting(start..<output.ends[end - 1]), count: end - index,
                key: unsafe key.span.bytes, partition: partition, into: &value)
            try append(unsafe key.span.bytes, unsafe value.span.bytes)
            first += UInt64(end - index)
            start = output.ends[end - 1]
            index = end
        }
    }
}
