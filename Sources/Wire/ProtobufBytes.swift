/// Protobuf written front to back: the same calls give the same bytes, always. Fields stand in the order in which they are
/// given; that this is the order of their numbers, and that each `begin` has its `end`, is up to the caller.
///
/// Complexity: amortized constant per byte; a message of 128 bytes or more is moved once by a byte or two.
public struct ProtobufBytes: Sendable {
    public private(set) var bytes: [UInt8]

    /// Goes on after `bytes`, whatever they are.
    public init(bytes: [UInt8] = []) { self.bytes = bytes }

    public mutating func member(_ field: Int, _ text: String) {
        tag(field, Self.lengthDelimited)
        append(varint: UInt64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    /// UTF-8.
    public mutating func member(_ field: Int, _ text: RawSpan) {
        tag(field, Self.lengthDelimited)
        append(varint: UInt64(text.byteCount))
        bytes.append(span: text)
    }

    /// An int32, int64, uint64 or enum; below zero it has ten bytes.
    public mutating func member(_ field: Int, _ number: some FixedWidthInteger) {
        tag(field, Self.varint)
        append(varint: UInt64(truncatingIfNeeded: number))
    }

    /// The fields up to `end` are those of a message; returns what `end` wants.
    public mutating func begin(_ field: Int) -> Int {
        tag(field, Self.lengthDelimited)
        bytes.append(0)  // its length, where that has one byte
        return bytes.count
    }

    public mutating func end(_ start: Int) {
        var length = bytes.count - start
        let more = (length.bitWidth - length.leadingZeroBitCount - 1) / 7
        if more > 0 { bytes.insert(contentsOf: repeatElement(0, count: more), at: start) }
        var at = start - 1
        while length >= 0x80 {
            bytes[at] = UInt8(truncatingIfNeeded: length) | 0x80
            length >>= 7
            at += 1
        }
        bytes[at] = UInt8(length)
    }

    private static let varint: UInt64 = 0
    private static let lengthDelimited: UInt64 = 2

    private mutating func tag(_ field: Int, _ wireType: UInt64) { append(varint: UInt64(field) << 3 | wireType) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

extension RawSpan {
    /// The varint at `at`, which moves behind it; nil where the bytes end within it, or it is longer than ten.
    public func varint(_ at: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard at < byteCount else { return nil }
            let byte: UInt8 = load(littleEndianAt: at)
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
