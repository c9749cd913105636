import Events
import Glibc
import Log
import Wire

/// What `bindSecret` did.
public enum SecretBinding: Equatable, Sendable {
    /// Nothing: the timeline had been made with the secret of this file.
    case confirmed
    /// The timeline now is that of the file, which was there.
    case bound
    /// The file was made, and the timeline now is that of it.
    case createdAndBound
}

/// Ties a timeline to the secret in the file at `path`, for good; makes both where neither is.
///
/// Under another secret every person would get a second key, so the first fingerprint in `control` counts, and two
/// operators who bind at the same time cannot both succeed with different files.
/// - Throws: `SetupError` of kind `.wrongSecret` when the timeline has another secret or the file is gone;
///   `SecretFileError` when the file is unreadable or open to others; `SetupError`, `LogError`.
public func bindSecret<L: Log>(_ log: L, names: TopicNames, path: String) throws -> SecretBinding {
    let exists = unsafe access(path, F_OK) == 0
    if let fingerprint = try readControl(log, names: names).secretFingerprint {
        guard exists else {
            throw SetupError(
                .wrongSecret,
                "this timeline was made with a secret already (fingerprint \(hexadecimal(fingerprint))), and \(path) does "
                    + "not exist: bring its file there")
        }
        try confirm(path, fingerprint)
        return .confirmed
    }
    if !exists { try SecretFile.create(path) }
    let own = PersonHasher(secret: try SecretFile.read(path)).fingerprint
    try appendControl(.secret(fingerprint: own), log, names: names)
    guard let first = try readControl(log, names: names).secretFingerprint else {
        throw SetupError(.configuration, "topic '\(names.raw(.control))' has lost the secret's record just written")
    }
    try confirm(path, first)  // another operator's may have come first
    return exists ? .bound : .createdAndBound
}

private func confirm(_ path: String, _ fingerprint: UInt64) throws {
    let own = PersonHasher(secret: try SecretFile.read(path)).fingerprint
    guard own == fingerprint else {
        throw SetupError(
            .wrongSecret,
            "wrong secret: the timeline was made with the one of fingerprint \(hexadecimal(fingerprint)), and \(path) "
                + "holds that of \(hexadecimal(own)). Bring the right file: under another secret each person would get a "
                + "second key")
    }
}
