internal import CSodium
import Events

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
        startSodium()
        self.secret = secret
        let label = Array("plainscore secret fingerprint".utf8)
        let hash = unsafe keyedHash(label.span.bytes, secret: secret)
        fingerprint = max(1, hash.first)
    }

    /// The person's key: bytes 0 ..< 8 of the hash are `high`, 8 ..< 16 `low`, each little endian.
    /// Complexity: constant, about 0.4 µs; allocates nothing.
    public func key(of reference: Identifier) -> PersonKey {
        let hash = keyedHash(reference.span, secret: secret)
        return PersonKey(high: hash.first, low: hash.second)
    }
}

private func keyedHash(_ input: RawSpan, secret: [UInt8]) -> (first: UInt64, second: UInt64) {
    var output: (UInt64, UInt64) = (0, 0)
    let result = unsafe withUnsafeMutableBytes(of: &output) { output in
        unsafe input.withUnsafeBytes { input in
            unsafe secret.withUnsafeBytes { secret in
                unsafe crypto_generichash(
                    output.baseAddress!.assumingMemoryBound(to: UInt8.self), output.count,
                    input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(input.count),
                    secret.baseAddress!.assumingMemoryBound(to: UInt8.self), secret.count)
            }
        }
    }
    precondition(result == 0, "libsodium refused the sizes")
    return (UInt64(littleEndian: output.0), UInt64(littleEndian: output.1))
}

/// Picks libsodium's implementation for this processor; once is enough, more do no harm, from any thread.
func startSodium() {
    precondition(sodium_init() >= 0, "libsodium does not start: no source of randomness")
}
