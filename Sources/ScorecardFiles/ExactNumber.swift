/// A decimal number as a file writes it, kept exact: thresholds and points are compared and rounded without a double.
public struct ExactNumber: Equatable, Sendable {
    public let text: String
    /// The nearest double, for the reference evaluator.
    public let double: Double
    /// ⌊the number⌋; beyond ±2^100 it stands at that bound, which is out of every integer's reach here.
    public let floor: Int128
    /// Where it lies between `floor` and the next whole number.
    let fraction: Fraction

    enum Fraction: Equatable, Sendable { case none, belowHalf, half, aboveHalf }

    public var isWhole: Bool { fraction == .none }

    private static let bound: Int128 = 1 << 100

    /// An optional sign, digits with an optional point, an optional exponent within ±400; nil for anything else.
    public init?(_ text: String) {
        var rest = text.utf8.drop { $0 == UInt8(ascii: " ") }
        while rest.last == UInt8(ascii: " ") { rest.removeLast() }
        guard let double = Double(String(Substring(rest))), double.isFinite, rest.count <= 400 else { return nil }
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        var digits: [UInt8] = []
        var pointAt: Int?
        while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: ".") where pointAt == nil: pointAt = digits.count
            default: return nil
            }
        }
        guard !digits.isEmpty else { return nil }
        var exponent = 0
        if !rest.isEmpty {
            guard let value = Int(String(Substring(rest.dropFirst()))), abs(value) <= 400 else { return nil }
            exponent = value
        }
        let split = (pointAt ?? digits.count) + exponent
        let whole = digits.prefix(max(0, split)) + Array(repeating: 0, count: max(0, split - digits.count))
        let part = Array(repeating: 0, count: max(0, -split)) + digits.dropFirst(max(0, split))
        let magnitude = whole.reduce(Int128(0)) { min($0 * 10 + Int128($1), Self.bound) }
        let fraction = Self.fraction(part)
        self.text = text
        self.double = double
        if isNegative, fraction != .none {
            floor = -magnitude - 1
            self.fraction = fraction == .belowHalf ? .aboveHalf : fraction == .aboveHalf ? .belowHalf : .half
        } else {
            floor = isNegative ? -magnitude : magnitude
            self.fraction = fraction
        }
    }

    private static func fraction(_ digits: [UInt8]) -> Fraction {
        guard digits.contains(where: { $0 != 0 }) else { return .none }
        if digits[0] != 5 { return digits[0] < 5 ? .belowHalf : .aboveHalf }
        return digits.dropFirst().contains { $0 != 0 } ? .aboveHalf : .half
    }
}

/// How a fractional number of points becomes a whole one.
public enum Rounding: String, CaseIterable, Sendable {
    /// To the nearest; a half to the even one.
    case halfEven
    /// To the nearest; a half away from zero.
    case halfAway
    /// Towards −∞.
    case down
    /// Towards +∞.
    case up
    case towardZero

    public func whole(_ number: ExactNumber) -> Int128 {
        guard !number.isWhole else { return number.floor }
        let isUp =
            switch self {
            case .down: false
            case .up: true
            case .towardZero: number.floor < 0
            case .halfEven: number.fraction == .half ? number.floor & 1 == 1 : number.fraction == .aboveHalf
            case .halfAway: number.fraction == .half ? number.floor >= 0 : number.fraction == .aboveHalf
            }
        return number.floor + (isUp ? 1 : 0)
    }
}
