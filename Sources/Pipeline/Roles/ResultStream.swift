import Events
import Log
import Scoring

/// One partition of `scores` as its reader follows it: drops numbers up to its last, stops at a gap, and stops where the
/// next hash does not continue its own. Its position names the model that speaks.
struct ResultStream {
    private(set) var position: OffsetMetadata
    private(set) var nextOffset: Int64

    init(position: OffsetMetadata, offset: Int64) {
        self.position = position
        nextOffset = offset
    }

    /// Hands on each new result of one record of `topic`; returns how many were repeats.
    @discardableResult
    mutating func take(
        _ entry: RecordBatch.Entry, key: RawSpan, value: RawSpan, topic: String, _ body: (ScoreResult) throws -> Void
    ) throws -> Int {
        var repeats = 0
        let place = "\(topic)-\(entry.partition)@\(entry.offset)"
        do {
            var cursor = ByteCursor(try ScoresRecord.results(key: key, value: value, partition: entry.partition))
            while cursor.remaining > 0 {
                guard let next = try ScoreResult.next(from: &cursor, after: (position.sequence, position.chain)) else {
                    repeats += 1
                    continue
                }
                position.sequence = next.result.sequence
                position.chain = next.chain
                if !next.result.isOfChallenger { position.model = next.result.model }
                try body(next.result)
            }
        } catch ResultError.gap(let after, let got) {
            throw RoleError.brokenInvariant(
                "\(place): result \(after + 1) is missing, \(got) came: nothing is published over a gap")
        } catch ResultError.chain(let sequence) {
            throw RoleError.brokenInvariant(
                "\(place): result \(sequence) does not continue the chain of those before it")
        } catch let error as TimelineError {
            throw RoleError.brokenInvariant("\(place) is not a record of scores: \(error)")
        } catch let error as TruncatedBytes {
            throw RoleError.brokenInvariant("\(place) ends within a result, at byte \(error.offset)")
        } catch ResultError.layout {
            throw RoleError.brokenInvariant("\(place) holds bytes that are no result")
        }
        nextOffset = entry.offset + 1
        return repeats
    }
}
