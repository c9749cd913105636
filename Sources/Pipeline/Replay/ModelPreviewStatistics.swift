/// How many persons' scores differ by how much, in steps of one width, 0 by itself.
///
/// ```
/// width 5    … −10…−6 · −5…−1 · 0 · 1…5 · 6…10 …
/// ```
public struct DifferenceHistogram: Equatable, Sendable {
    public struct Step: Equatable, Sendable {
        public let differences: ClosedRange<Int32>
        public let persons: Int
    }

    public let width: Int32
    /// From the least difference to the greatest without a gap; empty where there is nobody.
    public let steps: [Step]

    static let stepsPerSideMax: Int64 = 15

    /// The width is the least of 1, 2, 5, 10, 20, 50 … with which each side has at most 15 steps.
    public init(_ differences: [Int32]) {
        guard let least = differences.min(), let greatest = differences.max() else {
            width = 1
            steps = []
            return
        }
        let farthest = max(Int64(greatest), -Int64(least))
        var width: Int64 = 1
        var factors = [2, 5, 10]
        var decade: Int64 = 1
        while (farthest + width - 1) / width > Self.stepsPerSideMax {
            width = decade * Int64(factors.removeFirst())
            if factors.isEmpty {
                decade *= 10
                factors = [2, 5, 10]
            }
        }
        func number(_ difference: Int32) -> Int64 {
            let distance = (abs(Int64(difference)) + width - 1) / width
            return difference < 0 ? -distance : distance
        }
        var counts: [Int64: Int] = [:]
        for difference in differences { counts[number(difference), default: 0] += 1 }
        self.width = Int32(width)
        steps = (number(least)...number(greatest)).map { number in
            let bounds = [number * width, number < 0 ? number * width + width - 1 : (number - 1) * width + 1]
            let range = number == 0 ? 0...0 : Int32(bounds.min()!)...Int32(bounds.max()!)
            return Step(differences: range, persons: counts[number] ?? 0)
        }
    }
}

/// The population stability index: how far the scores of the same persons have moved among the tenths of the present ones.
///
/// ```
/// bins    cut at the present scores of rank ⌈k·n ÷ 10⌉, k = 1 … 9, equal cuts once: ≤ cut 1, … , > last cut
/// PSI     Σ (after − before) × ln(after ÷ before), of the shares of n persons in each bin; nobody counts as half a person
/// ```
/// The logarithm is computed with integers, so that every machine prints the same.
public struct PopulationStability: Equatable, Sendable {
    public struct Bin: Equatable, Sendable {
        /// nil: without an end.
        public let from: Int32?
        public let through: Int32?
        public let before: Int
        public let after: Int
    }

    public let bins: [Bin]
    /// Rounded to the nearest, halves up; nil where there is nobody.
    public let tenThousandths: Int?

    /// - Parameters: scores of the same persons, in one order. Complexity: O(n log n).
    public init(before: [Int32], after: [Int32]) {
        precondition(before.count == after.count)
        guard !before.isEmpty else {
            bins = []
            tenThousandths = nil
            return
        }
        let count = before.count
        let ascending = before.sorted()
        var cuts: [Int32] = []
        for tenth in 1...9 {
            let cut = ascending[(tenth * count + 9) / 10 - 1]
            // Above the greatest nobody would be left.
            if cut != cuts.last, cut < ascending[count - 1] { cuts.append(cut) }
        }
        func histogram(_ scores: [Int32]) -> [Int] {
            var counts = [Int](repeating: 0, count: cuts.count + 1)
            for score in scores { counts[cuts.firstIndex { score <= $0 } ?? cuts.count] += 1 }
            return counts
        }
        let (old, new) = (histogram(before), histogram(after))
        bins = old.indices.map { index in
            Bin(
                from: index > 0 ? cuts[index - 1] + 1 : nil, through: index < cuts.count ? cuts[index] : nil,
                before: old[index], after: new[index])
        }
        var sum: Int128 = 0
        for (old, new) in zip(old, new) {
            // Twice the persons, so that half a person is a whole number.
            let (weightBefore, weightAfter) = (Int64(max(1, 2 * old)), Int64(max(1, 2 * new)))
            sum += Int128(weightAfter - weightBefore) * scaledLogarithm(of: weightAfter, over: weightBefore)
        }
        let scale = Int128(2 * count) << logarithmScaleBits
        tenThousandths = Int((sum * 20_000 + scale).floorDivided(by: 2 * scale))
    }
}

/// Binary digits behind the point of `scaledLogarithm`.
let logarithmScaleBits: Int128 = 56

/// ln(numerator ÷ denominator) × 2⁵⁶ for positive numbers, to about 15 decimals, the same on every machine.
///
/// Halved or doubled into 1 ≤ m < 2, ln m = 2·artanh z with z = (m − 1) ÷ (m + 1) ≤ ⅓, a series that gains a decimal a term.
func scaledLogarithm(of numerator: Int64, over denominator: Int64) -> Int128 {
    precondition(numerator > 0 && denominator > 0)
    var (above, below) = (Int128(numerator), Int128(denominator))
    var doublings: Int128 = 0
    while above >= 2 * below {
        below *= 2
        doublings += 1
    }
    while above < below {
        above *= 2
        doublings -= 1
    }
    return doublings * twiceAreaTangent(1, 3) + twiceAreaTangent(above - below, above + below)
}

/// 2·artanh(numerator ÷ denominator), scaled.
private func twiceAreaTangent(_ numerator: Int128, _ denominator: Int128) -> Int128 {
    let one: Int128 = 1 << logarithmScaleBits
    let z = one * numerator / denominator
    let square = z * z / one
    var power = z
    var sum: Int128 = 0
    var divisor: Int128 = 1
    while power > 0 {
        sum += power / divisor
        power = power * square / one
        divisor += 2
    }
    return 2 * sum
}

/// How many reach a score, by either model.
public struct CutShares: Equatable, Sendable {
    /// Reached by a score of this or more.
    public let cut: Int32
    /// Whether it is the median of the present scores, the one of rank ⌈n ÷ 2⌉, since none was given.
    public let isMedian: Bool
    public let persons: Int
    public let before: Int
    public let after: Int
    /// Of those below before.
    public let risen: Int
    /// Of those above before.
    public let fallen: Int

    /// nil where there is nobody and no cut was given.
    public init?(_ given: Int32?, before: [Int32], after: [Int32]) {
        guard let cut = given ?? (before.isEmpty ? nil : before.sorted()[(before.count + 1) / 2 - 1]) else {
            return nil
        }
        self.cut = cut
        isMedian = given == nil
        persons = before.count
        self.before = before.count { $0 >= cut }
        self.after = after.count { $0 >= cut }
        risen = zip(before, after).count { $0 < cut && $1 >= cut }
        fallen = zip(before, after).count { $0 >= cut && $1 < cut }
    }

    public var beforeBasisPoints: Int { basisPoints(before, of: persons) }
    public var afterBasisPoints: Int { basisPoints(after, of: persons) }
}

/// Hundredths of a percent, rounded to the nearest, halves up; 0 of nothing.
public func basisPoints(_ part: Int, of whole: Int) -> Int {
    whole == 0 ? 0 : (part * 20_000 + whole) / (2 * whole)
}
