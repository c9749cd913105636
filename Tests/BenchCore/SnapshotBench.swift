import Foundation
import Scoring
import Snapshots

/// A snapshot as the aggregator takes it, in slices between batches, and its way back.
struct SnapshotBench {
    let bench: FoldBench
    let scorecard: Scorecard

    /// As the aggregator's: see `SnapshotUnderWay`.
    private static let sliceWork = 2_000_000
    private static let eventsBetweenSlices = 500

    func run(_ workload: inout Workload, _ column: inout Column) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-core-\(getpid())")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SnapshotStore(folder: folder.path)
        let payloadBytes = try write(to: store, &workload, &column)
        try load(from: store, payloadBytes, &column)
    }

    private func write(to store: SnapshotStore, _ workload: inout Workload, _ column: inout Column) throws -> Int {
        var batch = Batch()
        let fold = bench.fold
        let start = wallSeconds()
        var holdUps = Rounds()
        let writer = try SnapshotWriter(store, topic: "bench", partition: 0, offset: fold.nextOffset)
        column.cutMilliseconds = hold(&holdUps, &column) { fold.beginCut() }
        var chunk: [UInt8] = []
        var payloadBytes = 0
        var isCut = false
        while !isCut {
            batch.removeAll()
            for _ in 0..<Self.eventsBetweenSlices { try workload.appendEvent(to: &batch) }
            _ = try bench.fold(batch)
            guard !writer.isFull else { continue }
            hold(&holdUps, &column) {
                if chunk.isEmpty { chunk.reserveCapacity(SnapshotWriter.chunkBytes * 3 / 2) }
                isCut = fold.writeCut(into: &chunk, work: Self.sliceWork)
                guard isCut || chunk.count >= SnapshotWriter.chunkBytes else { return }
                payloadBytes += chunk.count
                writer.append(chunk)
                chunk = []
            }
        }
        writer.finish()
        writer.publish()
        while !writer.state.isPublished {
            if let failure = writer.state.failure { throw failure }
            sched_yield()
        }
        column.writeMegabytesPerSecond = Double(payloadBytes) / 1e6 / (wallSeconds() - start)
        column.holdUpMilliseconds = holdUps
        column.payloadBytesPerEvent = Double(payloadBytes) / Double(column.events)
        return payloadBytes
    }

    @discardableResult
    private func hold(_ holdUps: inout Rounds, _ column: inout Column, _ body: () -> Void) -> Double {
        let (cpu, wall) = (cpuSeconds(), wallSeconds())
        body()
        holdUps.append((cpuSeconds() - cpu) * 1e3)
        column.holdUpWallMillisecondsMost = max(column.holdUpWallMillisecondsMost, (wallSeconds() - wall) * 1e3)
        return holdUps.values.last!
    }

    private func load(from store: SnapshotStore, _ payloadBytes: Int, _ column: inout Column) throws {
        let reference = try store.candidates(topic: "bench", partition: 0, notAbove: .max)[0]
        let packed = try FileManager.default.attributesOfItem(atPath: reference.path)[.size] as? Int
        column.packedBytesPerEvent = Double(packed ?? 0) / Double(column.events)
        let start = cpuSeconds()
        let payload = try store.read(reference)
        let readSeconds = cpuSeconds() - start
        column.readMegabytesPerSecond = Double(payloadBytes) / 1e6 / readSeconds
        bench.fold = PartitionFold(partition: 0, scorecard: scorecard)  // the memory of the old one is given back
        let resident = residentBytes()
        let loadStart = cpuSeconds()
        let loaded = try PartitionFold(state: unsafe payload.span.bytes, partition: 0, scorecard: scorecard)
        column.loadMegabytesPerSecond = Double(payloadBytes) / 1e6 / (readSeconds + cpuSeconds() - loadStart)
        column.recoveredBytes = Double(residentBytes() - resident)
        precondition(loaded.nextOffset == reference.offset && loaded.personCount == column.persons)
    }
}
