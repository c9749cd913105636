import Scoring
import Snapshots

extension PartitionFold {
    /// The fold at a snapshot; `models` are those of its timeline's beginning.
    /// - Throws: `SnapshotError` where the file does not verify, `SnapshotLoadError` where its payload is no such fold.
    public convenience init(snapshot reference: SnapshotReference, models: Models) throws {
        try self.init(snapshot: reference, payload: try reference.payload(), models: models)
    }

    convenience init(snapshot reference: SnapshotReference, payload: [UInt8], models: Models) throws {
        do {
            try self.init(
                state: unsafe payload.span.bytes, partition: reference.partition, models: models, loader: loadModels)
        } catch {
            var isOfOtherModels = false
            if case SnapshotPayloadError.otherModel = error { isOfOtherModels = true }
            throw SnapshotLoadError(
                path: reference.path, reason: Self.reason(error, models), isOfOtherModels: isOfOtherModels)
        }
        guard nextOffset == reference.offset else {
            throw SnapshotLoadError(
                path: reference.path, reason: "holds the state at \(nextOffset), which is not what its name says",
                isOfOtherModels: false)
        }
    }

    private static func reason(_ error: any Error, _ models: Models) -> String {
        switch error {
        case SnapshotPayloadError.version(let version):
            "payload version \(version), and this program reads \(Self.payloadVersion)"
        case SnapshotPayloadError.otherPartition: "its payload is of another partition than its name says"
        case SnapshotPayloadError.otherModel(let hashes):
            "of a timeline that began with model \(hashes.map(\.hex).joined(separator: ", ")), and given is "
                + "\(models.hashes.map(\.hex).joined(separator: ", ")): give those to --model and --challenger, in that order"
        default: "its payload is no state of a fold: \(error)"
        }
    }
}

/// A snapshot file is whole, and its payload is not what it must be.
public struct SnapshotLoadError: Error, CustomStringConvertible {
    public let path: String
    public let reason: String
    public let isOfOtherModels: Bool
    public var description: String { "\(path): \(reason)" }
}
