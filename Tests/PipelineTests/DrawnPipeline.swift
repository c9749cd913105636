import CorpusFiles
import Events
import TestTimeline

extension SimulatedPipeline {
    /// A year and a half of a few persons: late, corrected, withdrawn, run out, contradicted.
    static func drawn(_ seed: UInt64) throws -> SimulatedPipeline {
        let pipeline = try SimulatedPipeline(seed: seed)
        let make = EventMaker()
        var random = SeededRandom(seed: seed)
        for round in 0..<18 {
            let start = 13_000 + round * 30
            for person in 1...8 where round == 0 || person < 3 || Int.random(in: 0..<8, using: &random) > 0 {
                let name = "person-\(person)"
                let time = day(start + Int.random(in: 0..<20, using: &random))
                pipeline.produce(
                    try make.granted("c\(round)", grant: "g-\(person)", at: time, until: time + day(45)), of: name)
                let late = Int32.random(in: 0...3, using: &random) * 30
                // Two of them say nothing more after a while, until all that they said has left the windows.
                if person > 2 || round < 2 {
                    pipeline.produce(
                        try make.statement("s\(round)", at: time + 1, balance: Int64(late) * 500, daysPastDue: late),
                        of: name)
                }
                switch person < 3 ? 9 : Int.random(in: 0..<10, using: &random) {
                case 0: pipeline.produce(try make.withdrawn("w\(round)", grant: "g-\(person)", at: time + 2), of: name)
                case 1: pipeline.produce(try make.correction("x\(round)", of: "s\(round)", at: time + 2), of: name)
                case 2: pipeline.produce(try make.statement("s\(round)", at: time + 2, balance: 77_777), of: name)
                default: break
                }
            }
            pipeline.tick(day(start + 29))
            try pipeline.run()
        }
        for sample in try Corpus.cases().prefix(60) where sample.value?.count ?? 0 < 1000 {
            pipeline.produce(sample.value, to: RawTopic.events.first { $0.name == sample.topic }!, key: "somebody")
        }
        try pipeline.run()
        try pipeline.stop()
        return pipeline
    }
}
