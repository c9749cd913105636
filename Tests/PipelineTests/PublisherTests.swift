import Events
import Pipeline
import Scoring
import TestTimeline
import Testing

/// The door: what was published is not published again, and nothing is published over a gap or a broken chain.
@Suite struct PublisherTests {
    private let pipeline: SimulatedPipeline
    /// Three results of one person, each in its own bytes.
    private let results: [[UInt8]]

    init() throws {
        pipeline = try SimulatedPipeline(seed: 5)
        let make = EventMaker()
        let person = PersonKey(high: 1, low: 1)
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        for (number, late) in [0, 60, 0].enumerated() {
            timeline.event(
                try make.statement("s\(number)", at: day(13_000 + number), daysPastDue: Int32(late)), of: person)
        }
        let output = try PartitionFold(partition: 0, scorecard: pipeline.scorecard).fold(timeline.records)
        let starts = [0] + output.ends
        results = zip(starts, output.ends).map { Array(output.results[$0..<$1]) }
        try #require(results.count == 3)
    }

    @Test func `results up to the last one published are dropped, however they are cut`() throws {
        append([results[0], results[1]], first: 1)
        append([results[0]], first: 1)
        append([results[1], results[2]], first: 2)
        try pipeline.run(names: [.publisher(1)])
        #expect(pipeline.published(.lending)[0].count == 3)
    }

    @Test func `a missing result stops the publisher`() throws {
        append([results[0]], first: 1)
        append([results[2]], first: 3)
        expectStop("result 2 is missing, 3 came")
    }

    @Test func `a result that does not continue the chain stops the publisher`() throws {
        var altered = results[1]
        altered[altered.count - 1] ^= 1  // the subscriber's reference
        append([results[0]], first: 1)
        append([altered], first: 2)
        expectStop("result 2 does not continue the chain")
    }

    private func expectStop(_ words: String) {
        let error = #expect(throws: RoleError.self) { try pipeline.run(names: [.publisher(1)]) }
        #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.exitCode == .brokenInvariant)
    }

    private func append(_ results: [[UInt8]], first: UInt64) {
        var key: [UInt8] = []
        ScoresRecord.key(firstSequence: first, into: &key)
        let bytes = Array(results.joined())
        var value: [UInt8] = []
        ScoresRecord.encode(
            results: unsafe bytes.span.bytes, count: results.count, key: unsafe key.span.bytes, partition: 0,
            into: &value)
        pipeline.cluster.append(pipeline.names.scores, partition: 0, key: key, value: value)
    }
}
