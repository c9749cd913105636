import Checksums
import Glibc

/// A snapshot file that grows, under a name that no reader looks at. Where it is given up, its file goes.
///
/// The header comes last, into the room left for it: it states sizes and a checksum that are known only then.
struct UnfinishedSnapshot: ~Copyable {
    private let staged: StagedSnapshot
    private let file: File
    private var payloadBytes = 0
    private var bodyBytes = 0
    private var checksum = XXH3Stream()
    private var isFinished = false

    /// A frame is made of so many bytes of payload: large enough to pack well, small enough to wait for.
    static let frameBytes = 4 << 20

    init(_ staged: StagedSnapshot) throws(SnapshotError) {
        self.staged = staged
        file = try perform(.write, staged.path) { () throws(SystemError) in
            let file = try File(staged.path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW)
            let room = SnapshotHeader(name: staged.name, payloadBytes: 0, bodyBytes: 0, bodyChecksum: 0).bytes
            try file.write([UInt8](repeating: 0, count: room))
            return file
        }
    }

    deinit {
        // A file that is cut off takes the room that the next attempt needs.
        if !isFinished { try? remove(staged.path) }
    }

    /// Packs the next bytes of the payload into a frame of their own and writes it. Memory: the frame.
    mutating func append(_ payload: [UInt8]) throws(SnapshotError) {
        payloadBytes += payload.count
        guard payloadBytes <= SnapshotHeader.payloadBytesMax else {
            throw SnapshotError(
                .write, path: staged.path, "a payload of more than \(SnapshotHeader.payloadBytesMax) bytes",
                mend: "spread the timeline over more partitions")
        }
        let frame: [UInt8]
        do throws(Defect) { frame = try compressed(payload) } catch {
            throw SnapshotError(.write, path: staged.path, error.problem, mend: "free memory")
        }
        unsafe checksum.update(frame.span.bytes)
        bodyBytes += frame.count
        try perform(.write, staged.path) { () throws(SystemError) in try file.write(frame) }
    }

    /// Returns when all is on the disk.
    mutating func finish() throws(SnapshotError) -> StagedSnapshot {
        if bodyBytes == 0 { try append([]) }
        let header = SnapshotHeader(
            name: staged.name, payloadBytes: payloadBytes, bodyBytes: bodyBytes, bodyChecksum: checksum.value)
        try perform(.write, staged.path) { () throws(SystemError) in
            try file.write(header.encoded(), at: 0)
            try file.sync()
        }
        isFinished = true
        return staged
    }
}
