import Events
import Oracle
import Scoring
import TestTimeline
import Testing

/// On logs drawn from seeds, the explanation says what a plain scan finds, and each moment of the forecast is what the
/// fold then publishes when nothing but the clock moves.
@Suite struct ForecastTests {
    private let make = EventMaker()

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `the forecast of everybody comes true, grants renewed or not`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed &+ 1_000)
        var timeline = try RandomTimeline(seed: seed, events: 200).timeline
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        let renewed = timeline.records.count
        if Bool.random(using: &random) { try renew(&timeline, fold) }
        _ = try fold.fold(timeline.records[renewed...])
        try expectValues(of: timeline, fold)

        var explained: [PersonKey: Explanation] = [:]
        for person in RandomTimeline.persons { explained[person] = try fold.explanation(of: person) }
        #expect(explained.count == fold.personCount)
        var said: [PersonKey: [Said]] = [:]
        for (person, explanation) in explained { said[person] = explanation.forecast.flatMap(Said.all) }

        // Ticks near and far, then as many as a small K needs to come to everyone.
        var published: [PersonKey: [Said]] = [:]
        var time = fold.clock ?? day(13_000)
        let moments = explained.values.flatMap(\.forecast).map(\.time)
        for step in 0..<600 {
            if step < 60 {
                time = Self.next(after: time, moments, &random)
            } else {
                time = max(time, moments.max() ?? time)
            }
            let start = timeline.records.count
            let chain = fold.chain
            timeline.tick(time)
            for result in try fold.fold(timeline.records[start...]).decoded(after: chain) {
                let person = PersonKey.ofGrant(result.recipients[0].grant)
                published[person, default: []].append(contentsOf: Said.all(result))
            }
            // What a tick has brought was due by then; in a history timeline nothing is left that was.
            let isHistory = timeline.properties.mode == .history
            for (person, explanation) in explained {
                let due = explanation.forecast.filter { $0.time <= time }.flatMap(Said.all).count
                let come = published[person]?.count ?? 0
                #expect(isHistory ? come == due : come <= due)
            }
        }
        #expect(fold.personCount == 0, "every grant has ended")
        for person in RandomTimeline.persons { #expect(published[person] ?? [] == said[person] ?? []) }
    }

    /// Some days on, or the next moment that was forecast to the millisecond, or the one before it.
    private static func next(after time: Int64, _ moments: [Int64], _ random: inout SeededRandom) -> Int64 {
        guard Bool.random(using: &random), let moment = moments.filter({ $0 > time }).min() else {
            return time + day(Int.random(in: 1...30, using: &random)) / Int64.random(in: 1...3, using: &random)
        }
        return max(time, moment - Int64.random(in: 0...1, using: &random))
    }

    private func renew(_ timeline: inout TimelineBuilder, _ fold: PartitionFold) throws {
        let now = fold.clock ?? day(13_000)
        for person in RandomTimeline.persons {
            for grant in try fold.explanation(of: person)?.grants ?? [] {
                timeline.event(
                    try make.granted(
                        "renewal-\(grant.id)", grant: grant.id.text, at: now, until: now + day(365),
                        purpose: grant.purpose), of: person)
            }
        }
    }

    private func expectValues(of timeline: TimelineBuilder, _ fold: PartitionFold) throws {
        let card = PlainCard(fold.scorecard)
        var oracle = BruteForce(properties: timeline.properties, card: card)
        for record in timeline.records {
            let decoded = try TimelineRecord(record)
            _ = oracle.take(decoded)
        }
        for person in oracle.people.keys {
            let explanation = try #require(try fold.explanation(of: person))
            // While a due moment waits for its turn, the person stands at an earlier day than the clock's.
            guard explanation.forecast.first.map({ $0.time > fold.clock ?? .min }) ?? true,
                explanation.day == oracle.people[person]?.standingDay
            else { continue }
            #expect(
                explanation.characteristics.map(\.value)
                    == oracle.values(of: card.characteristics.map(\.feature), for: person))
        }
    }
}

/// What a subscriber learns at one moment.
private enum Said: Equatable {
    case ended(Identifier, number: UInt64)
    case change(day: Int32, before: Int32?, after: Int32?, missing: Int?, points: [Points])

    struct Points: Equatable {
        let characteristic: Int
        let before: Int32?
        let after: Int32?
    }

    static func all(_ moment: ForecastMoment) -> [Said] {
        let ends = moment.ended.map { Said.ended($0.id, number: $0.number) }
        guard let change = moment.change else { return ends }
        return ends + [
            .change(
                day: moment.day, before: change.scoreBefore, after: change.scoreAfter, missing: change.missing,
                points: change.movements.map {
                    Points(characteristic: $0.characteristic, before: $0.pointsBefore, after: $0.pointsAfter)
                }.filter { $0.isMove })
        ]
    }

    static func all(_ result: ScoreResult) -> [Said] {
        if result.isEnd { return result.recipients.map { .ended($0.grant, number: $0.number) } }
        let points = result.movements.enumerated().map {
            Points(characteristic: $0, before: $1.pointsBefore, after: $1.pointsAfter)
        }
        return [
            .change(
                day: result.day, before: result.previousScore, after: result.score, missing: result.missing,
                points: points.filter { $0.isMove })
        ]
    }
}

extension Said.Points {
    /// Where the score comes or ceases every part does, and the forecast says only whose value changed.
    fileprivate var isMove: Bool { before != nil && after != nil && before != after }
}

extension PersonKey {
    /// `RandomTimeline` names its grants after the person.
    fileprivate static func ofGrant(_ grant: Identifier) -> PersonKey {
        RandomTimeline.persons.first { grant.text.hasSuffix("-\($0.high >> 60)") }!
    }
}
