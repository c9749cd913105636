/// A 128-bit digest, as `xxh3Digest` and `chained` make it.
public struct Digest128: Equatable, Hashable, Sendable, BitwiseCopyable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Where every chain begins.
    public static let zero = Digest128(high: 0, low: 0)

    /// 32 lowercase hexadecimal digits, high first: the order in which xxHash's own tools print it.
    public var hex: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(Self.hexDigits)
        for half in [high, low] {
            for shift in stride(from: 60, through: 0, by: -4) {
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
                digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// The digest that `hex` prints as these 32 digits; nil for anything else, uppercase digits included: one digest
    /// has one spelling.
    public init?(hex: some StringProtocol) {
        self = .zero
        var count = 0
        for byte in hex.utf8 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            count += 1
            guard count <= Self.hexDigits else { return nil }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        guard count == Self.hexDigits else { return nil }
    }

    private static let hexDigits = 32
}
