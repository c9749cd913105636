/// One reason for a score below (or above) its baseline.
public struct Reason: Equatable, Sendable {
    public let code: String
    /// How far the points of all characteristics with this code lie from their baseline; positive.
    public let difference: Int32

    public init(code: String, difference: Int32) {
        self.code = code
        self.difference = difference
    }
}

extension Scorecard {
    public static let reasonsMax = 4

    /// The reason codes of a score, by the card's algorithm: the difference of each characteristic's points from its
    /// baseline (`pointsBelow`: baseline − points), those of a shared code summed; strictly positive sums only, largest
    /// first, at most four. Of equal ones that goes first whose code appears first among all characteristics in document
    /// order. `bins` names the matched bin of each characteristic.
    ///
    /// Allocates its result and nothing else. Complexity: the square of the number of characteristics.
    public func reasons(bins: [Int16]) -> [Reason] {
        precondition(bins.count == characteristics.count)
        var reasons: [Reason] = []
        for index in characteristics.indices {
            let code = reasonCode(index, bins)
            var isFirst = true
            for earlier in 0..<index where reasonCode(earlier, bins) == code { isFirst = false }
            guard isFirst else { continue }
            var sum: Int32 = 0
            for later in index..<bins.count where reasonCode(later, bins) == code { sum += difference(later, bins) }
            guard sum > 0 else { continue }
            var place = reasons.count
            while place > 0, reasons[place - 1].difference < sum { place -= 1 }
            guard place < Self.reasonsMax else { continue }
            if reasons.isEmpty { reasons.reserveCapacity(Self.reasonsMax) }
            if reasons.count == Self.reasonsMax { reasons.removeLast() }
            reasons.insert(Reason(code: code, difference: sum), at: place)
        }
        return reasons
    }

    private func reasonCode(_ index: Int, _ bins: [Int16]) -> String {
        characteristics[index].bins[Int(bins[index])].reasonCode ?? characteristics[index].reasonCode
    }

    private func difference(_ index: Int, _ bins: [Int16]) -> Int32 {
        let below = characteristics[index].baselinePoints - characteristics[index].bins[Int(bins[index])].points
        return reasonCodeAlgorithm == .pointsBelow ? below : -below
    }
}
