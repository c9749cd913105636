import Events
import Scoring
import TestTimeline
import Testing

/// A snapshot written in slices while the fold goes on holds what one written in one go held at its offset.
@Suite struct StateCutTests {
    @Test func `a person who changes after the cut is in it as they were`() throws {
        let make = EventMaker()
        let person = PersonKey(high: 1, low: 1)
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        timeline.event(try make.statement("s1", at: day(13_030), limit: 5_000_000), of: person)
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        var expected: [UInt8] = []
        fold.encodeState(into: &expected)

        fold.beginCut()
        let start = timeline.records.count
        timeline.event(try make.statement("s2", at: day(13_060), limit: 9_000_000), of: person)
        timeline.event(try make.withdrawn("w", at: day(13_061)), of: person)
        _ = try fold.fold(timeline.records[start...])
        #expect(fold.personCount == 0)
        #expect(fold.cutOffset == Int64(start))
        var written: [UInt8] = []
        #expect(fold.writeCut(into: &written, work: .max))
        #expect(written == expected)
        #expect(fold.cutOffset == nil)
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `slices at any points between records give the bytes of one go`(_ seed: UInt64) throws {
        // Events that wait are many in some timelines, and the persons few: a slice is a part of a person's work.
        let timeline = try RandomTimeline.doubtful(seed: seed, events: 500).timeline
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        var random = SeededRandom(seed: ~seed)
        var expected: [UInt8] = []
        var written: [UInt8] = []
        var cuts = 0
        var recordsWithin = 0
        for record in timeline.records {
            _ = try fold.fold(CollectionOfOne(record))
            if fold.cutOffset == nil {
                guard Int.random(in: 0..<10, using: &random) == 0 else { continue }
                expected = []
                written = []
                fold.encodeState(into: &expected)
                fold.beginCut()
                if Int.random(in: 0..<10, using: &random) == 0 { fold.dropCut() }
            } else if Int.random(in: 0..<4, using: &random) == 0 {
                recordsWithin += 1
                guard fold.writeCut(into: &written, work: Int.random(in: 1...1500, using: &random)) else { continue }
                cuts += 1
                #expect(written == expected, "cut \(cuts) of seed \(seed)")
            }
        }
        #expect(cuts >= 5 && recordsWithin > 30, "\(cuts) cuts, \(recordsWithin) slices")
    }

    @Test func `a thousand persons in slices, some of whom go and some of whom are new`() throws {
        let make = EventMaker()
        var random = SeededRandom(seed: 5)
        var persons = (0..<1000).map { _ in PersonKey(high: random.next(), low: random.next()) }
        var timeline = TimelineBuilder()
        for (number, person) in persons.enumerated() {
            timeline.event(
                try make.granted("c", grant: "g\(number)", at: day(13_000), until: day(13_300)), of: person)
        }
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        var expected: [UInt8] = []
        fold.encodeState(into: &expected)
        fold.beginCut()
        var written: [UInt8] = []
        var slices = 0
        var number = 0
        repeat {
            slices += 1
            let start = timeline.records.count
            // A person goes, a new one takes the slot, and goes or changes in turn.
            let place = Int.random(in: 0..<1000, using: &random)
            timeline.event(
                try make.withdrawn("w\(number)", grant: "g\(place)", at: day(13_001)), of: persons[place])
            persons[place] = PersonKey(high: random.next(), low: random.next())
            timeline.event(
                try make.granted("c", grant: "g\(place)", at: day(13_002), until: day(13_300)), of: persons[place])
            timeline.event(
                try make.statement("s", at: day(13_003)), of: persons[Int.random(in: 0..<1000, using: &random)])
            number += 1
            _ = try fold.fold(timeline.records[start...])
        } while !fold.writeCut(into: &written, work: 10_000)
        #expect(slices > 50)
        #expect(written == expected)
        let again = try PartitionFold(state: unsafe written.span.bytes, partition: 0, scorecard: try card("max"))
        #expect(again.personCount == 1000)
    }
}
