import Checksums
import Events
import Oracle
import Scoring
import TestTimeline
import Testing

/// Switches of models in timelines drawn from a seed, K small, so that one comes while another is under way, and persons
/// come, go, expire and are touched within.
@Suite struct ModelSwitchPropertyTests {
    @Test(arguments: 0..<40 as Range<UInt64>)
    func `each subscriber learns what folds of each model alone say, and what differs where one follows the other`(
        _ seed: UInt64
    ) throws {
        let drawn = try DrawnSwitches(seed: seed)
        let fold = drawn.fold()
        let results = try fold.fold(drawn.timeline.records).decoded()
        let told = ToldChange.byGrant(results)
        let expected = try ExpectedSwitches(drawn)
        #expect(told.keys.sorted() == expected.byGrant.keys.sorted(), "seed \(seed)")
        for (grant, results) in told {
            guard results != expected.byGrant[grant] else { continue }
            Issue.record("seed \(seed), grant \(grant): \(results) is not \(expected.byGrant[grant] ?? [])")
        }
        let challenged = results.filter { $0.isOfChallenger && $0.cause.kind == .model }.map { ToldChange($0, nil) }
        #expect(challenged.map { "\($0)" }.sorted() == expected.challengers.map { "\($0)" }.sorted())

        #expect(fold.behind == 0 && fold.models.identity == drawn.switches.last!.models.identity)
        #expect(Int(fold.outcomes[.control]) == 1 + drawn.switches.count)
        #expect(Int(fold.outcomes.total + fold.outcomes.repeats) == drawn.timeline.records.count)
        #expect(Int(fold.sequence) == results.count)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a restart after every record of a switch, and snapshots cut across it, give the same bytes`(_ seed: UInt64)
        throws
    {
        let drawn = try DrawnSwitches(seed: seed)
        let records = drawn.timeline.records
        let whole = drawn.fold()
        let expected = try whole.fold(records).results

        var random = SeededRandom(seed: ~seed)
        var fold = drawn.fold()
        let steady = drawn.fold()  // never restarted; a snapshot is cut of it in slices
        var results: [UInt8] = []
        var (cutState, written) = ([UInt8](), [UInt8]())
        var restarts = 0
        for record in records {
            results += try fold.fold(CollectionOfOne(record)).results
            _ = try steady.fold(CollectionOfOne(record))
            if fold.behind > 0 || Int.random(in: 0..<60, using: &random) == 0 {
                restarts += 1
                var state: [UInt8] = []
                fold.encodeState(into: &state)
                fold = try drawn.fold(state)
                var again: [UInt8] = []
                fold.encodeState(into: &again)
                #expect(state == again)
                var steadyState: [UInt8] = []
                steady.encodeState(into: &steadyState)
                guard state == steadyState else { throw Different(offset: fold.nextOffset) }
            }
            if steady.cutOffset == nil {
                (cutState, written) = ([], [])
                steady.encodeState(into: &cutState)
                steady.beginCut()
            } else if steady.writeCut(into: &written, work: Int.random(in: 1...800, using: &random)) {
                #expect(written == cutState, "seed \(seed)")
            }
        }
        #expect(results == expected, "seed \(seed)")
        #expect(fold.stateDigest == whole.stateDigest)
        #expect(restarts > 5)
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `what is expected ahead changes nothing while a switch is under way`(_ seed: UInt64) throws {
        let drawn = try DrawnSwitches(seed: seed)
        let records = drawn.timeline.records
        let fold = drawn.fold()
        var results: [UInt8] = []
        for (index, record) in records.enumerated() {
            if index + PartitionFold.lookahead < records.count {
                let coming = records[index + PartitionFold.lookahead].value
                fold.expect(value: unsafe coming.span.bytes)
            }
            results += try fold.fold(CollectionOfOne(record)).results
        }
        #expect(try drawn.fold().fold(records).results == results)
    }

    @Test func `the timelines drawn have what there is to go wrong`() throws {
        var (told, silent, within, ends, recorded, appeared, ceased) = (0, 0, 0, 0, 0, 0, 0)
        for seed in 0..<40 as Range<UInt64> {
            let drawn = try DrawnSwitches(seed: seed)
            let fold = drawn.fold()
            var output = FoldOutput()
            for record in drawn.timeline.records {
                let wasUnderWay = fold.behind > 0
                try fold.fold(
                    offset: fold.nextOffset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                    into: &output)
                if wasUnderWay, try isSwitch(record) { within += 1 }
            }
            let results = try output.decoded()
            told += results.count { $0.cause.kind == .model && !$0.isOfChallenger }
            recorded += results.count { $0.cause.kind == .model && $0.isOfChallenger }
            appeared += results.count { $0.cause.kind == .model && !$0.isOfChallenger && $0.previousScore == nil }
            ceased += results.count { $0.cause.kind == .model && $0.score == nil }
            ends += results.count { $0.isEnd && $0.model != drawn.beginning.speaking.hash }
            silent += try ExpectedSwitches(drawn).silentCount
        }
        let counts = [told, silent, within, ends, recorded, appeared, ceased]
        #expect(counts.allSatisfy { $0 >= 8 }, "\(counts)")
    }

    private func isSwitch(_ record: TimelineBuilder.Record) throws -> Bool {
        if case .models = try TimelineRecord(record).content { true } else { false }
    }

    struct Different: Error { let offset: Int64 }
}
