import Glibc

/// Snapshots of partitions in one folder, which one process holds at a time.
///
/// A snapshot is bytes at an offset of a topic's partition; what they mean is the caller's. It is written under another
/// name, synced, renamed, and the folder synced: at every instant, a power cut included, the folder holds the old
/// snapshots or the old ones and the whole new one. Safe to use from several threads for different partitions.
///
/// ```
/// lock                                            held by this process, whose id it holds
/// timeline-3-0000000000000120000.snapshot         the newest 3 of each partition
/// timeline-3-0000000000000180000.snapshot.unfinished
/// ```
public final class SnapshotStore: Sendable {
    /// Absolute, or relative to the working directory.
    public let folder: String

    /// Snapshots kept of each partition: one may be damaged, one above the committed offset, and one is left.
    public static let keptPerPartition = 3

    private let lock: FolderLock

    /// Opens `folder`, makes it (for its owner alone, in a folder that exists) where it is missing, and removes what
    /// unfinished writes left. Throws `.folder`, also where others than its owner and group can come into it, or `.inUse`
    /// while another process holds it.
    public init(folder: String) throws(SnapshotError) {
        self.folder = folder
        try perform(.folder, folder) { () throws(SystemError) in try makeFolderIfMissing(folder) }
        guard try perform(.folder, folder, { () throws(SystemError) in try !isOpenToAll(folder) }) else {
            throw SnapshotError(
                .folder, path: folder, "open to all who are on this machine, and snapshots tell of persons",
                mend: "chmod 700 \(folder)")
        }
        self.lock = try FolderLock(folder: folder)
        for name in try names() where name.hasSuffix(SnapshotName.unfinishedSuffix) {
            try perform(.folder, "\(folder)/\(name)") { () throws(SystemError) in try remove("\(folder)/\(name)") }
        }
    }

    /// Stages and publishes at once.
    public func write(topic: String, partition: Int32, offset: Int64, payload: [UInt8]) throws(SnapshotError) {
        try publish(stage(topic: topic, partition: partition, offset: offset, payload: payload))
    }

    /// Packs `payload` and brings it to the disk under a name that no reader looks at. Throws `.write`, and leaves
    /// nothing then. Memory: a frame. Staging the same offset again replaces what was staged.
    ///
    /// - Parameters:
    ///   - topic: 1 to 200 of `[A-Za-z0-9._-]`.
    ///   - offset: of the next record to fold, at least 0.
    ///   - payload: at most 16 GiB.
    public func stage(
        topic: String, partition: Int32, offset: Int64, payload: [UInt8]
    ) throws(SnapshotError) -> StagedSnapshot {
        var file = try UnfinishedSnapshot(nameStaged(topic: topic, partition: partition, offset: offset))
        for start in stride(from: 0, to: payload.count, by: UnfinishedSnapshot.frameBytes) {
            try file.append(Array(payload[start..<min(start + UnfinishedSnapshot.frameBytes, payload.count)]))
        }
        return try file.finish()
    }

    /// Where a snapshot is written until it is published.
    func nameStaged(topic: String, partition: Int32, offset: Int64) throws(SnapshotError) -> StagedSnapshot {
        guard let name = SnapshotName(topic: topic, partition: partition, offset: offset) else {
            throw SnapshotError(
                .write, path: folder,
                "no snapshot can be named after topic \(topic), partition \(partition), offset \(offset)",
                mend: "topic names have 1 to \(SnapshotName.topicBytesMax) of [A-Za-z0-9._-], numbers are not negative")
        }
        return StagedSnapshot(name: name, path: path(name) + SnapshotName.unfinishedSuffix)
    }

    /// Makes a staged snapshot one that readers find, then deletes older ones beyond `keptPerPartition`. Throws
    /// `.write`; until the new one is durable nothing is deleted.
    public func publish(_ staged: StagedSnapshot) throws(SnapshotError) {
        let path = path(staged.name)
        try perform(.write, path) { () throws(SystemError) in
            try rename(staged.path, to: path)
            try File(folder, flags: O_RDONLY | O_DIRECTORY).sync()
        }
        // Those above this one stay: the fold is deterministic, and will pass them.
        let older = try candidates(
            topic: staged.name.topic, partition: staged.name.partition, notAbove: staged.name.offset)
        for reference in older.dropFirst(Self.keptPerPartition) {
            try perform(.write, reference.path) { () throws(SystemError) in try remove(reference.path) }
        }
    }

    /// Drops a staged snapshot. What cannot be removed now is removed when the folder is next opened.
    public func discard(_ staged: StagedSnapshot) {
        try? staged.removeFile()
    }

    /// Snapshots of a partition at offsets up to `offset`, newest first. Their content has not been looked at.
    /// Throws `.folder`. Complexity: linear in the files of the folder.
    public func candidates(
        topic: String, partition: Int32, notAbove offset: Int64
    ) throws(SnapshotError) -> [SnapshotReference] {
        try SnapshotFolder(folder).candidates(topic: topic, partition: partition, notAbove: offset)
    }

    /// The payload of a snapshot that verifies in every part. Throws `.content` where it does not, `.read` where the
    /// system will not read it. Memory: the file and its payload.
    public func read(_ reference: SnapshotReference) throws(SnapshotError) -> [UInt8] {
        try SnapshotFolder(folder).read(reference)
    }

    private func path(_ name: SnapshotName) -> String { "\(folder)/\(name.fileName)" }

    private func names() throws(SnapshotError) -> [String] {
        let folder = folder
        return try perform(.folder, folder) { () throws(SystemError) in try Snapshots.names(in: folder) }
    }
}

/// A snapshot on the disk that no reader finds yet: to be published or discarded by the store that staged it.
public struct StagedSnapshot: Sendable {
    let name: SnapshotName
    let path: String

    public var topic: String { name.topic }
    public var partition: Int32 { name.partition }
    public var offset: Int64 { name.offset }

    func removeFile() throws(SystemError) { try remove(path) }
}

/// A file that by its name is a snapshot.
public struct SnapshotReference: Equatable, Sendable {
    let name: SnapshotName
    public let path: String

    public var topic: String { name.topic }
    public var partition: Int32 { name.partition }
    /// Of the next record to fold.
    public var offset: Int64 { name.offset }
}
