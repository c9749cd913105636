import Checksums
import Events
import Log
import Scoring
import Snapshots

/// What verifying one snapshot file gave.
public struct SnapshotCheck: Sendable {
    public enum Verdict: Equatable, Sendable {
        /// The file's checksums hold, and its payload loads into a fold that gives the same bytes again.
        case sound
        /// And the timeline folded up to its offset gives them, too.
        case equal
        /// Sound, and not compared with the timeline: why.
        case notCompared(String)
        /// Not what it must be: why.
        case failed(String)
    }

    public let file: SnapshotFile
    public internal(set) var verdict: Verdict
    /// Of the payload, XXH3-128: the state digest; nil where there is no payload to be had.
    public let digest: Digest128?

    public var isFailed: Bool { if case .failed = verdict { true } else { false } }

    /// Looks into the file and its payload.
    public init(_ file: SnapshotFile, models: Models) {
        self.file = file
        verdict = .sound
        guard let payload = Self.attempt({ try file.reference.payload() }, &verdict) else {
            digest = nil
            return
        }
        digest = unsafe xxh3Digest(payload.span.bytes)
        guard
            let fold = Self.attempt(
                { try PartitionFold(snapshot: file.reference, payload: payload, models: models) }, &verdict)
        else { return }
        verdict =
            fold.stateDigest == digest
            ? .sound : .failed("loaded into a fold and written again, it gives other bytes")
    }
}

extension CommittedFolds {
    /// Folds the timeline up to each snapshot that is sound and compares the digests. `progress` hears how many records
    /// more were read, and may throw to stop it.
    /// - Throws: `RoleError`, `LogError`. Complexity: one fold of each partition, and at each snapshot its state.
    public func compare(_ checks: inout [SnapshotCheck], progress: (Int) throws -> Void = { _ in }) throws {
        for partition in partitions {
            let places = checks.indices.filter { index in
                let reference = checks[index].file.reference
                return reference.topic == names.timeline && reference.partition == partition && !checks[index].isFailed
            }
            if !places.isEmpty { try compare(&checks, places, partition, progress) }
        }
        for index in checks.indices where checks[index].verdict == .sound {
            let reference = checks[index].file.reference
            checks[index].verdict = .notCompared(
                "\(reference.topic)-\(reference.partition) is not of this timeline, \(names.timeline) with "
                    + "\(partitions.count) partitions: see --prefix")
        }
    }

    private func compare(
        _ checks: inout [SnapshotCheck], _ places: [Int], _ partition: Int32, _ progress: (Int) throws -> Void
    ) throws {
        let kept = try log.watermarks(topic: names.timeline, partition: partition)
        var fold: PartitionFold? =
            kept.lowerBound == 0 ? PartitionFold(partition: partition, models: models, loader: loadModels) : nil
        for place in places.sorted(by: { checks[$0].file.reference.offset < checks[$1].file.reference.offset }) {
            let reference = checks[place].file.reference
            guard reference.offset <= kept.upperBound else {
                checks[place].verdict = .failed("it stands above the timeline, which ends at \(kept.upperBound)")
                continue
            }
            guard let present = fold else {
                guard reference.offset >= kept.lowerBound else {
                    checks[place].verdict = .notCompared("the timeline begins after it, at \(kept.lowerBound)")
                    continue
                }
                fold = try PartitionFold(snapshot: reference, models: models)
                checks[place].verdict = .notCompared(
                    "the timeline begins at \(kept.lowerBound): this one is taken as it is, later ones are compared with it"
                )
                continue
            }
            try read(present, upTo: reference.offset) { _, _, _ in try progress(1) }
            guard present.properties != nil else {
                checks[place].verdict = .failed("a fold that has read nothing has no state")
                continue
            }
            let digest = present.stateDigest
            checks[place].verdict =
                digest == checks[place].digest
                ? .equal : .failed("the timeline folded up to \(reference.offset) gives state \(digest.hex)")
        }
    }
}

extension SnapshotCheck {
    private static func attempt<Value>(_ body: () throws -> Value, _ verdict: inout Verdict) -> Value? {
        do { return try body() } catch {
            verdict = .failed("\(error)")
            return nil
        }
    }
}
