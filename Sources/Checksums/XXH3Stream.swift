internal import CXXHash

/// XXH3-64 of bytes that come in pieces: the same as `xxh3` of all of them in one.
@safe public struct XXH3Stream: ~Copyable {
    private let state: OpaquePointer

    public init() {
        guard let state = unsafe XXH3_createState() else { preconditionFailure("no memory for a checksum") }
        unsafe self.state = state
        unsafe _ = XXH3_64bits_reset(state)
    }

    deinit { unsafe _ = XXH3_freeState(state) }

    public mutating func update(_ bytes: RawSpan) {
        unsafe _ = bytes.withUnsafeBytes {
            unsafe XXH3_64bits_update(state, $0.baseAddress, $0.count)
        }
    }

    /// Of all that came so far; more may come.
    public var value: UInt64 { unsafe XXH3_64bits_digest(state) }
}
