import Glibc

/// Keeps a folder to one process. The lock is the kernel's (`flock`), so none is left behind by a process that died;
/// the process id in the file is there for the message alone.
struct FolderLock: ~Copyable, Sendable {
    private let file: File

    init(folder: String) throws(SnapshotError) {
        let path = "\(folder)/lock"
        do throws(SystemError) { file = try lockedFile(path) } catch {
            guard error.code == EWOULDBLOCK else {
                throw SnapshotError(
                    .folder, path: path, error.description, mend: "let this user write to the folder, or name another")
            }
            throw SnapshotError(
                .inUse, path: folder, "in use by \(holder(path))",
                mend: "stop that process, or give this one a state folder of its own")
        }
        // On a full disk the number is missing, and the lock holds all the same.
        try? file.truncate()
        try? file.write(Array("\(getpid())\n".utf8))
    }
}

private func lockedFile(_ path: String) throws(SystemError) -> File {
    let file = try File(path, flags: O_RDWR | O_CREAT | O_NOFOLLOW)
    try file.lock()
    return file
}

private func holder(_ path: String) -> String {
    let bytes = (try? File(path, flags: O_RDONLY).read(from: 0, count: 32)) ?? []
    guard let process = Int32(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber }) else {
        return "another process"
    }
    return "process \(process)"
}
