import Foundation

/// What it costs to round the points of a card: how far a score can move, and which scores change places.
public struct RoundingCost: Sendable {
    /// How many numbers are written otherwise.
    public let rounded: Int
    /// The most that a score can change, down and up; a decimal number of points.
    public let most: String
    /// Combinations of attributes that were compared, of how many there are; 0 where they are more than Int can count.
    public let compared: Int
    public let combinations: Int
    /// Of the pairs of compared combinations: scores that were in one order and are in the other, and those that
    /// differed and are equal.
    public let turned: Int
    public let tied: Int
    public let pairs: Int

    /// All combinations where there are no more, else as many, spread evenly.
    static let comparedMax = 2048

    /// `points` has the points of each attribute of each characteristic, before and after, `initial` those of the card.
    init(initial: (ExactNumber, Int128), _ points: [[(ExactNumber, Int128)]], rounded: Int) {
        let exact = { (number: ExactNumber) in
            Decimal(string: number.text.filter { $0 != " " }) ?? Decimal(number.double)
        }
        let whole = { (number: Int128) in Decimal(string: "\(number)") ?? 0 }
        let start = (exact(initial.0), whole(initial.1))
        let table = points.map { $0.map { (exact($0.0), whole($0.1)) } }
        var span = (start.1 - start.0, start.1 - start.0)
        for attributes in table {
            let changes = attributes.map { $0.1 - $0.0 }
            span = (span.0 + (changes.min() ?? 0), span.1 + (changes.max() ?? 0))
        }
        let total = table.reduce(1) { product, attributes in
            let (next, isTooMany) = product.multipliedReportingOverflow(by: max(1, attributes.count))
            return product == 0 || isTooMany ? 0 : next
        }
        let all = total == 0 ? Int.max : total
        let count = min(all, Self.comparedMax)
        var scores: [(Decimal, Decimal)] = []
        for index in 0..<count {
            var rest = all == count ? index : Self.spread(index, over: all)
            var score = start
            for attributes in table {
                let (next, attribute) = rest.quotientAndRemainder(dividingBy: attributes.count)
                score = (score.0 + attributes[attribute].0, score.1 + attributes[attribute].1)
                rest = next
            }
            scores.append(score)
        }
        let order = Self.order(scores)
        self.rounded = rounded
        most = "\(max(-span.0, span.1))"
        compared = count
        combinations = total
        turned = order.turned
        tied = order.tied
        pairs = count * (count - 1) / 2
    }

    /// A place for each index that leaves no part of `0..<all` empty: multiples of the golden ratio.
    private static func spread(_ index: Int, over all: Int) -> Int {
        Int(UInt64(all).multipliedFullWidth(by: UInt64(index) &* 0x9E37_79B9_7F4A_7C15).high)
    }

    private static func order(_ scores: [(Decimal, Decimal)]) -> (turned: Int, tied: Int) {
        let ranks = { (values: [Decimal]) in
            let sorted = values.enumerated().sorted { $0.element < $1.element }
            var ranks = Array(repeating: 0, count: values.count)
            for index in sorted.indices.dropFirst() {
                let isSame = sorted[index].element == sorted[index - 1].element
                ranks[sorted[index].offset] = ranks[sorted[index - 1].offset] + (isSame ? 0 : 1)
            }
            return ranks
        }
        let before = ranks(scores.map(\.0))
        let after = ranks(scores.map(\.1))
        var turned = 0
        var tied = 0
        for first in before.indices {
            for second in 0..<first where before[first] != before[second] {
                if after[first] == after[second] {
                    tied += 1
                } else if (before[first] < before[second]) != (after[first] < after[second]) {
                    turned += 1
                }
            }
        }
        return (turned, tied)
    }

    /// The report, a line each.
    public var lines: [String] {
        let all = combinations == 0 ? "more than can be counted" : "\(combinations)"
        let which = compared == combinations ? "all \(compared)" : "\(compared) of \(all)"
        return [
            "rounded \(rounded) numbers: a score changes by \(most) points at most",
            "of \(pairs) pairs of scores \(turned) change places and \(tied) become equal (\(which) combinations of attributes)",
        ]
    }
}
