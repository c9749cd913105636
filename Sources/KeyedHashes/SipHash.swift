internal import CSodium

/// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein 2012), keyed with 16 bytes: libsodium's
/// `crypto_shorthash_siphashx24`. Whoever does not know the key can neither compute it nor search for two inputs that
/// share it.
///
/// Both words are little endian, the first eight bytes of the output first. Complexity: linear, about 30 ns for 40 bytes;
/// allocates nothing.
public func sipHash(_ input: RawSpan, key: (UInt64, UInt64)) -> (UInt64, UInt64) {
    var output: (UInt64, UInt64) = (0, 0)
    var key = (key.0.littleEndian, key.1.littleEndian)
    let result = unsafe withUnsafeMutableBytes(of: &output) { output in
        unsafe withUnsafeBytes(of: &key) { key in
            unsafe input.withUnsafeBytes { input in
                unsafe crypto_shorthash_siphashx24(
                    output.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(input.count),
                    key.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
        }
    }
    precondition(result == 0, "libsodium refused the sizes")
    return (UInt64(littleEndian: output.0), UInt64(littleEndian: output.1))
}
