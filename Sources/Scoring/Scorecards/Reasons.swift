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

    /// The reason codes of a score, by the card's algorithm: per characteristic the difference of its points from the
    /// baseline (`pointsBelow`: baseline − points), strictly positive ones only, those of a shared code summed, largest
    /// first, ties in document order, at most four. `bins` names the matched bin of each characteristic.
    public func reasons(bins: [Int16]) -> [Reason] {
        precondition(bins.count == characteristics.count)
        var reasons: [Reason] = []
        for (characteristic, index) in zip(characteristics, bins) {
            let bin = characteristic.bins[Int(index)]
            let below = characteristic.baselinePoints - bin.points
            let difference = reasonCodeAlgorithm == .pointsBelow ? below : -below
            guard difference > 0 else { continue }
            let code = bin.reasonCode ?? characteristic.reasonCode
            if let shared = reasons.firstIndex(where: { $0.code == code }) {
                reasons[shared] = Reason(code: code, difference: reasons[shared].difference + difference)
            } else {
                reasons.append(Reason(code: code, difference: difference))
            }
        }
        // Stable by construction: the order of first appearance decides between equals.
        let ranked = reasons.enumerated().sorted {
            $0.element.difference != $1.element.difference
                ? $0.element.difference > $1.element.difference : $0.offset < $1.offset
        }
        return ranked.prefix(Self.reasonsMax).map(\.element)
    }
}
