import Events
import Foundation
import Pipeline
import ScorecardFiles
import Scoring
import SimulatedLog
import TestTimeline
import Testing

/// What an operator asks of a timeline that was folded already: another model, features at times, a score's past.
@Suite struct ModelPreviewTests {
    private let pipeline: SimulatedPipeline

    /// Three persons with a year's grant from day 13,000: `good` is never late, `late` was by 30 days, `gone` withdrew. A
    /// month later `good` is 60 days late. Ticks on days 13,001 and 13,031.
    init() throws {
        pipeline = try SimulatedPipeline(seed: 8)
        let make = EventMaker()
        let start = day(13_000)
        for person in ["good", "late", "gone"] {
            pipeline.produce(try make.granted("c", grant: person, at: start, until: start + day(365)), of: person)
            pipeline.produce(try make.statement("s1", at: start, daysPastDue: person == "late" ? 30 : 0), of: person)
        }
        pipeline.produce(try make.granted("c", grant: "new", at: start, until: start + day(365)), of: "unscored")
        try tick(13_001)
        pipeline.produce(try make.withdrawn("w", grant: "gone", at: day(13_002)), of: "gone")
        pipeline.produce(try make.statement("s2", at: day(13_030), daysPastDue: 60), of: "good")
        try tick(13_031)
        try pipeline.stop()
    }

    @Test func `a bin that gives 20 points less moves whom it holds, and nothing is written`() throws {
        let before = everything()
        let preview = try folds().preview(of: try lateNow(30, points: -30))
        #expect(everything() == before)
        #expect(preview.persons == counts(both: 2, neither: 1))
        #expect(preview.scoreChanges.lower == 1 && preview.scoreChanges.same == 1 && preview.scoreChanges.sum == -20)
        #expect(preview.differences.steps.last?.persons == 1 && preview.differences.steps.first?.persons == 1)
        #expect(preview.largest.map(\.person) == [key("late")])
        let change = try #require(preview.largest.first)
        #expect(change.scoreAfter == change.scoreBefore - 20)
        let moved = change.parts.filter { $0.before?.points != $0.after?.points }
        #expect(moved.map(\.name) == ["late_now"])
        #expect(moved.first?.before?.points == -10 && moved.first?.after?.points == -30)
        #expect(moved.first?.before?.value == 30 && moved.first?.after?.bin == "30…59")
    }

    @Test func `as of a time before, it says what stood then`() throws {
        let other = try lateNow(60, points: -95)
        let now = try folds().preview(of: other)
        #expect(now.scoreChanges.lower == 1 && now.largest.map(\.person) == [key("good")])
        let then = try folds().preview(of: other, asOf: day(13_001))
        #expect(then.scoreChanges.changed == 0 && then.persons == counts(both: 3, neither: 1))
        #expect(then.positions.allSatisfy { $0.clock == day(13_001) })
        let between = try folds().preview(of: other, asOf: day(13_001) + 1)
        #expect(between.positions.map(\.offset) == now.positions.map(\.offset))
        let error = #expect(throws: PointInTimeError.self) { try folds().preview(of: other, asOf: day(13_032)) }
        #expect(error?.description.contains("the clock of timeline-0 stands at 2005-09-05T00:00:00.000Z") == true)
    }

    @Test func `the same scores with another baseline change the reasons alone`() throws {
        let other = try modelFile("uci-mean")
        let preview = try folds().preview(of: other)
        #expect(preview.scoreChanges.changed == 0 && preview.reasonChanges > 0 && preview.largest.isEmpty)
        #expect(preview.stability.tenThousandths == 0)
        for shift in preview.reasons {
            #expect(shift.after - shift.before == shift.appears - shift.disappears, "\(shift.code)")
        }
    }

    @Test func `a model that never spoke here is refused as the present one`() throws {
        let other = try modelFile("uci-mean")
        let error = #expect(throws: RoleError.self) { try folds(Models(other)).preview(of: pipeline.scorecard) }
        #expect(error?.exitCode == .wrongModel)
    }

