import Events
import Foundation
import Pipeline
import Scoring
import Snapshots
import TestTimeline
import Testing

/// A snapshot that cannot be trusted is not used; the one before it is, and the output is the same.
@Suite struct SnapshotRecoveryTests {
    enum Damage: CaseIterable {
        case none, truncated, flippedBit, otherPartition, newerThanCommitted
    }

    @Test(arguments: Damage.allCases)
    func `the newest snapshot that can be used is used, and the output is the same`(_ damage: Damage) throws {
        // A snapshot at each stop, and no other.
        let pipeline = try SimulatedPipeline(seed: 11, snapshotEveryMilliseconds: .max)
        try produce(round: 0, to: pipeline)
        let first = pipeline.aggregatorOffsets()
        try produce(round: 1, to: pipeline)
        let second = pipeline.aggregatorOffsets()
        for partition in 0..<Int32(3) { try self.damage(damage, partition, pipeline) }
        if damage == .newerThanCommitted {
            for offset in first {
                pipeline.cluster.commitOffset(
                    group: pipeline.names.aggregatorGroup, topic: pipeline.names.timeline, partition: offset.partition,
                    offset: offset.offset!, metadata: offset.metadata)
            }
        }
        try produce(round: 2, to: pipeline)

        let published = pipeline.published(.lending)
        #expect(try pipeline.replayed().changes == published)
        #expect(published.joined().count == 27, "three changes of nine persons")
        let used = damage == .none ? second : first
        let journal = try pipeline.journalText()
        for offset in used {
            #expect(
                journal.contains(
                    #""event":"recovered","partition":\#(offset.partition),"snapshot":\#(offset.offset!),"committed":\#(damage == .newerThanCommitted ? offset.offset! : second[Int(offset.partition)].offset!)"#
                ))
        }
        let isRefused = damage != .none && damage != .newerThanCommitted
        #expect(journal.contains("snapshotRefused") == isRefused)
    }

    private func produce(round: Int, to pipeline: SimulatedPipeline) throws {
        let make = EventMaker()
        for number in 1...9 {
            let person = "person-\(number)"
            let time = day(13_000 + round * 30)
            if round == 0 {
                pipeline.produce(
                    try make.granted("c", grant: "g-\(person)", at: time, until: time + day(300)), of: person)
            }
            pipeline.produce(
                try make.statement(
                    "s\(round)", at: time, balance: Int64(round * 40_000), daysPastDue: Int32(round * 30)), of: person)
        }
        try pipeline.run()
        try pipeline.stop()
    }

    private func damage(_ damage: Damage, _ partition: Int32, _ pipeline: SimulatedPipeline) throws {
        let folder = pipeline.folder.appendingPathComponent("1")
        func newest(_ partition: Int32) throws -> URL {
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { $0.hasPrefix("timeline-\(partition)-") && $0.hasSuffix(".snapshot") }
            return folder.appendingPathComponent(try #require(files.max()))
        }
        let file = try newest(partition)
        var bytes = try Data(contentsOf: file)
        switch damage {
        case .none, .newerThanCommitted: return
        case .truncated: bytes.removeLast(9)
        case .flippedBit: bytes[bytes.count / 2] ^= 4
        case .otherPartition: bytes = try Data(contentsOf: try newest((partition + 1) % 3))
        }
        try bytes.write(to: file)
    }
}
