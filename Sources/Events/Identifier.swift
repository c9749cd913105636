/// An id or a reference: 1 to 64 bytes of `A-Z a-z 0-9 . _ : -`, held inline (no heap). A value is proof of that.
public struct Identifier: Sendable {
    public static let maxCount = 64

    @usableFromInline let length: UInt8
    @usableFromInline let bytes: [64 of UInt8]

    /// nil when the bytes are not an identifier.
    public init?(_ span: RawSpan) {
        guard (1...Self.maxCount).contains(span.byteCount) else { return nil }
        var bytes: [64 of UInt8] = .init(repeating: 0)
        for index in 0..<span.byteCount {
            let byte: UInt8 = span.load(littleEndianAt: index)
            guard Self.isAllowed(byte) else { return nil }
            bytes[index] = byte
        }
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

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
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
