import Events
import Scoring
import TestTimeline
import Testing

/// The fold is pure: where it was stopped and taken up again shows nowhere.
@Suite struct RestartTests {
    @Test(arguments: 0..<60 as Range<UInt64>)
    func `ten restarts from snapshots give the same bytes and the same state as none`(_ seed: UInt64) throws {
        let timeline = try RandomTimeline.doubtful(seed: seed, events: 500).timeline
        let scorecard = try card("max")
        let whole = PartitionFold(partition: 0, scorecard: scorecard)
        let expected = try whole.fold(timeline.records)
        #expect(expected.ends.count > 20)

        var random = SeededRandom(seed: ~seed)
        var cuts = (0..<10).map { _ in Int.random(in: 1..<timeline.records.count, using: &random) }.sorted()
        cuts.append(timeline.records.count)
        var fold = PartitionFold(partition: 0, scorecard: scorecard)
        var results: [UInt8] = []
        var start = 0
        for cut in cuts {
            results += try fold.fold(timeline.records[start..<cut]).results
            start = cut
            var state: [UInt8] = []
            fold.encodeState(into: &state)
            fold = try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: scorecard)
        }
        #expect(results == expected.results)
        #expect(fold.stateDigest == whole.stateDigest)
        #expect(
            fold.outcomes == whole.outcomes
                && fold.outcomes.total + fold.outcomes.repeats == UInt64(timeline.records.count))
    }

    @Test func `a state of another model, partition or format is refused`() throws {
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(try RandomTimeline.doubtful(seed: 1, events: 50).timeline.records)
        var state: [UInt8] = []
        fold.encodeState(into: &state)
        #expect(throws: SnapshotPayloadError.otherModel([fold.scorecard.hash])) {
            try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: try card("mean"))
        }
        #expect(throws: SnapshotPayloadError.otherPartition) {
            try PartitionFold(state: unsafe state.span.bytes, partition: 1, scorecard: try card("max"))
        }
        #expect(throws: (any Error).self) {
            try PartitionFold(
                state: unsafe state.span.bytes.extracting(0..<state.count - 1), partition: 0, scorecard: try card("max")
            )
        }
        state[0] += 1
        #expect(throws: SnapshotPayloadError.version(PartitionFold.payloadVersion + 1)) {
            try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: try card("max"))
        }
    }

    @Test func `a state with one person twice is refused`() throws {
        let scorecard = try card("max")
        let fold = PartitionFold(partition: 0, scorecard: scorecard)
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        let consent = try EventMaker().granted("c", at: day(13_000), until: day(13_300))
        timeline.event(consent, of: PersonKey(high: 1, low: 1))
        var states: [[UInt8]] = []
        for record in timeline.records {
            _ = try fold.fold([record])
            states.append([])
            fold.encodeState(into: &states[states.count - 1])
        }
        let (empty, state) = (states[states.count - 2], states[states.count - 1])
        // Both end with the number of those who wait, 0, before which the empty one has the number of persons.
        let head = empty.count - 8
        let person = state[(head + 4)..<(state.count - 4)]
        let twice = state[..<head] + [2, 0, 0, 0] + person + person + [0, 0, 0, 0]
        #expect(try PartitionFold(state: unsafe state.span.bytes, partition: 0, scorecard: scorecard).personCount == 1)
        #expect(throws: SnapshotPayloadError.layout) {
            try PartitionFold(state: unsafe twice.span.bytes, partition: 0, scorecard: scorecard)
        }
    }
}
