import Events
import Scoring
import TestTimeline
import Testing

/// A snapshot whose checksums hold is still no proof that a fold wrote it: whatever number stands in it, it is refused, or the
/// fold goes on with it and never traps.
@Suite struct ForgedStateTests {
    private static let numbers: [UInt32] = [0x8000_0000, 0x7FFF_FFFF, 0xFFFF_FFFF, 0]

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `an impossible number at any place is refused, or does no harm`(_ seed: UInt64) throws {
        let timeline = try RandomTimeline.doubtful(seed: seed, events: 60).timeline
        let card = try card("max")
        let fold = PartitionFold(partition: 0, scorecard: card)
        let cut = timeline.records.count * 3 / 4
        _ = try fold.fold(timeline.records[..<cut])
        var state: [UInt8] = []
        fold.encodeState(into: &state)
        var refused = 0
        for place in 0...state.count - 4 {
            for number in Self.numbers {
                var forged = state
                forged.store(littleEndian: number, at: place)
                guard forged != state else { continue }
                guard let read = try? PartitionFold(state: unsafe forged.span.bytes, partition: 0, scorecard: card)
                else {
                    refused += 1
                    continue
                }
                var again: [UInt8] = []
                read.encodeState(into: &again)
                // It may be another state than the log's; the aggregator holds number and chain against what was committed.
                _ = try? read.fold(timeline.records[cut...].prefix(20))
            }
        }
        #expect(refused > state.count, "\(refused) of \(state.count * Self.numbers.count)")
    }

    @Test func `each part of a state is refused where it is cut off`() throws {
        let timeline = try RandomTimeline.doubtful(seed: 1, events: 60).timeline
        let card = try card("max")
        let fold = PartitionFold(partition: 0, scorecard: card)
        _ = try fold.fold(timeline.records)
        var state: [UInt8] = []
        fold.encodeState(into: &state)
        for end in 0..<state.count {
            let cut = Array(state[..<end])
            #expect(throws: (any Error).self) {
                try PartitionFold(state: unsafe cut.span.bytes, partition: 0, scorecard: card)
            }
        }
    }
}
