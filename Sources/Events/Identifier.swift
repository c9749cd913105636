/// An id or a reference: 1 to 64 bytes of `A-Z a-z 0-9 . _ : -`, held inline (no heap). A value is proof of that.
public struct Identifier: Sendable {
    public static let maxCount = 64

    @usableFromInline let length: UInt8
    /// The bytes in the order of memory, little endian; 0 after the last.
    @usableFromInline let words: [8 of UInt64]

    /// nil when the bytes are not an identifier.
    public init?(_ span: RawSpan) {
        guard (1...Self.maxCount).contains(span.byteCount) else { return nil }
        length = UInt8(span.byteCount)
        var words: [8 of UInt64] = .init(repeating: 0)
        var index = 0
        while 8 * index < span.byteCount {
            let word = Self.word(index, of: span)
            guard Self.areAllowed(word | Self.padding(index, span.byteCount)) else { return nil }
            words[index] = word
            index += 1
        }
        self.words = words
    }

    /// nil when the text is not an identifier.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        self.init(unsafe utf8.span.bytes)
    }

    public var count: Int { Int(length) }

    @inlinable
    public var span: RawSpan {
        @_lifetime(borrow self) get { unsafe words.span.bytes.extracting(0..<Int(length)) }
    }

    public var text: String {
        unsafe span.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// Whether these are its bytes. Looks at eight at a time.
    public func isSpelled(_ bytes: RawSpan) -> Bool {
        guard bytes.byteCount == count else { return false }
        for index in 0..<wordCount where Self.word(index, of: bytes) != words[index] { return false }
        return true
    }

    // MARK: - Eight bytes at a time: identifiers are most of what an event consists of

    private var wordCount: Int { (Int(length) + 7) / 8 }

    /// Those from byte 8 × `index` on, 0 after the last.
    @inline(__always)
    private static func word(_ index: Int, of span: RawSpan) -> UInt64 {
        let count = span.byteCount - 8 * index
        if count >= 8 { return span.load(littleEndianAt: 8 * index) }
        if index > 0 {
            // The last eight bytes, less those of the word before.
            return span.load(littleEndianAt: span.byteCount - 8, as: UInt64.self) >> UInt64(8 * (8 - count))
        }
        var word: UInt64 = 0
        for offset in 0..<count { word |= UInt64(span.byte(offset)) << UInt64(8 * offset) }
        return word
    }

    /// Letters in the places after the last byte.
    @inline(__always)
    private static func padding(_ index: Int, _ count: Int) -> UInt64 {
        let used = count - 8 * index
        return used < 8 ? 0x6161_6161_6161_6161 << UInt64(8 * used) : 0
    }

    private static func areAllowed(_ word: UInt64) -> Bool {
        let letters = lie(word | 0x20 &* ones, from: 0x61, through: 0x7A)
        let digitsAndColon = lie(word, from: 0x30, through: 0x3A)
        let dashAndDot = lie(word, from: 0x2D, through: 0x2E)
        let underscore = lie(word, from: 0x5F, through: 0x5F)
        return (letters | digitsAndColon | dashAndDot | underscore) & highBits == highBits
    }

    /// The high bit of each byte that lies in the range (Knuth, TAOCP 4A, 7.1.3); the other bits mean nothing. No sum carries
    /// into the next byte.
    @inline(__always)
    private static func lie(_ word: UInt64, from low: UInt64, through high: UInt64) -> UInt64 {
        let low7 = word & ~highBits
        return (low7 &+ (0x80 - low) &* ones) & ~(low7 &+ (0x7F - high) &* ones) & ~word
    }

    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var highBits: UInt64 { 0x80 &* ones }
}

extension Identifier: Comparable {
    public static func == (left: Identifier, right: Identifier) -> Bool {
        guard left.length == right.length else { return false }
        for index in 0..<left.wordCount where left.words[index] != right.words[index] { return false }
        return true
    }

    /// By bytes, a prefix first.
    public static func < (left: Identifier, right: Identifier) -> Bool {
        for index in left.words.indices where left.words[index] != right.words[index] {
            return left.words[index].bigEndian < right.words[index].bigEndian
        }
        return false
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
