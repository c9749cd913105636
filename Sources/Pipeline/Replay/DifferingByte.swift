import Events

/// The first byte in which a record is not what it must be. It tells the two apart where both read the same in words: a
/// chain, a length, a byte that nothing reads.
public struct DifferingByte: Equatable, Sendable {
    public enum Part: String, Sendable {
        case key, value
    }

    public let part: Part
    /// From the part's beginning.
    public let index: Int
    /// nil where that side has ended.
    public let found: UInt8?
    public let expected: UInt8?

    /// nil where both are the same. `start` is where they lie in their part. Complexity: linear.
    init?(_ part: Part, from start: Int = 0, found: RawSpan, expected: RawSpan) {
        func byte(_ index: Int, of side: RawSpan) -> UInt8? {
            index < side.byteCount ? side.load(littleEndianAt: index, as: UInt8.self) : nil
        }
        let end = max(found.byteCount, expected.byteCount)
        var index = 0
        while index < end, byte(index, of: found) == byte(index, of: expected) { index += 1 }
        if index == end { return nil }
        self.part = part
        self.index = start + index
        self.found = byte(index, of: found)
        self.expected = byte(index, of: expected)
    }
}
