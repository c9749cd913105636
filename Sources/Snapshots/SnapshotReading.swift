import Checksums
import Glibc

/// A snapshot file whose header verifies; the body has not been looked at.
struct SnapshotContents {
    let header: SnapshotHeader
    let body: [UInt8]
}

/// Reads as much of the file as its header vouches for: a foreign or damaged file of any size costs a few bytes.
func snapshotContents(_ path: String) throws(SystemError) -> Result<SnapshotContents, Defect> {
    let file = try File(path, flags: O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    let status = try file.status()
    guard status.isRegular else { return .failure(Defect("not a regular file")) }
    let start = try file.read(from: 0, count: min(status.bytes, SnapshotHeader.bytesMax))
    let header: SnapshotHeader
    do throws(Defect) { header = try SnapshotHeader(start, fileBytes: status.bytes) } catch { return .failure(error) }
    return .success(
        SnapshotContents(header: header, body: try file.read(from: header.bytes, count: header.bodyBytes)))
}

/// What is checked here was true when `SnapshotStore.stage` wrote it.
func verifiedPayload(_ contents: SnapshotContents, of name: SnapshotName) throws(Defect) -> [UInt8] {
    let (header, body) = (contents.header, contents.body)
    guard header.name == name else {
        throw Defect(
            "holds topic \(header.name.topic), partition \(header.name.partition), offset \(header.name.offset), "
                + "which is not what its name says")
    }
    guard body.count == header.bodyBytes else {
        throw Defect("cut off while it was read: \(body.count) of \(header.bodyBytes) bytes of the body")
    }
    guard unsafe xxh3(body.span.bytes) == header.bodyChecksum else {
        throw Defect("the body is damaged: its checksum does not match")
    }
    return try decompressed(body, bytes: header.payloadBytes)
}

/// Runs system calls on behalf of `path`, and says of a failure where it was, what, and how to mend it.
func perform<Value: ~Copyable>(
    _ kind: SnapshotError.Kind, _ path: String, _ body: () throws(SystemError) -> Value
) throws(SnapshotError) -> Value {
    do throws(SystemError) { return try body() } catch {
        throw SnapshotError(kind, path: path, error.description, mend: mend(kind, error.code))
    }
}

private func mend(_ kind: SnapshotError.Kind, _ code: Int32) -> String {
    switch (kind, code) {
    case (_, ENOSPC), (_, EDQUOT), (_, EFBIG):
        "make room on that file system or raise the limit; the older snapshots are untouched"
    case (_, EACCES), (_, EPERM), (_, EROFS): "give this user the right to it, or name another folder"
    case (.folder, ENOENT): "make the folder that it should be in"
    case (.folder, ENOTDIR): "name a folder"
    case (.write, _): "check the disk; the older snapshots are untouched"
    case (.read, _): "check the disk, or move the file away: an older snapshot serves instead"
    default: "check the folder and its disk"
    }
}
