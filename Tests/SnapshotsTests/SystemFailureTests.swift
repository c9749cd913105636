import Foundation
import Snapshots
import Testing

/// Each body runs in a process of its own: what it does to its limits and locks touches no other test.
@Suite struct SystemFailureTests {
    @Test func `a full disk leaves the older snapshots`() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let store = try SnapshotStore(folder: folder.path)
            try store.write(topic: "timeline", partition: 0, offset: 1, payload: [1])
            var random = SystemRandomNumberGenerator()
            let payload = (0..<100_000).map { _ in UInt8.random(in: 0...255, using: &random) }  // does not pack
            limitFileSize(bytes: 50_000)

            let error = #expect(throws: SnapshotError.self) {
                try store.write(topic: "timeline", partition: 0, offset: 2, payload: payload)
            }
            #expect(error?.kind == .write)
            #expect(error?.path == folder.path + "/timeline-0-0000000000000000002.snapshot.unfinished")
            #expect(error?.description.contains("File too large") == true)
            #expect(error?.description.contains("make room") == true)
            #expect(try folder.names() == ["timeline-0-0000000000000000001.snapshot"])
            #expect(try store.read(store.newest("timeline", 0)) == [1])

            try store.write(topic: "timeline", partition: 0, offset: 3, payload: [3])
            #expect(try store.read(store.newest("timeline", 0)) == [3])
        }
    }

    @Test func `a second process is refused while the first lives`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        var store: SnapshotStore? = try SnapshotStore(folder: path)
        let holder = getpid()
        await #expect(processExitsWith: .success) { [path = path as String, holder = holder as Int32] in
            let error = #expect(throws: SnapshotError.self) { try SnapshotStore(folder: path) }
            #expect(error?.kind == .inUse)
            #expect(error?.description.contains("in use by process \(holder)") == true)
            #expect(error?.description.contains("stop that process") == true)
        }
        withExtendedLifetime(store) {}
        store = nil
        await #expect(processExitsWith: .success) { [path = path as String] in _ = try SnapshotStore(folder: path) }
    }

    @Test func `the lock goes with the process, however it ends`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try SnapshotStore(folder: path)
            _ = try store.stage(topic: "timeline", partition: 0, offset: 1, payload: [1])
            kill(getpid(), SIGKILL)
        }
        #expect(try folder.names() == ["timeline-0-0000000000000000001.snapshot.unfinished"])
        _ = try SnapshotStore(folder: path)
        #expect(try folder.names() == [])
    }

    @Test func `the same folder is not opened twice`() throws {
        let folder = try TemporaryFolder()
        let store = try SnapshotStore(folder: folder.path)
        let error = #expect(throws: SnapshotError.self) { try SnapshotStore(folder: folder.path) }
        #expect(error?.kind == .inUse)
        withExtendedLifetime(store) {}
    }
}

/// Writes beyond it fail as they do on a full disk, for every user, root included.
private func limitFileSize(bytes: UInt) {
    _ = signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: bytes, rlim_max: bytes)
    precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
}
