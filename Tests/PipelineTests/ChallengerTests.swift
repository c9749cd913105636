import Events
import Pipeline
import Scoring
import TestTimeline
import Testing

/// Challengers in the roles: what they say stays in `scores`, and the set of models is held to.
@Suite struct ChallengerTests {
    private let make = EventMaker()

    @Test func `a challenger's results are in scores and none of them is published`() throws {
        let pipeline = try SimulatedPipeline(
            seed: 1, challengers: [try modelFile("uci-mean"), try modelFile("cash-flow")])
        try produce(3, to: pipeline)
        let hashes = try results(pipeline).map(\.model)
        for model in pipeline.loaded.all { #expect(hashes.contains(model.hash), "\(model.name)") }

        let published = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        #expect(published.count == 3)
        for (index, change) in published.enumerated() {
            #expect(change.contains("\"number\":\(index + 1),"))
            #expect(change.contains("\"hash\":\"\(pipeline.scorecard.hash.hex)\""))
        }
        let alone = try pipeline.replayed(Models(pipeline.scorecard)).changes.joined()
        #expect(pipeline.published(.lending).joined().map(\.unnumbered) == alone.map(\.unnumbered))
    }

    @Test func `a publisher goes on after a record of a challenger, and refuses a model that does not speak`() throws {
        let pipeline = try SimulatedPipeline(seed: 2, challengers: [try modelFile("uci-mean")])
        try produce(2, to: pipeline)
        // The last result of the partition is the challenger's, and the committed model the one that speaks.
        let last = try #require(try results(pipeline).last)
        #expect(last.isOfChallenger)
        let committed = pipeline.cluster.committedOffset(
            group: pipeline.names.publisherGroup, topic: pipeline.names.scores, partition: last.timelinePartition)
        #expect(OffsetMetadata(committed.metadata)?.model == pipeline.scorecard.hash)
        #expect(OffsetMetadata(committed.metadata)?.sequence == last.sequence)
        pipeline.produce(try make.statement("later", at: day(13_200), balance: 95_000), of: "ann")
        try pipeline.run()
        #expect(pipeline.published(.lending).joined().count == 3)
        try pipeline.stop()

        pipeline.loaded = Models(try modelFile("uci-mean"))
        try expectWrongModel(pipeline, .publisher(1), ["give the --model that the aggregator runs"])
    }

    @Test(arguments: [
        (["uci-max", "uci-mean"], ["uci-max"]), (["uci-max"], ["uci-max", "uci-mean"]),
        (["uci-max", "uci-mean"], ["uci-mean", "uci-max"]), (["uci-max", "uci-mean"], ["uci-max", "cash-flow"]),
        (["uci-max", "uci-mean", "cash-flow"], ["uci-max", "cash-flow", "uci-mean"]), (["uci-max"], ["uci-mean"]),
    ])
    func `another set of models is refused by name, with what to do`(_ before: [String], _ after: [String]) throws {
        let first = try before.map(modelFile)
        let pipeline = try SimulatedPipeline(seed: 3, challengers: Array(first.dropFirst()))
        try produce(2, to: pipeline)
        let second = try after.map(modelFile)
        pipeline.loaded = try Models(speaking: second[0], challengers: Array(second.dropFirst()))
        // Names are known of the models given; of others the hash is said.
        let words = { (models: [Scorecard]) in
            let words = models.map { model in
                model.hash.hex + (second.contains { $0.hash == model.hash } ? " (\(model.name))" : "")
            }
            let challengers = words.dropFirst().joined(separator: ", ")
            return "model \(words[0])" + (challengers.isEmpty ? " alone" : " and challengers \(challengers)")
        }
        try expectWrongModel(
            pipeline, .aggregator(1),
            [
                "with \(words(first)), and given is \(words(second))", "start with the former, in that order",
                "`plainscore model switch FILE [--challenger FILE]`",
            ])
    }

    @Test func `an operator's commands explain by the model that speaks, with the challengers given too`() throws {
        let pipeline = try SimulatedPipeline(seed: 4, challengers: [try modelFile("uci-mean")])
        try produce(3, to: pipeline)
        let explain = { (models: Models) in
            defer { pipeline.cluster.crash("operator") }  // the process ends, and its name is free
            let folds = try CommittedFolds(
                pipeline.cluster.connect("operator"), names: pipeline.names, identity: pipeline.identity,
                models: models, snapshots: nil)
            return try folds.explain([pipeline.hasher.key(of: Identifier("ann")!)]) { _ in }
        }
        guard case .explained(let explanation, _)? = try explain(pipeline.loaded).first else {
            Issue.record("nothing is explained")
            return
        }
        let published = pipeline.published(.lending).joined().map { String(decoding: $0.value, as: UTF8.self) }
        #expect(published.last?.contains("\"score\":\(explanation.score ?? -1),") == true)
        let error = #expect(throws: RoleError.self) { try explain(Models(pipeline.scorecard)) }
        #expect(error?.exitCode == .wrongModel)
        #expect(error?.description.hasSuffix("give the former to --model and --challenger, in that order") == true)
    }

    /// A consent, then so many statements of one person, run through all roles to the end.
    private func produce(_ statements: Int, to pipeline: SimulatedPipeline) throws {
        pipeline.produce(try make.granted("c", at: day(13_000), until: day(13_300)), of: "ann")
        try pipeline.run()
        for number in 0..<statements {
            pipeline.produce(
                try make.statement("s\(number)", at: day(13_030 + number * 30), daysPastDue: Int32(number * 30)),
                of: "ann")
        }
        try pipeline.run()
        try pipeline.stop()
    }

    private func results(_ pipeline: SimulatedPipeline) throws -> [ScoreResult] {
        try pipeline.scored().flatMap { bytes in
            var cursor = ByteCursor(unsafe bytes.span.bytes)
            var results: [ScoreResult] = []
            while cursor.remaining > 0 { results.append(try ScoreResult.next(from: &cursor, verifying: nil).result) }
            return results
        }
    }

    private func expectWrongModel(_ pipeline: SimulatedPipeline, _ role: SimulatedPipeline.Name, _ words: [String])
        throws
    {
        let error = #expect(throws: RoleError.self) { try pipeline.run(names: [role]) }
        #expect(error?.exitCode == .wrongModel)
        for words in words { #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")") }
    }
}

extension PartitionReplay.Change {
    /// Without what counts all results of a partition, a challenger's too, and what follows from that.
    var unnumbered: String {
        String(decoding: value, as: UTF8.self)
            .replacing(/"sequence":\d+/, with: "").replacing(/"checksum":"[0-9a-f]{16}"/, with: "")
    }
}
