import Events
import Scoring
import TestTimeline
import Testing

/// What one person's explanation says, by an example.
@Suite struct ExplanationTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    let fold: PartitionFold

    init() throws { fold = PartitionFold(partition: 0, scorecard: try card("max")) }

    /// A late month, a payment and a good month.
    private func timeline(until end: Int) throws -> TimelineBuilder {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(end)), of: person)
        timeline.event(try make.statement("s1", at: day(13_000), limit: 50_000, daysPastDue: 60), of: person)
        timeline.event(try make.repayment("r1", at: day(13_040), paid: 7_000), of: person)
        timeline.event(try make.statement("s2", at: day(13_050), limit: 50_000), of: person)
        timeline.tick(day(13_060))
        return timeline
    }

    @Test func `each part of the score has its value, the events behind it, bin and points, and they add up`() throws {
        let timeline = try timeline(until: 13_300)
        let results = try fold.fold(timeline.records).decoded()
        let explanation = try #require(try fold.explanation(of: person, names: try timeline.eventNames))
        #expect(explanation.day == 13_060 && explanation.clock == day(13_060))
        #expect(explanation.score == results.last?.score)
        let points = explanation.characteristics.compactMap(\.points)
        #expect(explanation.score == 523 + points.reduce(0, +))
        #expect(points == results.last?.movements.compactMap(\.pointsAfter))

        let parts = Dictionary(uniqueKeysWithValues: explanation.characteristics.map { ($0.feature, $0) })
        let worst = try #require(parts["statement.days_past_due.max.365d"])
        #expect(worst.value == 60 && worst.bin == "≥ 60" && worst.points == -1 && worst.bestPoints == 1)
        #expect(worst.evidence.role == .decides && worst.evidence.newest.map(\.id) == ["s1"])
        #expect(worst.evidence.newest[0].amounts.map(\.name) == ["days_past_due"])
        #expect(worst.evidence.newest[0].amounts.map(\.value) == [60])

        let latest = try #require(parts["statement.balance_to_limit_bp.latest"])
        #expect(latest.evidence.newest.map(\.id) == ["s2"] && latest.evidence.newest[0].producer == "bank")
        let lateMonths = try #require(parts["statement[days_past_due>=60].count.365d"])
        #expect(lateMonths.value == 1 && lateMonths.evidence.role == .counted && lateMonths.evidence.total == 1)
        let paid = try #require(parts["repayment.paid_to_limit_bp.365d"])
        #expect(paid.value == 700 && paid.evidence.newest.map(\.id) == ["s2", "r1", "s1"])
        let unpaid = try #require(parts["statement[unpaid].count.365d"])
        #expect(unpaid.value == Int64(unpaid.evidence.total))

        #expect(explanation.reasons == fold.scorecard.reasons(bins: results.last!.movements.map { $0.binAfter! }))
        #expect(explanation.grants.map(\.id.text) == ["g"] && explanation.grants[0].number == UInt64(results.count))
    }

    @Test func `the late month leaves on its 365th day, and the grant's end is the last thing said`() throws {
        let before = try timeline(until: 13_365)
        _ = try fold.fold(before.records)
        #expect(try fold.explanation(of: person)?.forecast.map(\.time) == [day(13_365)])

        // Granted again, so that the windows close before the grant ends.
        var timeline = before
        timeline.event(try make.granted("c2", at: day(13_060), until: day(13_425)), of: person)
        _ = try fold.fold(timeline.records[before.records.count...])
        let forecast = try #require(try fold.explanation(of: person)).forecast
        #expect(forecast.map(\.day) == [13_365, 13_405, 13_415, 13_425])
        let first = try #require(forecast[0].change)
        let worst = try #require(first.movements.first { $0.characteristic == 1 })
        #expect(worst.valueBefore == 60 && worst.valueAfter == 0 && worst.pointsBefore == -1 && worst.pointsAfter == 1)
        #expect(forecast[2].change?.scoreAfter == nil && forecast[2].change?.missing == 1, "no statement in a year")
        #expect(forecast[3].ended.map(\.id.text) == ["g"] && forecast[3].change == nil)

        // It comes true when the clock gets there.
        let records = timeline.records.count
        let chain = fold.chain
        timeline.tick(day(13_430))
        let results = try fold.fold(timeline.records[records...]).decoded(after: chain)
        #expect(results.map(\.score) == forecast.map { $0.change?.scoreAfter })
        #expect(results.last?.recipients.map(\.number) == forecast[3].ended.map(\.number))
    }

    @Test func `without a live grant there is nothing to explain, and without a feature no score`() throws {
        #expect(try fold.explanation(of: person) == nil)
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        timeline.event(try make.repayment("r", at: day(13_001)), of: person)
        timeline.tick(day(13_002))
        _ = try fold.fold(timeline.records)
        let explanation = try #require(try fold.explanation(of: person))
        #expect(explanation.score == nil && explanation.reasons.isEmpty)
        #expect(explanation.missing.map { explanation.characteristics[$0].feature } == "statement.days_past_due.latest")
        #expect(explanation.grants.map(\.number) == [0])
    }

    @Test(
        arguments: [
            (.missing, "missing"), (.range(7...7), "7"), (.range(2...3), "2…3"), (.range(.min...0), "≤ 0"),
            (.range(4500 ... .max), "≥ 4,500"), (.range(.min ... .max), "any"), (.range(-1200 ... -1), "-1,200…-1"),
        ] as [(Bin.Values, String)])
    func `a bin says in words which values it holds`(values: Bin.Values, words: String) {
        #expect(values.words == words)
    }
}

extension TimelineBuilder {
    /// The ids of all its events.
    fileprivate var eventNames: EventNames {
        get throws {
            var names = EventNames()
            for record in records {
                let decoded = try TimelineRecord(
                    key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: partition)
                if case .event(let person, let event) = decoded.content { names.take(event, of: person) }
            }
            return names
        }
    }
}
