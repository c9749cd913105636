internal import CXXHash

/// XXH3-64 of `bytes` under `seed`: guards a record or a block against accidents, not against an adversary.
///
/// Complexity: linear, about 9 ns for 110 bytes, called from another module. Source: xxHash 0.8,
/// `XXH3_64bits_withSeed`; the same value on every machine.
@inline(__always)
public func xxh3(_ bytes: RawSpan, seed: UInt64 = 0) -> UInt64 {
    unsafe bytes.withUnsafeBytes { unsafe XXH3_64bits_withSeed($0.baseAddress, $0.count, seed) }
}

/// XXH3-128 of `bytes`. Complexity: linear. Source: xxHash 0.8, `XXH3_128bits`.
public func xxh3Digest(_ bytes: RawSpan) -> Digest128 {
    Digest128(unsafe bytes.withUnsafeBytes { unsafe XXH3_128bits($0.baseAddress, $0.count) })
}

/// The running hash after `bytes`: XXH3-128 of the 16 bytes of `previous`, big endian, high first, followed by
/// `bytes`. Two chains that agree at one point have, but for accidents, the same past.
///
/// Complexity: linear, about 24 ns for 110 bytes; allocates nothing.
public func chained(_ previous: Digest128, _ bytes: RawSpan) -> Digest128 {
    var prefix = XXH128_canonical_t()
    unsafe XXH128_canonicalFromHash(&prefix, XXH128_hash_t(low64: previous.low, high64: previous.high))
    return Digest128(
        unsafe bytes.withUnsafeBytes { unsafe shim_xxh3_128_chained(prefix, $0.baseAddress, $0.count) })
}

extension Digest128 {
    fileprivate init(_ hash: XXH128_hash_t) {
        self.init(high: hash.high64, low: hash.low64)
    }
}
