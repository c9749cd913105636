import Foundation
import Snapshots
import Testing

@Suite struct SnapshotStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `what is written is read`() throws {
        let store = try SnapshotStore(folder: folder.path)
        try store.write(topic: "timeline", partition: 3, offset: 120, payload: Array("state".utf8))
        let found = try store.candidates(topic: "timeline", partition: 3, notAbove: 120)
        #expect(found.map(\.offset) == [120])
        #expect(try store.read(found[0]) == Array("state".utf8))
    }

    @Test func `one who only reads needs no lock and leaves nothing, and is told of a file that has gone meanwhile`()
        throws
    {
        let store = try SnapshotStore(folder: folder.path)
        for offset in [7, 8] as [Int64] {
            try store.write(topic: "timeline", partition: 0, offset: offset, payload: Array("\(offset)".utf8))
        }
        let before = try folder.names()
        let reader = SnapshotFolder(folder.path)
        let found = try reader.candidates(topic: "timeline", partition: 0, notAbove: 8)
        #expect(found.map(\.offset) == [8, 7])
        #expect(try reader.read(found[0]) == Array("8".utf8))
        #expect(try folder.names() == before)
        try FileManager.default.removeItem(atPath: found[1].path)
        let error = #expect(throws: SnapshotError.self) { try reader.read(found[1]) }
        #expect(error?.kind == .read)
    }

    @Test(arguments: [0, 1, 2, 255, 65_536, 3_000_000])
    func `every size comes back`(count: Int) throws {
        let store = try SnapshotStore(folder: folder.path)
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        try store.write(topic: "timeline", partition: 0, offset: 0, payload: payload)
        #expect(try store.read(store.newest("timeline", 0)) == payload)
    }

    @Test func `the same state gives the same file`() throws {
        let store = try SnapshotStore(folder: folder.path)
        let payload = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try store.write(topic: "timeline", partition: 0, offset: 9, payload: payload)
        let first = try folder.bytes(store.newest("timeline", 0).path)
        try store.write(topic: "timeline", partition: 0, offset: 9, payload: payload)
        #expect(try folder.bytes(store.newest("timeline", 0).path) == first)
    }

    @Test func `candidates are this partition's, not above the offset, newest first`() throws {
        let store = try SnapshotStore(folder: folder.path)
        for offset in [9, 10, 100] as [Int64] {
            try store.write(topic: "timeline", partition: 1, offset: offset, payload: [1])
        }
        try store.write(topic: "timeline", partition: 11, offset: 50, payload: [1])
        try store.write(topic: "a-1-timeline", partition: 1, offset: 60, payload: [1])
        #expect(try store.candidates(topic: "timeline", partition: 1, notAbove: 100).map(\.offset) == [100, 10, 9])
        #expect(try store.candidates(topic: "timeline", partition: 1, notAbove: 99).map(\.offset) == [10, 9])
        #expect(try store.candidates(topic: "timeline", partition: 1, notAbove: 8).isEmpty)
        #expect(try store.candidates(topic: "a-1-timeline", partition: 1, notAbove: 100).map(\.offset) == [60])
        #expect(try store.candidates(topic: "timeline", partition: 2, notAbove: 100).isEmpty)
    }

    @Test func `the newest three of a partition are kept`() throws {
        let store = try SnapshotStore(folder: folder.path)
        for offset in 1...5 as ClosedRange<Int64> {
            try store.write(topic: "timeline", partition: 0, offset: offset, payload: [1])
            try store.write(topic: "timeline", partition: 7, offset: offset * 10, payload: [1])
        }
        #expect(try store.candidates(topic: "timeline", partition: 0, notAbove: .max).map(\.offset) == [5, 4, 3])
        #expect(try store.candidates(topic: "timeline", partition: 7, notAbove: .max).map(\.offset) == [50, 40, 30])
    }

    @Test func `a snapshot below older ones is kept, and they are`() throws {
        let store = try SnapshotStore(folder: folder.path)
        for offset in [80, 90, 100, 10] as [Int64] {
            try store.write(topic: "timeline", partition: 0, offset: offset, payload: [1])
        }
        #expect(
            try store.candidates(topic: "timeline", partition: 0, notAbove: .max).map(\.offset) == [100, 90, 80, 10])
    }

    @Test func `a staged snapshot is found once it is published`() throws {
        let store = try SnapshotStore(folder: folder.path)
        for offset in 1...3 as ClosedRange<Int64> {
            try store.write(topic: "timeline", partition: 0, offset: offset, payload: [1])
        }
        let staged = try store.stage(topic: "timeline", partition: 0, offset: 4, payload: [4])
        #expect(try store.candidates(topic: "timeline", partition: 0, notAbove: .max).map(\.offset) == [3, 2, 1])
        try store.publish(staged)
        #expect(try store.candidates(topic: "timeline", partition: 0, notAbove: .max).map(\.offset) == [4, 3, 2])
        #expect(try store.read(store.newest("timeline", 0)) == [4])
    }

    @Test func `a discarded snapshot leaves nothing`() throws {
        let store = try SnapshotStore(folder: folder.path)
        let staged = try store.stage(topic: "timeline", partition: 0, offset: 4, payload: [4])
        #expect(try folder.names().count == 1)
        store.discard(staged)
        #expect(try folder.names() == [])
        #expect(throws: SnapshotError.self) { try store.publish(staged) }
    }

    @Test func `opening removes what unfinished writes left, and nothing else`() throws {
        do {
            let store = try SnapshotStore(folder: folder.path)
            try store.write(topic: "timeline", partition: 0, offset: 1, payload: [1])
            _ = try store.stage(topic: "timeline", partition: 0, offset: 2, payload: [2])
        }
        #expect(try folder.names().count == 2)
        let store = try SnapshotStore(folder: folder.path)
        #expect(try folder.names() == ["timeline-0-0000000000000000001.snapshot"])
        #expect(try store.read(store.newest("timeline", 0)) == [1])
    }

    @Test func `a missing folder is made for its owner alone`() throws {
        let path = folder.path + "/state"
        _ = try SnapshotStore(folder: path)
        let rights = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(rights == 0o700)
    }

    @Test func `a folder that cannot be made is named`() throws {
        let path = folder.path + "/missing/state"
        let error = #expect(throws: SnapshotError.self) { try SnapshotStore(folder: path) }
        #expect(error?.kind == .folder)
        #expect(error?.description.contains(path) == true)
        #expect(error?.description.contains("No such file or directory") == true)
    }

    @Test(arguments: [("", 0, 0), ("a/b", 0, 0), ("..\u{0}", 0, 0), ("timeline", -1, 0), ("timeline", 0, -1)])
    func `what cannot be a name is refused`(topic: String, partition: Int32, offset: Int64) throws {
        let store = try SnapshotStore(folder: folder.path)
        let error = #expect(throws: SnapshotError.self) {
            try store.write(topic: topic, partition: partition, offset: offset, payload: [1])
        }
        #expect(error?.kind == .write)
        #expect(try folder.names() == [])
    }

    @Test func `the longest topic fits`() throws {
        let store = try SnapshotStore(folder: folder.path)
        let topic = String(repeating: "t", count: 200)
        try store.write(topic: topic, partition: .max, offset: .max, payload: [1])
        #expect(try store.read(store.newest(topic, .max)) == [1])
        #expect(throws: SnapshotError.self) {
            try store.write(topic: topic + "t", partition: 0, offset: 0, payload: [1])
        }
    }
}

extension SnapshotStore {
    func newest(_ topic: String, _ partition: Int32) throws -> SnapshotReference {
        try #require(try candidates(topic: topic, partition: partition, notAbove: .max).first)
    }
}
