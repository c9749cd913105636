import Events
import Scoring
import TestTimeline
import Testing

/// Saying what comes makes folding faster and nothing else.
@Suite struct LookaheadTests {
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `what is expected changes no result and no state`(_ seed: UInt64) throws {
        let records = try RandomTimeline.doubtful(seed: seed, events: 400).timeline.records
        let scorecard = try card("max")
        let plain = PartitionFold(partition: 0, scorecard: scorecard)
        let expected = try plain.fold(records)
        #expect(expected.ends.count > 20)

        var random = SeededRandom(seed: ~seed)
        let fold = PartitionFold(partition: 0, scorecard: scorecard)
        var results: [UInt8] = []
        for (index, record) in records.enumerated() {
            if index + PartitionFold.lookahead < records.count {
                let coming = records[index + PartitionFold.lookahead].value
                fold.expect(value: unsafe coming.span.bytes)
            }
            // What comes may be another record, cut short, or no record at all.
            let other = records.randomElement(using: &random)!.value
            let cut = Array(other.prefix(Int.random(in: 0...other.count, using: &random)))
            fold.expect(value: unsafe cut.span.bytes)
            let noise = (0..<Int.random(in: 0..<200, using: &random)).map { _ in
                UInt8.random(in: 0...20, using: &random)
            }
            fold.expect(value: unsafe noise.span.bytes)
            var output = FoldOutput()
            try fold.fold(
                offset: fold.nextOffset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                into: &output)
            results += output.results
        }
        #expect(results == expected.results)
        #expect(fold.stateDigest == plain.stateDigest)
    }
}
