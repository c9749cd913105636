import Events
import Scoring
import TestTimeline
import Testing

/// On timelines drawn from seeds: challengers move nothing that is published, and each says what it would say alone.
@Suite struct ChallengerPropertyTests {
    private let models: Models

    init() throws {
        models = try Models(
            speaking: try card("max"),
            challengers: [
                try shortCard(
                    1,
                    [
                        ("repayment.count.30d", [1, 2, 4]), ("repayment[missed].days_since", [3, 30, 90]),
                        ("statement.balance.mean.180d", [0, 40_000]), ("person.tenure_days", [10, 50, 400]),
                    ]),
                try shortCard(
                    2, coversMissing: false,
                    [("statement.days_past_due.latest", [30, 60]), ("person.events.730d", [9])]),
                try shortCard(3, currency: "EUR", [("repayment.count.30d", [1]), ("person.tenure_days", [5])]),
            ])
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `what the speaking model says is the same with challengers and without`(_ seed: UInt64) throws {
        let timeline = try rolled(seed)
        let together = PartitionFold(partition: 0, models: models)
        let alone = PartitionFold(partition: 0, scorecard: models.speaking)
        let results = try together.fold(timeline.records).decoded()
        let spoken = results.filter { !$0.recipients.isEmpty }
        let expected = try alone.fold(timeline.records).decoded()
        #expect(spoken.count > 20 && results.count > spoken.count)
        #expect(together.outcomes == alone.outcomes && together.personCount == alone.personCount)
        for person in RandomTimeline.persons {
            let explanation = try together.explanation(of: person)
            let same = try alone.explanation(of: person)
            #expect(explanation == same)
        }
        if timeline.properties.mode == .history {
            #expect(spoken.map(\.unnumbered) == expected.map(\.unnumbered))
        } else {
            // A roll-off may come with another record, since K steps go less far.
            for person in 1...RandomTimeline.persons.count {
                let isTheirs = { (result: ScoreResult) in result.recipients[0].grant.text.hasSuffix("-\(person)") }
                let (some, other) = (spoken.filter(isTheirs), expected.filter(isTheirs))
                #expect(some.map(\.unnumbered.unplaced) == other.map(\.unnumbered.unplaced))
            }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `each challenger says what it would say alone`(_ seed: UInt64) throws {
        let timeline = try rolled(seed)
        var recorded = 0
        for person in RandomTimeline.persons {
            let records = try timeline.records.filter { try $0.isOfAll(or: person) }
            let results = try PartitionFold(partition: 0, models: models).fold(records).decoded()
            for challenger in models.challengers {
                let said = results.filter { $0.model == challenger.hash }
                let alone = PartitionFold(partition: 0, scorecard: challenger)
                let expected = moves(try alone.fold(records).decoded())
                #expect(said.allSatisfy { $0.recipients.isEmpty && !$0.isEnd })
                if timeline.properties.mode == .history {
                    #expect(said.map(\.unnumbered) == expected.map(\.unnumbered.unaddressed))
                } else {
                    #expect(said.map(\.unnumbered.unplaced) == expected.map(\.unnumbered.unaddressed.unplaced))
                }
                for result in said {
                    let points = result.movements.compactMap(\.pointsAfter)
                    if let score = result.score { #expect(score == challenger.initialScore + points.reduce(0, +)) }
                }
                recorded += said.count
            }
        }
        #expect(recorded > 50)
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `ten restarts from snapshots give the same bytes and the same state as none`(_ seed: UInt64) throws {
        let records = try RandomTimeline(seed: seed, events: 400).timeline.records
        let whole = PartitionFold(partition: 0, models: models)
        let expected = try whole.fold(records).results

        var random = SeededRandom(seed: ~seed)
        let cuts = (0..<10).map { _ in Int.random(in: 1..<records.count, using: &random) }.sorted() + [records.count]
        var fold = PartitionFold(partition: 0, models: models)
        var results: [UInt8] = []
        var start = 0
        for cut in cuts {
            results += try fold.fold(records[start..<cut]).results
            start = cut
            var state: [UInt8] = []
            fold.encodeState(into: &state)
            fold = try PartitionFold(state: unsafe state.span.bytes, partition: 0, models: models)
        }
        #expect(results == expected)
        #expect(fold.stateDigest == whole.stateDigest)
    }

    /// Nobody is due at its end, however small K is: challengers have a part in the K steps of a record.
    private func rolled(_ seed: UInt64) throws -> TimelineBuilder {
        var log = try RandomTimeline(seed: seed, events: 400)
        log.rollEveryone()
        return log.timeline
    }

    /// Of one person's results: those that a model gave because it moved. Without ends of grants, and without what tells a
    /// grant, opened beside others, the score that there was.
    private func moves(_ results: [ScoreResult]) -> [ScoreResult] {
        var live: Set<String> = []
        var isScored = false
        return results.filter { result in
            let grants = result.recipients.map(\.grant.text)
            if result.isEnd {
                live.subtract(grants)
                if live.isEmpty { isScored = false }
                return false
            }
            live.formUnion(grants)
            if isScored, result.previousScore == nil { return false }
            isScored = result.score != nil
            return true
        }
    }
}

extension ScoreResult {
    fileprivate var unnumbered: ScoreResult { with { $0.sequence = 0 } }
    fileprivate var unplaced: ScoreResult { with { $0.timelineOffset = 0 } }
    fileprivate var unaddressed: ScoreResult { with { $0.recipients = [] } }

    private func with(_ change: (inout ScoreResult) -> Void) -> ScoreResult {
        var copy = self
        change(&copy)
        return copy
    }
}

extension TimelineBuilder.Record {
    /// Whether it concerns `person`, or everyone.
    fileprivate func isOfAll(or person: PersonKey) throws -> Bool {
        let record = try TimelineRecord(key: unsafe key.span.bytes, value: unsafe value.span.bytes, partition: 0)
        guard case .event(let key, _) = record.content else { return true }
        return key == person
    }
}
