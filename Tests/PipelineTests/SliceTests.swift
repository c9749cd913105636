import Events
import Pipeline
import Scoring
import TestTimeline
import Testing

/// Where the slices of a batch end decides when outputs leave, and never what they are.
@Suite struct SliceTests {
    @Test(arguments: 0..<24 as Range<UInt64>)
    func `outputs are the same however batches are cut`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        // A process that falls must get far enough before the next time: there slices are longer.
        let isDisturbed = seed.isMultiple(of: 2)
        let records = Int.random(in: isDisturbed ? 10...40 : 1...7, using: &random)
        let pipeline = try SimulatedPipeline(seed: seed, slice: (records, Int64.random(in: 0...1, using: &random)))
        pipeline.cluster.recordsPerPollMax = 64
        let names = isDisturbed ? SimulatedPipeline.withSeconds : SimulatedPipeline.all
        let make = EventMaker()
        for round in 0..<4 {
            let start = 13_000 + 30 * round
            pipeline.tick(day(start))
            try pipeline.run(names: names)
            for person in 0..<6 {
                let name = "person-\(person)"
                if round == 0 {
                    pipeline.produce(
                        try make.granted("c", grant: "g-\(person)", at: day(start), until: day(start + 300)), of: name)
                }
                for event in 0..<8 {
                    let late = Int32.random(in: 0...2, using: &random) * 30
                    let time = day(start + event) + Int64(person)
                    pipeline.produce(try make.statement("s\(round)-\(event)", at: time, daysPastDue: late), of: name)
                }
            }
            try pipeline.run(
                crashPercent: isDisturbed ? 3 : 0, zombiePercent: isDisturbed ? 5 : 0, names: names)
        }
        pipeline.tick(day(13_130))
        try pipeline.run(names: names)
        try pipeline.stop()
        let replayed = try pipeline.replayed()
        #expect(try pipeline.scored() == replayed.results)
        #expect(pipeline.published(.lending) == replayed.changes)
        #expect(replayed.results.joined().count > 5_000)
    }
}
