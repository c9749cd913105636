import Foundation
import Snapshots
import Testing

/// Snapshots read ahead are those that a plain read gives, in whatever order they are asked for.
@Suite struct SnapshotReadAheadTests {
    let folder: TemporaryFolder
    let store: SnapshotStore
    /// Of partitions 0 to 3.
    let references: [SnapshotReference]

    init() throws {
        folder = try TemporaryFolder()
        store = try SnapshotStore(folder: folder.path)
        for partition in 0..<Int32(4) {
            let payload = Array(repeating: UInt8(partition), count: 100_000 * Int(partition + 1))
            try store.write(topic: "timeline", partition: partition, offset: 7, payload: payload)
        }
        let store = store
        references = try (0..<Int32(4)).map { try store.newest("timeline", $0) }
    }

    @Test(arguments: [true, false])
    func `each in its turn`(isAside: Bool) throws {
        var ahead = SnapshotReadAhead(store, references, isAside: isAside)
        for reference in references { try expectSame(&ahead, reference) }
    }

    @Test(arguments: [true, false])
    func `out of turn, twice, and one that was not announced`(isAside: Bool) throws {
        var ahead = SnapshotReadAhead(store, [references[0], references[2]], isAside: isAside)
        for place in [2, 0, 0, 1, 2, 3] { try expectSame(&ahead, references[place]) }
    }

    @Test(arguments: [true, false])
    func `a damaged one is an error in its turn, and hinders no other`(isAside: Bool) throws {
        let path = references[1].path
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[bytes.count - 1] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var ahead = SnapshotReadAhead(store, references, isAside: isAside)
        try expectSame(&ahead, references[0])
        let error = #expect(throws: SnapshotError.self) { try ahead.read(references[1]) }
        #expect(error?.kind == .content && error?.path == path)
        try expectSame(&ahead, references[2])
    }

    private func expectSame(_ ahead: inout SnapshotReadAhead, _ reference: SnapshotReference) throws {
        let payload = try ahead.read(reference)
        #expect(try payload == store.read(reference), "partition \(reference.partition)")
    }
}
