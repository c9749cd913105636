import Foundation
import Snapshots
import Testing

/// Who may come into a state folder. A folder that is `reached` lies where everybody may come to.
@Suite struct FolderRightsTests {
    @Test(
        arguments: [
            (0o700, true, false), (0o750, true, false), (0o755, true, true), (0o777, true, true), (0o1777, true, true),
            (0o711, true, true), (0o755, false, false), (0o1777, false, false), (0o777, false, true),
        ] as [(Int, Bool, Bool)])
    func `a folder that is open to all is refused, with its mend`(rights: Int, isReached: Bool, isRefused: Bool) throws
    {
        let outer = try TemporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: isReached ? 0o755 : 0o700], ofItemAtPath: outer.path)
        let folder = outer.path + "/state"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: rights], ofItemAtPath: folder)
        if isRefused {
            let error = #expect(throws: SnapshotError.self) { _ = try SnapshotStore(folder: folder) }
            #expect(error?.kind == .folder && error?.description.contains("chmod 700 \(folder)") == true)
        } else {
            _ = try SnapshotStore(folder: folder)
        }
    }
}
