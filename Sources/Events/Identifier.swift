/// An id or a reference: 1 to 64 bytes of `A-Z a-z 0-9 . _ : -`, held inline (no heap). A value is proof of that.
public struct Identifier: Sendable {
    public static let maxCount = 64

    @usableFromInline let length: UInt8
    @usableFromInline let bytes: [64 of UInt8]

    /// nil when the bytes are not an identifier.
    public init?(_ span: RawSpan) {
        guard (1...Self.maxCount).contains(span.byteCount) else { return nil }
        var bytes: [64 of UInt8] = .init(repeating: 0)
        var isAllowed = true
        for index in 0..<span.byteCount {
            let byte: UInt8 = span.load(littleEndianAt: index)
            isAllowed = isAllowed && Self.isAllowed(byte)
            bytes[index] = byte
        }
        guard isAllowed else { return nil }
        self.length = UInt8(span.byteCount)
        self.bytes = bytes
    }

    /// nil when the text is not an identifier.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        self.init(unsafe utf8.span.bytes)
    }

    public var count: Int { Int(length) }

    @inlinable
    public var span: RawSpan {
        @_lifetime(borrow self) get { unsafe bytes.span.bytes.extracting(0..<Int(length)) }
    }

    public var text: String {
        unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// One test of a bit: identifiers are most of what an event consists of.
    @inline(__always)
    private static func isAllowed(_ byte: UInt8) -> Bool {
        let allowed = byte < 64 ? allowedBelow64 : allowedFrom64
        return byte < 128 && allowed &>> UInt64(byte & 63) & 1 != 0
    }

    /// Bit by code: the digits, `:`, `-` and `.`.
    private static var allowedBelow64: UInt64 { 0x3FF << 48 | 1 << 58 | 1 << 45 | 1 << 46 }
    /// Bit by code less 64: the letters and `_`.
    private static var allowedFrom64: UInt64 { 0x3FF_FFFF << 1 | 0x3FF_FFFF << 33 | 1 << 31 }
}

extension Identifier: Comparable {
    public static func == (left: Identifier, right: Identifier) -> Bool {
        guard left.length == right.length else { return false }
        for index in 0..<left.count where left.bytes[index] != right.bytes[index] { return false }
        return true
    }

    /// By bytes, a prefix first.
    public static func < (left: Identifier, right: Identifier) -> Bool {
        for index in 0..<min(left.count, right.count) where left.bytes[index] != right.bytes[index] {
            return left.bytes[index] < right.bytes[index]
        }
        return left.length < right.length
    }
}

extension Identifier: Hashable {
    public func hash(into hasher: inout Hasher) {
        unsafe span.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}

extension Identifier: CustomStringConvertible {
    public var description: String { text }
}
