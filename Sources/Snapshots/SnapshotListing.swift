import Glibc

/// A snapshot file as it lies in its folder; its content has not been looked at.
public struct SnapshotFile: Equatable, Sendable {
    public let reference: SnapshotReference
    public let bytes: Int
    /// When it was written, ms since the epoch.
    public let writtenAt: Int64
}

/// What the header of a snapshot file says beside topic, partition and offset.
public struct SnapshotFileFacts: Equatable, Sendable {
    public let formatVersion: UInt32
    public let fileBytes: Int
    /// Unpacked.
    public let payloadBytes: Int
    /// Packed.
    public let bodyBytes: Int
    /// XXH3-64.
    public let bodyChecksum: UInt64
}

extension SnapshotFolder {
    /// Every snapshot in the folder, by topic, partition and offset. Throws `.folder`. A file that goes meanwhile is left
    /// out. Complexity: linear in the files of the folder.
    public func files() throws(SnapshotError) -> [SnapshotFile] {
        let names = try perform(.folder, path) { () throws(SystemError) in try Snapshots.names(in: path) }
        let references = names.compactMap(SnapshotName.init(fileName:))
            .sorted { ($0.topic, $0.partition, $0.offset) < ($1.topic, $1.partition, $1.offset) }
            .map { SnapshotReference(name: $0, path: "\(path)/\($0.fileName)") }
        return references.compactMap(SnapshotFile.init)
    }
}

extension SnapshotReference {
    /// The snapshot that a path names. Throws `.content` where the name is not one that a snapshot has.
    public init(path: String) throws(SnapshotError) {
        let fileName = path.split(separator: "/").last.map(String.init) ?? ""
        guard let name = SnapshotName(fileName: fileName) else {
            throw SnapshotError(
                .content, path: path, "not the name of a snapshot",
                mend: "give a file of an aggregator's state folder: `plainscore snapshot list FOLDER` names them")
        }
        self.init(name: name, path: path)
    }

    /// The payload of a snapshot that verifies in every part. Throws `.content` where it does not, `.read` where the
    /// system will not read it. Memory: the file and its payload.
    public func payload() throws(SnapshotError) -> [UInt8] {
        try SnapshotFolder("").read(self)
    }

    /// What its header says. Throws as `payload`; reads the whole file, and does not look into the body.
    public func facts() throws(SnapshotError) -> SnapshotFileFacts {
        let contents = try perform(.read, path) { () throws(SystemError) in try snapshotContents(path) }
        do throws(Defect) {
            let header = try contents.get().header
            return SnapshotFileFacts(
                formatVersion: SnapshotHeader.formatVersion, fileBytes: header.bytes + header.bodyBytes,
                payloadBytes: header.payloadBytes, bodyBytes: header.bodyBytes, bodyChecksum: header.bodyChecksum)
        } catch {
            throw SnapshotError(.content, path: path, error.problem, mend: "give another snapshot")
        }
    }
}

extension SnapshotFile {
    /// The file at a path. Throws as `SnapshotReference.init(path:)`, and `.read` where there is none.
    public init(path: String) throws(SnapshotError) {
        let reference = try SnapshotReference(path: path)
        guard let file = SnapshotFile(reference) else {
            let error = SystemError(call: "stat", code: errno)
            throw SnapshotError(.read, path: path, error.description, mend: "name a file that is there")
        }
        self = file
    }

    /// nil where the file is gone.
    public init?(_ reference: SnapshotReference) {
        var status = stat()
        guard unsafe stat(reference.path, &status) == 0 else { return nil }
        self.reference = reference
        bytes = Int(status.st_size)
        writtenAt = Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
    }
}
