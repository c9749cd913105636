import Events
import Oracle
import Scoring
import TestTimeline
import Testing

/// The fold against a plain scan over raw lists, on logs drawn from seeds.
@Suite struct OracleTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `the last score of every person is the one that a plain scan gives`(_ seed: UInt64) throws {
        var log = try RandomTimeline(seed: seed, events: 300)
        log.rollEveryone()
        let timeline = log.timeline
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        let results = try fold.fold(timeline.records).decoded()
        var oracle = BruteForce(offset: timeline.properties.dayOffset)
        for record in timeline.records {
            let decoded = try TimelineRecord(
                key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: 0)
            oracle.take(decoded.content, from: decoded.source)
        }
        #expect(fold.personCount == oracle.people.count)
        #expect(fold.clock == oracle.clock)
        var last: [Identifier: ScoreResult] = [:]
        var number: [Identifier: UInt64] = [:]
        for result in results {
            for recipient in result.recipients {
                // A grant's numbers run 1, 2, 3 … from each opening.
                let previous = last[recipient.grant].flatMap { $0.isEnd ? nil : number[recipient.grant] } ?? 0
                #expect(recipient.number == previous + 1)
                number[recipient.grant] = recipient.number
                last[recipient.grant] = result
            }
            let moved = result.movements.map { Int32($0.pointsAfter ?? 0) - Int32($0.pointsBefore ?? 0) }.reduce(0, +)
            if let score = result.score, let previous = result.previousScore { #expect(score - previous == moved) }
        }
        for (key, person) in oracle.people {
            let features = oracle.uciFeatures(key)
            // Two bins of equal points are one to a subscriber: only points that move are said.
            let points = zip(fold.scorecard.characteristics, features).map { characteristic, value in
                characteristic.bins.first { $0.values.hold(value) }?.points
            }
            for grant in person.grants {
                let result = last[grant.id]
                if points.contains(nil) {
                    #expect(result == nil || result!.score == nil, "a feature is missing, so there is no score")
                } else {
                    #expect(result?.movements.map(\.pointsAfter) == points)
                }
            }
        }
    }
}

extension Bin.Values {
    fileprivate func hold(_ value: Int64?) -> Bool {
        switch self {
        case .missing: value == nil
        case .range(let range): value.map { range.contains($0) } ?? false
        }
    }
}
