import Events
import Foundation
import Log
import Pipeline
import Scoring
import TestBroker
import TestTimeline
import Testing
import UCI

/// The whole pipeline on a real broker: every role a process, real people's histories in, exact scores out.
@Suite(.serialized, .realBroker, BrokerTrait())
struct PipelineOnARealBroker {}

extension PipelineOnARealBroker {
    @Suite(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"))
    struct UCIBrokerTests {
        private let csv = UCIData.folder.appendingPathComponent("UCI_Credit_Card.csv").path

        @Test func `month by month, 30,000 of 30,000 scores; and a fold up to each cause gives the score before it`()
            throws
        {
            let data = try UCIData()
            let deployment = try Deployment(model: "uci-max")
            try deployment.startAll()
            var view = SubscriberView()
            var changes: [SubscriberView.Change] = []
            var read: [Int64] = [0, 0, 0, 0]
            for month in 1...6 {
                let events = try Program.run(["sample", "uci", "--csv", csv, "--month", "\(month)"]).output
                try deployment.plainscore("produce", "-", input: events)
                try deployment.plainscore("lag", "--until-zero")
                for partition in deployment.partitions {
                    let records = try deployment.records(
                        deployment.names.scoreChanges(.lending), partition, from: read[Int(partition)])
                    for record in records { changes.append(try view.take(record.value)) }
                    read[Int(partition)] = (records.last?.offset ?? read[Int(partition)] - 1) + 1
                }
                let equal = data.clients.count { client in
                    view.latest(client)?.score == Int(data.expected[client.id]!.scores[month - 1])
                }
                #expect(equal == data.clients.count, "month \(month)")
            }
            #expect(view.reasons(of: data.clients) == data.clients.map { data.expected[$0.id]!.reasonsMax })
            #expect(view.faults.isEmpty, "\(view.faults.prefix(5))")
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7), "SIGTERM stops each gracefully")
            try expectPreviousScores(of: changes, in: deployment)

            // Publishing the same file twice changes no score and no number.
            let before = try deployment.published().map(\.count)
            try deployment.startAll()
            let again = try Program.run(["sample", "uci", "--csv", csv, "--month", "3"]).output
            try deployment.plainscore("produce", "-", input: again)
            try deployment.plainscore("lag", "--until-zero")
            #expect(try deployment.published().map(\.count) == before)
            deployment.stopAll()
        }

        /// For 1,000 changes drawn by a printed seed (first ones excepted): the timeline folded up to the causing record,
        /// that one left out, and the person rolled to the change's day, gives the previous score.
        private func expectPreviousScores(of changes: [SubscriberView.Change], in deployment: Deployment) throws {
            let seed = UInt64.random(in: 0 ... .max)
            print("drawn by seed \(seed)")
            var random = SeededRandom(seed: seed)
            let drawn = changes.filter { $0.previousScore != nil }.shuffled(using: &random).prefix(1000)
            #expect(drawn.count == 1000)
            for partition in deployment.partitions {
                var replay = PartitionReplay(partition: partition, scorecard: deployment.scorecard)
                let causes = Dictionary(
                    grouping: drawn.filter { $0.timeline.partition == partition }, by: \.timeline.offset)
                for record in try deployment.records(deployment.names.timeline, partition) {
                    for change in causes[record.offset] ?? [] {
                        let decoded = try TimelineRecord(
                            key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes,
                            partition: partition)
                        guard case .event(let person, _) = decoded.content else { throw NoEvent() }
                        let text = Array(change.day.utf8)
                        let day = try #require(CalendarDate(unsafe text.span.bytes)).days
                        #expect(
                            replay.fold.score(of: person, rolledTo: day).map(Int.init) == change.previousScore,
                            "seed \(seed)")
                    }
                    _ = try replay.take(
                        offset: record.offset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes)
                }
            }
        }

        @Test func `all months at once give the same last scores, and the other baseline its own reasons`() throws {
            let data = try UCIData()
            let deployment = try Deployment(model: "uci-mean")
            try deployment.startAll()
            try deployment.plainscore("produce", "-", input: try Program.run(["sample", "uci", "--csv", csv]).output)
            try deployment.plainscore("lag", "--until-zero")
            var view = SubscriberView()
            for change in try deployment.published().joined() { try view.take(change.value) }
            let equal = data.clients.count { view.latest($0)?.score == Int(data.expected[$0.id]!.scores[5]) }
            #expect(equal == data.clients.count)
            #expect(view.reasons(of: data.clients) == data.clients.map { data.expected[$0.id]!.reasonsMean })
            #expect(view.faults.isEmpty, "\(view.faults.prefix(5))")
            deployment.stopAll()
        }
    }
}

private struct NoEvent: Error {}

extension SubscriberView {
    fileprivate func latest(_ client: UCIData.Client) -> Change? {
        let digits = String(client.id)
        return latest["client-" + String(repeating: "0", count: 5 - digits.count) + digits]
    }

    fileprivate func reasons(of clients: [UCIData.Client]) -> [[String]?] {
        clients.map { latest($0)?.reasons?.map(\.code) }
    }
}
