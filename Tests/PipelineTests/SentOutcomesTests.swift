import Events
import Pipeline
import Scoring
import SimulatedLog
import TestTimeline
import Testing

/// What became of the records of one producer, among those of others.
@Suite struct SentOutcomesTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `of all raw records it says what the fold counts, and two halves add up to it`(seed: UInt64) throws {
        let pipeline = try SimulatedPipeline.drawn(seed)
        let expected = try pipeline.replayed().outcomes.reduce(Outcomes(), +)
        let all = try outcomes(pipeline) { _ in true }
        // Without models no currency is read.
        let applied = all[.applied] + all[.otherCurrency]
        #expect(applied == Int64(expected[.applied] + expected[.otherCurrency]), "seed \(seed)")
        let unlike: Set<Outcomes.Class> = [.clock, .control, .applied, .otherCurrency]
        for outcome in Outcomes.Class.allCases where !unlike.contains(outcome) {
            #expect(all[outcome] == Int64(expected[outcome]), "\(outcome) seed \(seed)")
        }
        #expect(all.waiting == Int64(expected.waiting))
        #expect(all[.applied] > 0 && all[.conflict] > 0 && all[.noConsent] > 0)
        #expect(all.refused == pipeline.refusedByConsumers.count)

        let even = try outcomes(pipeline) { $0 % 2 == 0 }
        let odd = try outcomes(pipeline) { $0 % 2 == 1 }
        for outcome in Outcomes.Class.allCases {
            #expect(even[outcome] + odd[outcome] == all[outcome], "\(outcome) seed \(seed)")
        }
        #expect(even.waiting + odd.waiting == all.waiting && even.refused + odd.refused == all.refused)
        #expect(even[.applied] > 0 && odd[.applied] > 0)
    }

    @Test func `a run of offsets holds its own records and no others`() {
        var records = RawRecords()
        records.add(.bills, 1, [3..<5, 9..<10])
        records.add(.bills, 1, [20..<22])
        #expect(records.count == 5)
        let held = (0..<30 as Range<Int64>).filter {
            records.contains(Coordinates(topic: .bills, partition: 1, offset: $0))
        }
        #expect(held == [3, 4, 9, 20, 21])
        #expect(!records.contains(Coordinates(topic: .bills, partition: 0, offset: 3)))
        #expect(!records.contains(Coordinates(topic: .payments, partition: 1, offset: 3)))
    }

    /// Of the events among the raw records whose offset is chosen; ticks are left out.
    private func outcomes(_ pipeline: SimulatedPipeline, _ isChosen: (Int64) -> Bool) throws -> SentOutcomes {
        var records = RawRecords()
        for topic in RawTopic.events {
            for partition in 0..<2 as Range<Int32> {
                let raw = pipeline.cluster.records(pipeline.names.raw(topic), partition)
                let events = raw.filter { record in
                    isChosen(record.offset) && !(record.value.map { isTick($0) } ?? false)
                }
                records.add(topic, partition, events.map { $0.offset..<$0.offset + 1 })
            }
        }
        defer { pipeline.cluster.crash("producer") }  // the process ends, and its name is free
        return try SentOutcomes(
            of: records, pipeline.cluster.connect("producer"), names: pipeline.names, models: nil)
    }

    private func isTick(_ value: [UInt8]) -> Bool { String(decoding: value, as: UTF8.self).hasPrefix("{\"tick\":1") }
}
