import Events
import Foundation
import ScorecardFiles
import Scoring
import TestTimeline
import Testing
import UCI

/// Issue check: 30,000 real people, six months, every score and both reason lists, in pure Swift.
@Suite(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"))
struct UCITests {
    private static let data = Result { try UCIData() }

    @Test(arguments: ["max", "mean"])
    func `30,000 clients get the expected score after each of six months, and the expected reasons`(_ baseline: String)
        throws
    {
        var run = try UCIRun(Self.data.get(), baseline)
        for month in 1...6 {
            for client in run.data.clients {
                if month == 1 { run.timeline.event(try client.consent(), of: client.key) }
                for event in try client.events(month: month) { run.timeline.event(event, of: client.key) }
            }
            try run.close(month)
        }
        #expect(run.data.clients.count == 30_000)
        #expect(run.equalScores == [30_000, 30_000, 30_000, 30_000, 30_000, 30_000])
        #expect(run.equalReasons == 30_000)
        let outcomes = run.fold.outcomes
        #expect(outcomes.total == UInt64(run.records) && outcomes[.applied] == outcomes.total - 7)
    }

    /// Baseline, seed, and whether a person's day is spread.
    @Test(arguments: [("max", 20_050_430, false), ("mean", 20_050_930, true)] as [(String, UInt64, Bool)])
    func
        `they get the same when each month comes shuffled, with duplicates, and with events first wrong, then corrected`(
            _ baseline: String, _ seed: UInt64, _ isSpread: Bool
        ) throws
    {
        var random = SeededRandom(seed: seed)
        var properties = TimelineProperties.example
        properties.dayOffset = isSpread ? .spread : .none
        var run = try UCIRun(Self.data.get(), baseline, properties)
        var mishaps = (duplicates: 0, corrected: 0, ahead: 0, again: 0)
        for month in 1...6 {
            let disorder = try DisorderlyMonth(run.data.clients, month: month, random: &random)
            // From the second month on the clock ticks on between the events. (In the first it would end the waits of
            // those that came before their consent.)
            let ticks = month == 1 ? [] : (1...4).map { UCIData.Client.monthStart(month) + day(7 * $0) }
            for (index, (event, key)) in disorder.events.enumerated() {
                let part = disorder.events.count / (ticks.count + 1)
                if index > 0, index % part == 0, index / part <= ticks.count {
                    run.timeline.tick(ticks[index / part - 1])
                }
                run.timeline.event(event, of: key)
            }
            try run.close(month)
            mishaps.duplicates += disorder.duplicates
            mishaps.corrected += disorder.corrected
            mishaps.ahead += disorder.correctedAhead
            mishaps.again += disorder.sentAgain
        }
        #expect(run.equalScores == [30_000, 30_000, 30_000, 30_000, 30_000, 30_000], "seed \(seed)")
        #expect(run.equalReasons == 30_000, "seed \(seed)")
        #expect(mishaps.duplicates > 15_000 && mishaps.corrected > 15_000, "seed \(seed)")
        #expect(mishaps.ahead > 3_000 && mishaps.again > 7_000, "seed \(seed)")
        // What came wrong is as if it never had: nobody is refused, and the classes add up.
        let outcomes = run.fold.outcomes
        #expect(outcomes.total == UInt64(run.records), "seed \(seed)")
        let taken = outcomes[.applied] + outcomes[.duplicate] + outcomes[.voided]
        #expect(taken + outcomes[.clock] + outcomes[.control] == outcomes.total, "seed \(seed)")
        #expect(outcomes[.voided] >= UInt64(mishaps.ahead + mishaps.again), "seed \(seed)")
    }
}

/// The clients' months through one fold, compared with what an independent program gave them.
private struct UCIRun {
    let data: UCIData
    let fold: PartitionFold
    /// The month that is being made.
    var timeline: TimelineBuilder
    /// Of all months.
    private(set) var records = 0
    private(set) var equalScores: [Int] = []
    /// After the last month.
    private(set) var equalReasons = 0

    private let baseline: String
    private var folded = 0
    private var latest: [String: (score: Int32?, bins: [Int16])] = [:]

    init(_ data: UCIData, _ baseline: String, _ properties: TimelineProperties = .example) throws {
        self.data = data
        self.baseline = baseline
        fold = PartitionFold(partition: 0, scorecard: try card(baseline))
        timeline = TimelineBuilder(properties: properties)
    }

    /// Ticks to the month's end, folds what has come since the last, and compares.
    mutating func close(_ month: Int) throws {
        timeline.tick(UCIData.Client.monthStart(month + 1))
        records = timeline.records.count
        let before = fold.chain
        for result in try fold.fold(timeline.records[folded...]).decoded(after: before) {
            let bins = result.movements.compactMap(\.binAfter)
            for recipient in result.recipients { latest[recipient.subscriberReference.text] = (result.score, bins) }
        }
        folded = records
        equalScores.append(0)
        equalReasons = 0
        for client in data.clients {
            let found = try #require(latest["client-\(client.id)"])
            let expected = try #require(data.expected[client.id])
            if found.score == expected.scores[month - 1] { equalScores[month - 1] += 1 }
            guard month == 6, found.score != nil else { continue }
            let codes = fold.scorecard.reasons(bins: found.bins).map(\.code)
            if codes == (baseline == "max" ? expected.reasonsMax : expected.reasonsMean) { equalReasons += 1 }
        }
    }
}

func card(_ baseline: String) throws -> Scorecard { try shippedCard("uci-\(baseline)") }

func shippedCard(_ name: String) throws -> Scorecard {
    let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../deploy/models").standardizedFileURL
    return try ScorecardFile.parse(Array(try Data(contentsOf: models.appendingPathComponent("\(name).pmml"))))
}
