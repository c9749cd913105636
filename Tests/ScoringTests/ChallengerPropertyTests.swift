import Events
import Oracle
import Scoring
import TestTimeline
import Testing

/// On timelines and cards drawn from seeds: challengers move nothing that is published, and each says what it would say
/// alone.
@Suite struct ChallengerPropertyTests {
    @Test(arguments: 0..<150 as Range<UInt64>)
    func `what the speaking model says is the same with challengers and without`(_ seed: UInt64) throws {
        let (timeline, models) = try drawn(seed)
        let together = PartitionFold(partition: 0, models: models)
        let alone = PartitionFold(partition: 0, scorecard: models.speaking)
        let spoken = try together.fold(timeline.records).decoded().filter { !$0.isOfChallenger }
        let expected = try alone.fold(timeline.records).decoded()
        // Challengers may read currencies that the speaking model does not.
        let areCounted = Outcomes.Class.allCases.allSatisfy { outcome in
            outcome == .applied || outcome == .otherCurrency || together.outcomes[outcome] == alone.outcomes[outcome]
        }
        #expect(together.outcomes.total == alone.outcomes.total && together.personCount == alone.personCount)
        #expect(areCounted, "seed \(seed)")
        if timeline.properties.mode == .history {
            let areEqual = spoken.map(\.unnumbered) == expected.map(\.unnumbered)
            #expect(areEqual, "seed \(seed)")
        }
        for person in RandomTimeline.persons {
            let isTheirs = { (result: ScoreResult) in
                result.recipients[0].grant.text.hasSuffix("-\(person.high >> 60)")
            }
            let (some, others) = (spoken.filter(isTheirs), expected.filter(isTheirs))
            // In a live timeline a roll-off may come with another record, since K steps go less far.
            let areEqual = some.map(\.unnumbered.unplaced) == others.map(\.unnumbered.unplaced)
            #expect(areEqual, "seed \(seed), person \(person)")
            let explanation = try together.explanation(of: person)
            let same = try alone.explanation(of: person)
            #expect(explanation == same, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `each challenger says what it would say alone`(_ seed: UInt64) throws {
        let (timeline, models) = try drawn(seed)
        for person in RandomTimeline.persons {
            let records = try timeline.records.filter { try $0.isOfAll(or: person) }
            let results = try PartitionFold(partition: 0, models: models).fold(records).decoded()
            for challenger in models.challengers {
                let said = results.filter { $0.model == challenger.hash }
                let alone = PartitionFold(partition: 0, scorecard: challenger)
                let expected = moves(try alone.fold(records).decoded()).map(\.unaddressed)
                let areEqual =
                    timeline.properties.mode == .history
                    ? said.map(\.unnumbered) == expected.map(\.unnumbered)
                    : said.map(\.unnumbered.unplaced) == expected.map(\.unnumbered.unplaced)
                #expect(areEqual, "seed \(seed), person \(person), challenger \(challenger.hash.low)")
                for result in said where result.score != nil {
                    let points = result.movements.compactMap(\.pointsAfter).reduce(0, +)
                    #expect(result.score == challenger.initialScore + points)
                }
            }
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `ten restarts from snapshots give the same bytes and the same state as none`(_ seed: UInt64) throws {
        let (timeline, models) = try drawn(seed)
        let records = timeline.records
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
        #expect(results == expected, "seed \(seed)")
        #expect(fold.stateDigest == whole.stateDigest)
    }

    @Test func `the timelines and cards drawn have challengers say something of their own`() throws {
        var (spoken, recorded) = (0, 0)
        for seed in 0..<40 as Range<UInt64> {
            let (timeline, models) = try drawn(seed)
            let results = try PartitionFold(partition: 0, models: models).fold(timeline.records).decoded()
            spoken += results.count { !$0.isOfChallenger }
            recorded += results.count { $0.isOfChallenger }
        }
        #expect(spoken > 1_000, "\(spoken)")
        #expect(recorded > 1_000, "\(recorded)")
    }

    /// A timeline at whose end nobody is due, and a card that speaks with one to three challengers.
    private func drawn(_ seed: UInt64) throws -> (TimelineBuilder, Models) {
        let log = try RandomTimeline(seed: seed, events: 300)
        var timeline = log.timeline
        // Ticks that tell the last time again roll whoever is still due, however small K is.
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        for number in 0..<(fold.clock == nil ? 0 : 1_000) as Range<Int64> {
            timeline.append(
                .tick(time: fold.clock!, secretFingerprint: 7, timeline.properties),
                from: Coordinates(topic: .consents, partition: 0, offset: 1_000_000 + number))
        }
        var random = SeededRandom(seed: seed)
        let cards = try (0...UInt64.random(in: 1...3, using: &random)).map { number in
            var card = try log.card(seed: seed &* 7 &+ number)
            // Few events are in other currencies: such a challenger reads little.
            if Int.random(in: 0..<4, using: &random) == 0 { card.currency = Currency("EUR")! }
            return try Scorecard(card, number: number)
        }
        return (timeline, try Models(speaking: cards[0], challengers: Array(cards.dropFirst())))
    }

    /// Of one person's results: those that a model gave because it moved. Without ends of grants, and without what tells a
    /// grant, opened beside others or in place of one, the score that there was.
    private func moves(_ results: [ScoreResult]) -> [ScoreResult] {
        var live: Set<String> = []
        var isScored = false
        var replaced: (offset: Int64, isScored: Bool)?
        return results.filter { result in
            let grants = result.recipients.map(\.grant.text)
            if result.isEnd {
                live.subtract(grants)
                if live.isEmpty {
                    replaced = result.cause.kind == .consent ? (result.timelineOffset, isScored) : nil
                    isScored = false
                }
                return false
            }
            if let replaced, replaced.offset == result.timelineOffset { isScored = replaced.isScored }
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
