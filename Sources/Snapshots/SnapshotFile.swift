import Glibc

/// A snapshot as a file: how large and how old.
public struct SnapshotFile: Equatable, Sendable {
    public let bytes: Int
    /// ms since the epoch.
    public let writtenAt: Int64

    /// nil where the file is gone.
    public init?(_ reference: SnapshotReference) {
        var status = stat()
        guard unsafe stat(reference.path, &status) == 0 else { return nil }
        bytes = Int(status.st_size)
        writtenAt = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }
}
