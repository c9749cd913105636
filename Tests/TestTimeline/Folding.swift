import Checksums
import Events
import Scoring

extension PartitionFold {
    /// Folds records from where this fold stands, and returns what came of it.
    public func fold(_ records: some Collection<TimelineBuilder.Record>) throws -> FoldOutput {
        var output = FoldOutput()
        for record in records {
            try fold(
                offset: nextOffset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                into: &output)
        }
        return output
    }
}

extension FoldOutput {
    /// The results, decoded, their chain verified from `chain` on.
    public func decoded(after chain: Digest128 = .zero) throws -> [ScoreResult] {
        var cursor = ByteCursor(unsafe results.span.bytes)
        var results: [ScoreResult] = []
        var chain = chain
        while cursor.remaining > 0 {
            let next = try ScoreResult.next(from: &cursor, verifying: chain)
            chain = next.chain
            results.append(next.result)
        }
        return results
    }
}
