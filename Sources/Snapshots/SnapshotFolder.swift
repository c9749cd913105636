/// The snapshots in a folder, for those who only read: takes no lock and changes nothing, so it is safe beside the
/// process that holds the folder. A file may vanish between `candidates` and `read`, which then throws `.read`.
public struct SnapshotFolder: Sendable {
    /// Absolute, or relative to the working directory.
    public let path: String

    public init(_ path: String) { self.path = path }

    /// Snapshots of a partition at offsets up to `offset`, newest first. Their content has not been looked at.
    /// Throws `.folder`. Complexity: linear in the files of the folder.
    public func candidates(
        topic: String, partition: Int32, notAbove offset: Int64
    ) throws(SnapshotError) -> [SnapshotReference] {
        let names = try perform(.folder, path) { () throws(SystemError) in try Snapshots.names(in: path) }
        return names.compactMap(SnapshotName.init(fileName:))
            .filter { $0.topic == topic && $0.partition == partition && $0.offset <= offset }
            .sorted { $0.offset > $1.offset }
            .map { SnapshotReference(name: $0, path: "\(path)/\($0.fileName)") }
    }

    /// The payload of a snapshot that verifies in every part. Throws `.content` where it does not, `.read` where the
    /// system will not read it. Memory: the file and its payload.
    public func read(_ reference: SnapshotReference) throws(SnapshotError) -> [UInt8] {
        let contents = try perform(.read, reference.path) { () throws(SystemError) in
            try snapshotContents(reference.path)
        }
        do throws(Defect) { return try verifiedPayload(contents.get(), of: reference.name) } catch {
            throw SnapshotError(
                .content, path: reference.path, error.problem,
                mend: "move it away: an older snapshot, or the log from its beginning, serves instead")
        }
    }
}