    @Test func `features at times are those of the events that had come, and empty without a consent`() throws {
        let names = ["statement.days_past_due.latest", "statement.count.365d", "person.tenure_days"]
        let card = Scorecard(reading: try names.map { try Feature($0) }, currency: Currency("TWD")!)
        let asked = [
            ("good", 13_001), ("good", 13_031), ("late", 13_001), ("late", 13_020), ("gone", 13_001), ("gone", 13_031),
            ("nobody", 13_001), ("unscored", 13_001), ("good", 13_001),
        ]
        let rows = try folds(Models(card)).features(
            at: asked.map { PointInTime(person: key($0.0), time: day($0.1)) })
        #expect(
            rows == [
                [0, 1, 1], [60, 2, 31], [30, 1, 1], [30, 1, 31], [0, 1, 1], nil, nil, [nil, 0, 0], [0, 1, 1],
            ] as [[Int64?]?])
        let ahead = [PointInTime(person: key("good"), time: day(13_032))]
        #expect(throws: PointInTimeError.self) { try folds(Models(card)).features(at: ahead) }
    }

    @Test func `the past of a score is what subscribers were told since the consent`() throws {
        let moments = try folds().history(of: key("good"))
        #expect(moments.map(\.day) == [13_000, 13_030])
        #expect(moments.map(\.causeName).last == "EVENT")
        #expect(moments[0].previousScore == nil && moments[1].previousScore == moments[0].score)
        let points = moments[1].movements.map { Int64($0.pointsAfter!) - Int64($0.pointsBefore!) }.reduce(0, +)
        #expect(points == Int64(moments[1].score!) - Int64(moments[0].score!) && points < 0)
        let answers = try folds().explain([key("good")])
        guard case .explained(let explanation, _) = answers[0] else { throw NotExplained() }
        #expect(moments.last?.score == explanation.score)
        #expect(try folds().history(of: key("gone")).isEmpty)
        #expect(try folds().history(of: key("unscored")).isEmpty)
    }

    private struct NotExplained: Error {}

    private func tick(_ number: Int) throws {
        // What came before a tick is folded before it.
        try pipeline.run()
        pipeline.tick(day(number))
        try pipeline.run()
    }

    private func key(_ person: String) -> PersonKey { pipeline.hasher.key(of: Identifier(person)!) }

    private func counts(both: Int, neither: Int) -> ModelPreview.Persons {
        ModelPreview.Persons(both: both, neither: neither)
    }

    private func folds(_ models: Models? = nil) throws -> CommittedFolds<SimulatedLog> {
        try CommittedFolds(
            pipeline.cluster.connect("operator \(UUID().uuidString)"), names: pipeline.names,
            identity: pipeline.identity,
            models: models ?? pipeline.loaded, snapshots: nil)
    }

    /// The shipped card, but with these points for a latest statement so many days late.
    private func lateNow(_ days: Int, points: Int) throws -> Scorecard {
        let file = models.appendingPathComponent("uci-max.pmml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let old = days == 30 ? "-10" : "-35"
        let changed = text.replacing(
            "<Attribute partialScore=\"\(old)\">", with: "<Attribute partialScore=\"\(points)\">")
        try #require(changed != text)
        return try ScorecardFile.parse(Array(changed.utf8))
    }

    /// All offsets and the last record of each partition: what a writer would change.
    private func everything() -> [String] {
        let names = pipeline.names
        let topics = [names.timeline, names.scores, names.deadLetters] + RawTopic.events.map(names.raw)
        let ends = (topics + Purpose.allCases.map(names.scoreChanges)).flatMap { topic in
            (0..<2).map { "\(topic) \(pipeline.cluster.records(topic, Int32($0)).count)" }
        }
        return ends + pipeline.aggregatorOffsets().map { "\($0)" }
    }
}
