import Checksums
import Events
import Log
import Scoring

/// The results of one partition that `scores` keeps: where each stands, and the running hash there. Memory: 40 bytes a result.
struct KeptResults {
    private struct Result {
        let sequence: UInt64
        let chain: Digest128
        let timelineOffset: Int64
        /// Of its record in `scores`.
        let offset: Int64
    }

    /// By number, each once.
    private var results: [Result] = []

    init() {}

    init<L: Log>(_ log: L, _ names: TopicNames, _ partition: Int32, _ kept: Range<Int64>) throws {
        try log.read(topic: names.scores, partition: partition, range: kept) { batch in
            for entry in batch.entries {
                var cursor = ByteCursor(
                    try ScoresRecord.results(key: batch.key(entry), value: batch.value(entry), partition: partition))
                while cursor.remaining > 0 {
                    let (result, chain) = try ScoreResult.next(from: &cursor, verifying: nil)
                    guard result.sequence > results.last?.sequence ?? 0 else { continue }
                    results.append(
                        Result(
                            sequence: result.sequence, chain: chain, timelineOffset: result.timelineOffset,
                            offset: entry.offset))
                }
            }
        }
    }

    var last: OffsetMetadata? { results.last.map(metadata) }

    /// How far the results have come with this number; nil where it is not kept.
    func position(at sequence: UInt64) -> OffsetMetadata? { result(sequence).map(metadata) }

    /// Whether whoever has the results up to this number finds the next one here.
    func holds(after sequence: UInt64) -> Bool { result(sequence + 1) != nil }

    /// Of the record in `scores` that holds it.
    func offset(of sequence: UInt64) -> Int64? { result(sequence)?.offset }

    /// The timeline record that caused the last result, with how far the results had come before it. A record may cause many
    /// results, and the last one of them is not known to be here.
    func causeOfLast(_ partition: Int32) -> CommittedOffset? {
        guard let last = results.last, let first = results.first else { return nil }
        if let before = results.last(where: { $0.timelineOffset < last.timelineOffset }) {
            return CommittedOffset(
                partition: partition, offset: last.timelineOffset, metadata: metadata(before).text)
        }
        if first.sequence == 1 {
            return CommittedOffset(
                partition: partition, offset: last.timelineOffset, metadata: OffsetMetadata.zero.text)
        }
        return CommittedOffset(
            partition: partition, offset: last.timelineOffset + 1, metadata: metadata(last).text)
    }

    private func result(_ sequence: UInt64) -> Result? {
        guard let first = results.first, sequence >= first.sequence, sequence - first.sequence < UInt64(results.count)
        else { return nil }
        let result = results[Int(sequence - first.sequence)]
        return result.sequence == sequence ? result : nil
    }

    private func metadata(_ result: Result) -> OffsetMetadata {
        OffsetMetadata(sequence: result.sequence, chain: result.chain, model: nil)
    }
}
