internal import CSodium

/// SipHash-2-4 (Aumasson, Bernstein 2012), keyed with 16 bytes, by libsodium. Whoever does not know the key can neither
/// compute it nor search for two inputs that share it. Words are little endian. Both allocate nothing.
public enum SipHash {
    /// 64 bits of output: `crypto_shorthash`. Complexity: linear, about 20 ns for 40 bytes.
    public static func short(_ input: RawSpan, key: (UInt64, UInt64)) -> UInt64 {
        var output: UInt64 = 0
        unsafe hash(input, key, into: &output) { unsafe crypto_shorthash($0, $1, $2, $3) }
        return UInt64(littleEndian: output)
    }

    /// 128 bits of output, the first eight bytes first: `crypto_shorthash_siphashx24`. Complexity: linear, about 30 ns for
    /// 40 bytes.
    public static func long(_ input: RawSpan, key: (UInt64, UInt64)) -> (UInt64, UInt64) {
        var output: (UInt64, UInt64) = (0, 0)
        unsafe hash(input, key, into: &output) { unsafe crypto_shorthash_siphashx24($0, $1, $2, $3) }
        return (UInt64(littleEndian: output.0), UInt64(littleEndian: output.1))
    }

    private typealias Function =
        (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>?, UInt64, UnsafePointer<UInt8>) -> Int32

    @inline(__always)
    private static func hash<Output: BitwiseCopyable>(
        _ input: RawSpan, _ key: (UInt64, UInt64), into output: inout Output, by function: Function
    ) {
        var key = (key.0.littleEndian, key.1.littleEndian)
        let result = unsafe withUnsafeMutableBytes(of: &output) { output in
            unsafe withUnsafeBytes(of: &key) { key in
                unsafe input.withUnsafeBytes { input in
                    unsafe function(
                        output.baseAddress!.assumingMemoryBound(to: UInt8.self),
                        input.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(input.count),
                        key.baseAddress!.assumingMemoryBound(to: UInt8.self))
                }
            }
        }
        precondition(result == 0, "libsodium refused the sizes")
    }
}
