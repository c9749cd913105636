import Events
import KeyedHashes

/// Turns the operator's person reference into the key by which all later stages know the person: BLAKE2b with 16 bytes
/// of output, keyed with the secret (libsodium's `crypto_generichash`). Whoever has the secret can make the key of a
/// reference they know; without it neither leads to the other.
public struct PersonHasher: Sendable {
    public static let secretByteCount = 32

    private let secret: [UInt8]

    /// Names the secret without telling it: the first 8 bytes of the keyed hash of a fixed label, little endian, never
    /// 0. The label has a blank in it, so no person reference can be the same.
    public let fingerprint: UInt64

    /// `secret` has `secretByteCount` bytes (trapped otherwise): `SecretFile` reads no others.
    public init(secret: [UInt8]) {
        precondition(secret.count == Self.secretByteCount)
        self.secret = secret
        let label = Array("plainscore secret fingerprint".utf8)
        let hash = unsafe blake2b(label.span.bytes, key: secret)
        fingerprint = max(1, hash.0)
    }

    /// The person's key: bytes 0 ..< 8 of the hash are `high`, 8 ..< 16 `low`, each little endian.
    /// Complexity: constant, about 0.4 µs; allocates nothing.
    public func key(of reference: Identifier) -> PersonKey {
        let hash = blake2b(reference.span, key: secret)
        return PersonKey(high: hash.0, low: hash.1)
    }
}
