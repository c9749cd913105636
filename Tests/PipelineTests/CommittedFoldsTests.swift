import Events
import Foundation
import Pipeline
import ScorecardFiles
import Scoring
import SimulatedLog
import Snapshots
import TestTimeline
import Testing

/// What operators' commands fold: the state at the aggregator's committed offset, from the beginning or from a snapshot
/// that it keeps, held to what it has committed.
@Suite struct CommittedFoldsTests {
    private let pipeline: SimulatedPipeline
    private let snapshots: SnapshotFolder
    private let persons: [PersonKey]

    init() throws {
        // A snapshot at each stop, and no other.
        pipeline = try SimulatedPipeline(seed: 3, snapshotEveryMilliseconds: .max)
        snapshots = SnapshotFolder(pipeline.folder.appendingPathComponent("1").path)
        persons = (1...9).map { [pipeline] in pipeline.hasher.key(of: Identifier("person-\($0)")!) }
        for round in 0..<2 { try produce(round) }
    }

    @Test func `from a snapshot, from an older one and from the beginning it says the same`() throws {
        let whole = try explain(nil)
        #expect(whole.answers.count == 9 && whole.skipped.isEmpty)
        let short = try explain(snapshots)
        #expect(short.answers == whole.answers && short.skipped.isEmpty)

        // The log no longer has what the snapshots hold: only they can say it, and nobody the ids of the events.
        for offset in pipeline.aggregatorOffsets() {
            pipeline.cluster.deleteRecords(pipeline.names.timeline, offset.partition, below: offset.offset!)
        }
        let cut = try explain(snapshots).answers
        #expect(cut.map(\.withoutNames) == whole.answers.map(\.withoutNames))
        let facts = cut.flatMap(\.characteristics).flatMap(\.evidence.newest)
        #expect(!facts.isEmpty && facts.allSatisfy { $0.id == nil && $0.producer == nil })
        let error = #expect(throws: RoleError.self) { try explain(nil) }
        #expect(error?.exitCode == .brokenInvariant && error?.description.contains("bring a snapshot") == true)
    }

    @Test func `a snapshot that does not verify is passed over and named`() throws {
        let whole = try explain(nil)
        let newest = pipeline.aggregatorOffsets().map { offset in
            try? snapshots.candidates(
                topic: pipeline.names.timeline, partition: offset.partition, notAbove: offset.offset!
            ).first?.path
        }
        for path in newest { try Data("damaged".utf8).write(to: URL(fileURLWithPath: try #require(path))) }
        let short = try explain(snapshots)
        #expect(short.answers == whole.answers)
        #expect(short.skipped.count == 3)
        for (text, path) in zip(short.skipped, newest) { #expect(text.contains(try #require(path))) }
    }

    @Test func `another model, another chain and a lost offset each stop it`() throws {
        let other = try ScorecardFile.parse(Array(try Data(contentsOf: models.appendingPathComponent("uci-mean.pmml"))))
        let wrongModel = #expect(throws: RoleError.self) { try explain(nil, other) }
        #expect(wrongModel?.exitCode == .wrongModel)
        #expect(wrongModel?.description.contains(other.hash.hex) == true)
        #expect(wrongModel?.description.contains(pipeline.scorecard.hash.hex) == true)

        let offset = pipeline.aggregatorOffsets()[0]
        var metadata = try #require(OffsetMetadata(offset.metadata))
        metadata.chain.high ^= 1
        commit(offset.offset!, metadata.text)
        let otherChain = #expect(throws: RoleError.self) { try explain(nil) }
        #expect(otherChain?.exitCode == .brokenInvariant)
        commit(offset.offset!, "of another program")
        let noMetadata = #expect(throws: RoleError.self) { try explain(nil) }
        #expect(noMetadata?.exitCode == .brokenInvariant)
    }

    private func produce(_ round: Int) throws {
        let make = EventMaker()
        for number in 1...9 {
            let person = "person-\(number)"
            let time = day(13_000 + round * 30)
            if round == 0 {
                pipeline.produce(
                    try make.granted("c", grant: "g-\(person)", at: time, until: time + day(300)), of: person)
            }
            pipeline.produce(
                try make.statement("s\(round)", at: time, daysPastDue: Int32(round * number * 10)), of: person)
        }
        pipeline.tick(day(13_001 + round * 30))
        try pipeline.run()
        try pipeline.stop()
    }

    private func commit(_ offset: Int64, _ metadata: String) {
        pipeline.cluster.commitOffset(
            group: pipeline.names.aggregatorGroup, topic: pipeline.names.timeline, partition: 0, offset: offset,
            metadata: metadata)
    }

    private func explain(_ snapshots: SnapshotFolder?, _ card: Scorecard? = nil) throws
        -> (answers: [Explanation], skipped: [String])
    {
        defer { pipeline.cluster.crash("operator") }  // the process ends, and its name is free
        let folds = try CommittedFolds(
            pipeline.cluster.connect("operator"), names: pipeline.names, identity: pipeline.identity,
            models: card.map { Models($0) } ?? pipeline.loaded, snapshots: snapshots)
        var skipped: [String] = []
        let answers = try folds.explain(persons) { skipped.append($0) }
        return (
            answers.compactMap { if case .explained(let explanation, _) = $0 { explanation } else { nil } },
            skipped
        )
    }
}

extension Explanation {
    /// All that is said but the ids of the events.
    fileprivate var withoutNames: [String] {
        let parts = characteristics.map { part in
            let facts = part.evidence.newest.map { "\($0.occurredAt) \($0.type) \($0.amounts)" }
            return "\(part.name) \(part.value ?? -1) \(part.bin ?? "none") \(part.points ?? -1) \(facts)"
        }
        return parts + ["\(score ?? -1)", "\(grants)", "\(forecast)"]
    }
}
