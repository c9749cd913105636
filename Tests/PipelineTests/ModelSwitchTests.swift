import Events
import Foundation
import Log
import Pipeline
import ScorecardFiles
import Scoring
import TestTimeline
import Testing

/// Another scorecard through the roles: from the operator's record in `control` to what subscribers get.
@Suite struct ModelSwitchTests {
    private let make = EventMaker()

    @Test func `a switch tells each person whose score differs once, and who comes later knows the new model alone`()
        throws
    {
        let pipeline = try SimulatedPipeline(seed: 1)
        // One is late, for which the new card takes more points; the other has no score yet.
        try grant(["ann", "bob"], pipeline)
        pipeline.produce(try make.statement("s", at: day(13_030), daysPastDue: 60), of: "ann")
        try pipeline.run()
        let next = try switchModels(pipeline, ["steeper"])
        try pipeline.run()
        pipeline.produce(try make.statement("s", at: day(13_031), daysPastDue: 60), of: "bob")
        try pipeline.run()
        try pipeline.stop()

        let changes = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        let ann = changes.filter { $0.hasPrefix(#"{"grantId":"g-ann","#) }
        try #require(ann.count == 2)
        #expect(ann[1].contains(#""number":2,"#) && ann[1].contains(#""hash":"\#(next.speaking.hash.hex)""#))
        #expect(ann[1].contains(#""cause":{"kind":"MODEL","topic":"control","partition":0,"offset":1,"occurredAt":"#))
        #expect(!ann[1].contains("eventId") && !ann[1].contains(#""before":"#))
        #expect(ann[1].contains(#""previousScore":"#))
        #expect(ann[1].split(separator: #"{"characteristic":"#).count - 1 == next.speaking.characteristics.count)
        let bob = changes.filter { $0.hasPrefix(#"{"grantId":"g-bob","#) }
        #expect(bob.count == 1 && bob[0].contains(#""hash":"\#(next.speaking.hash.hex)""#))
        #expect(try pipeline.journalText().contains(#""event":"modelsCarried""#))
        #expect(pipeline.cluster.records(pipeline.names.deadLetters).isEmpty)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever crashes while models are switched, one fold of the timeline gives all that was published`(
        _ seed: UInt64
    ) throws {
        let pipeline = try SimulatedPipeline(seed: seed, rollsPerRecord: 1)
        pipeline.cluster.abortedCommitPercent = 10
        var random = SeededRandom(seed: seed)
        let people = (1...12).map { "person-\($0)" }
        try grant(people, pipeline)
        let sets = [
            ["steeper"], ["uci-max", "steeper"], ["uci-mean"], ["higher", "cash-flow"], ["uci-max"], ["cash-flow"],
        ]
        var switched: [Models] = []
        for round in 0..<6 {
            for number in 0..<20 {
                let person = people.randomElement(using: &random)!
                let time = day(13_001 + round * 20 + Int.random(in: 0..<18, using: &random))
                let late = Int32.random(in: 0...3, using: &random) * 30
                pipeline.produce(try make.statement("s\(round)-\(number)", at: time, daysPastDue: late), of: person)
                if number == 10, round < 5 {
                    // Two at once now and then, what another operator wrote, and what is no record at all.
                    for _ in 0...Int.random(in: 0...1, using: &random) {
                        switched.append(try switchModels(pipeline, sets.randomElement(using: &random)!))
                    }
                    if round == 1 { pipeline.append(ControlRecord.secret(fingerprint: 9).encode(), to: .control) }
                    if round == 2 { pipeline.append(Array("nonsense".utf8), to: .control) }
                    if round == 3 {
                        pipeline.append(ControlRecord.models(ModelActivation(files: [[1, 2]])!).encode(), to: .control)
                    }
                }
            }
            if seed.isMultiple(of: 2) || round.isMultiple(of: 2) { pipeline.tick(day(13_000 + round * 20 + 19)) }
            try pipeline.run(
                crashPercent: 10, zombiePercent: seed < 10 ? 0 : 6,
                names: seed < 10 ? SimulatedPipeline.all : SimulatedPipeline.withSeconds)
        }
        try pipeline.run(names: SimulatedPipeline.withSeconds)
        let replayed = try pipeline.replayed()
        #expect(pipeline.published(.lending) == replayed.changes, "seed \(seed)")
        #expect(try pipeline.scored() == replayed.results)
        #expect(pipeline.crashes > 5)
        try pipeline.stop()
        for partition in replayed.states.indices {
            #expect(try pipeline.stoppedState(Int32(partition)) == replayed.states[partition])
        }
        let sum = replayed.outcomes.reduce(Outcomes(), +)
        #expect(Int(sum[.control]) == replayed.outcomes.count * (1 + switched.count))
        let letters = Set(
            pipeline.cluster.records(pipeline.names.deadLetters).map { String(decoding: $0.key!, as: UTF8.self) })
        #expect(letters.count == 2 && letters.allSatisfy { $0.hasPrefix("control-0@") })
        // Each switch is told to each subscriber at most once, in order, and the numbers are dense.
        for grant in people.map({ "g-\($0)" }) {
            let changes = replayed.changes.joined().map { String(decoding: $0.value, as: UTF8.self) }
                .filter { $0.hasPrefix(#"{"grantId":"\#(grant)","#) }
            for (index, change) in changes.enumerated() { #expect(change.contains("\"number\":\(index + 1),")) }
            let causes = changes.compactMap { $0.firstMatch(of: /"kind":"MODEL".*?"offset":(\d+)/)?.1 }.map { Int($0)! }
            #expect(causes == causes.sorted() && Set(causes).count == causes.count)
        }
        #expect(replayed.changes.joined().contains { String(decoding: $0.value, as: UTF8.self).contains("MODEL") })
    }

    @Test func `an aggregator and a publisher keep the models of the beginning, and say so`() throws {
        let pipeline = try SimulatedPipeline(seed: 5)
        try grant(["ann"], pipeline)
        pipeline.produce(try make.statement("s", at: day(13_030)), of: "ann")
        let next = try switchModels(pipeline, ["steeper"])
        try pipeline.run()
        try pipeline.stop()
        let first = pipeline.loaded
        pipeline.loaded = Models(try modelFile("cash-flow"))
        let error = #expect(throws: RoleError.self) { try pipeline.run(names: [.aggregator(1)]) }
        #expect(error?.exitCode == .wrongModel)
        #expect(error?.description.contains("`plainscore model switch FILE") == true, "\(error!)")
        try pipeline.stop()
        pipeline.loaded = first
        pipeline.produce(try make.statement("t", at: day(13_031), daysPastDue: 60), of: "ann")
        try pipeline.run()
        let explained = try explain("ann", pipeline)
        #expect(explained?.card.hash == next.speaking.hash)
        let published = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        #expect(published.last?.contains("\"score\":\(explained?.explanation.score ?? -1),") == true)
    }

    @Test func `what cannot be loaded is not appended`() throws {
        let pipeline = try SimulatedPipeline(seed: 6)
        let log = pipeline.cluster.connect("operator")
        let card = try file("uci-max")
        for (files, words) in [
            ([[1, 2, 3]], "file 1 of 1, line"), ([card, card], "is given twice"),
            ([Array(repeating: 0, count: 1_000_000)], "Give fewer challengers"),
        ] {
            let error = #expect(throws: ModelFileError.self) {
                try Pipeline.switchModels(log, names: pipeline.names, files: files)
            }
            #expect(error?.description.contains(words) == true, "\(error!)")
        }
        #expect(pipeline.cluster.records(pipeline.names.raw(.control)).count == 1)
    }

    private func grant(_ people: [String], _ pipeline: SimulatedPipeline) throws {
        for person in people {
            pipeline.produce(
                try make.granted("c", grant: "g-\(person)", at: day(13_000), until: day(13_300)), of: person)
        }
        try pipeline.run()
    }

    /// As the operator's command does.
    private func switchModels(_ pipeline: SimulatedPipeline, _ names: [String]) throws -> Models {
        defer { pipeline.cluster.crash("operator") }  // the process ends, and its name is free
        return try Pipeline.switchModels(
            pipeline.cluster.connect("operator"), names: pipeline.names, files: try names.map(file))
    }

    /// A card that ships, or one of two that differ from it: in what 60 days late cost, and for everyone.
    private func file(_ name: String) throws -> [UInt8] {
        let changes = ["steeper": (#"partialScore="-35""#, #"partialScore="-44""#), "higher": (#""523""#, #""530""#)]
        let path = models.appendingPathComponent("\(changes[name] == nil ? name : "uci-max").pmml").path
        let text = String(decoding: try ModelFile.bytes(path), as: UTF8.self)
        guard let (old, new) = changes[name] else { return Array(text.utf8) }
        #expect(text.contains(old))
        return Array(text.replacing(old, with: new).utf8)
    }

    private func explain(_ person: String, _ pipeline: SimulatedPipeline) throws -> (
        explanation: Explanation, card: Scorecard
    )? {
        defer { pipeline.cluster.crash("operator") }
        let folds = try CommittedFolds(
            pipeline.cluster.connect("operator"), names: pipeline.names, identity: pipeline.identity,
            models: pipeline.loaded, snapshots: nil)
        let answers = try folds.explain([pipeline.hasher.key(of: Identifier(person)!)]) { _ in }
        guard case .explained(let explanation, let card)? = answers.first else { return nil }
        return (explanation, card)
    }
}
