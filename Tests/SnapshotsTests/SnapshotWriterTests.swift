import Foundation
import Snapshots
import Testing

/// A snapshot that is written beside its maker is the one that it would be in one go.
@Suite struct SnapshotWriterTests {
    let folder: TemporaryFolder
    let store: SnapshotStore

    init() throws {
        folder = try TemporaryFolder()
        store = try SnapshotStore(folder: folder.path)
    }

    @Test(arguments: [true, false])
    func `chunks handed over become one snapshot, found once it is published`(isAside: Bool) throws {
        let chunks = (0..<20).map { number in (0..<10_000).map { UInt8(truncatingIfNeeded: $0 / 7 ^ number) } }
        let writer = try SnapshotWriter(store, topic: "timeline", partition: 3, offset: 120, isAside: isAside)
        for chunk in chunks { writer.append(chunk) }
        writer.finish()
        try reach(writer) { $0.isStaged }
        #expect(try candidates() == 0)
        writer.publish()
        try reach(writer) { $0.isPublished }
        #expect(!writer.isFull)
        let reference = try store.newest("timeline", 3)
        #expect(reference.offset == 120)
        let payload = try store.read(reference)
        #expect(payload == Array(chunks.joined()))
    }

    @Test(arguments: [true, false])
    func `one that is given up leaves nothing, whatever it had come to`(isAside: Bool) throws {
        for step in 0..<3 {
            var writer: SnapshotWriter? = try SnapshotWriter(
                store, topic: "timeline", partition: 3, offset: 120, isAside: isAside)
            if step > 0 { writer!.append([1, 2, 3]) }
            if step > 1 {
                writer!.finish()
                try reach(writer!) { $0.isStaged }
            }
            writer = nil
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["lock"], "step \(step)")
        }
    }

    @Test func `given up and begun again at the same offset, the second is whole`() throws {
        for _ in 0..<20 {
            var writer: SnapshotWriter? = try SnapshotWriter(store, topic: "timeline", partition: 3, offset: 120)
            writer?.append(Array(repeating: 1, count: 100_000))
            writer?.finish()
            writer = nil
            try store.write(topic: "timeline", partition: 3, offset: 120, payload: [9])
            let payload = try store.read(try store.newest("timeline", 3))
            #expect(payload == [9])
        }
    }

    @Test(arguments: [true, false])
    func `a folder that goes meanwhile is a failure with its name, once`(isAside: Bool) throws {
        let writer = try SnapshotWriter(store, topic: "timeline", partition: 3, offset: 120, isAside: isAside)
        writer.append([1])
        writer.finish()
        try reach(writer) { $0.isStaged }
        try FileManager.default.removeItem(atPath: folder.path)
        writer.publish()
        try reach(writer) { $0.failure != nil }
        let error = try #require(writer.state.failure)
        #expect(error.kind == .write && error.path.hasPrefix(folder.path))
        writer.append([2])
        writer.publish()
        #expect(throws: SnapshotError.self) {
            try SnapshotWriter(store, topic: "timeline", partition: 3, offset: 120, isAside: isAside)
        }
    }

    private func candidates() throws -> Int {
        try store.candidates(topic: "timeline", partition: 3, notAbove: .max).count
    }

    /// Waits, with a deadline, until the thread beside has come so far.
    private func reach(_ writer: SnapshotWriter, _ condition: (SnapshotWriter.State) -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while !condition(writer.state) {
            try #require(ContinuousClock.now < deadline, "still \(writer.state)")
            sched_yield()
        }
    }
}
