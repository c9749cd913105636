import Events
import Foundation
import ScorecardFiles
import Scoring
import TestTimeline
import Testing
import UCI

/// Issue check: 30,000 real people, six months, every score and both reason lists, in pure Swift.
@Suite struct UCITests {
    @Test(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"), arguments: ["max", "mean"])
    func `30,000 clients get the expected score after each of six months, and the expected reasons`(_ baseline: String)
        throws
    {
        let data = try UCIData()
        let fold = PartitionFold(partition: 0, scorecard: try card(baseline))
        var timeline = TimelineBuilder()
        var latest: [String: ScoreResult] = [:]
        var equal = 0
        for month in 1...6 {
            let first = timeline.records.count
            for client in data.clients {
                if month == 1 { timeline.event(try client.consent(), of: client.key) }
                for event in try client.events(month: month) { timeline.event(event, of: client.key) }
            }
            timeline.tick(UCIData.Client.monthStart(month + 1))
            let before = fold.chain
            for result in try fold.fold(timeline.records[(month == 1 ? 0 : first)...]).decoded(after: before) {
                for recipient in result.recipients { latest[recipient.subscriberReference.text] = result }
            }
            for client in data.clients {
                let result = try #require(latest["client-\(client.id)"])
                let expected = try #require(data.expected[client.id])
                if result.score == expected.scores[month - 1] { equal += 1 }
            }
        }
        #expect(data.clients.count == 30_000)
        #expect(equal == data.clients.count * 6)
        let unequalReasons = data.clients.filter { client in
            let bins = latest["client-\(client.id)"]!.movements.map { $0.binAfter! }
            let expected = data.expected[client.id]!
            return fold.scorecard.reasons(bins: bins).map(\.code)
                != (baseline == "max" ? expected.reasonsMax : expected.reasonsMean)
        }
        #expect(unequalReasons.isEmpty)
        #expect(fold.outcomes.total == UInt64(timeline.records.count))
        #expect(fold.outcomes[.applied] == fold.outcomes.total - 7)
    }
}

func card(_ baseline: String) throws -> Scorecard {
    let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../deploy/models").standardizedFileURL
    return try ScorecardFile.parse(Array(try Data(contentsOf: models.appendingPathComponent("uci-\(baseline).pmml"))))
}
