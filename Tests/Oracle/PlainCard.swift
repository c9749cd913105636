import Events

/// A simple additive card of the oracle's own.
public struct PlainCard: Sendable {
    public var currency: Currency
    public var initialScore: Int32
    /// Reasons are told for points below the baseline, or above it.
    public var reasonsBelow: Bool
    public var characteristics: [Characteristic]

    public struct Characteristic: Sendable {
        public var feature: PlainFeature
        public var reasonCode: String
        public var baselinePoints: Int32
        /// The first that holds the value wins.
        public var bins: [Bin]

        public init(feature: PlainFeature, reasonCode: String, baselinePoints: Int32, bins: [Bin]) {
            self.feature = feature
            self.reasonCode = reasonCode
            self.baselinePoints = baselinePoints
            self.bins = bins
        }
    }

    public struct Bin: Sendable {
        /// nil: the value is missing.
        public var values: ClosedRange<Int64>?
        public var points: Int32
        /// Goes before the characteristic's.
        public var reasonCode: String?

        public init(values: ClosedRange<Int64>?, points: Int32, reasonCode: String? = nil) {
            self.values = values
            self.points = points
            self.reasonCode = reasonCode
        }

        fileprivate func hold(_ value: Int64?) -> Bool {
            switch (values, value) {
            case (nil, nil): true
            case (let values?, let value?): values.contains(value)
            default: false
            }
        }
    }

    public struct Reason: Equatable, Sendable {
        public var code: String
        public var difference: Int32

        public init(code: String, difference: Int32) {
            self.code = code
            self.difference = difference
        }
    }

    public init(currency: Currency, initialScore: Int32, reasonsBelow: Bool, characteristics: [Characteristic]) {
        self.currency = currency
        self.initialScore = initialScore
        self.reasonsBelow = reasonsBelow
        self.characteristics = characteristics
    }
}

/// What a card makes of one person on one day.
public struct PlainEvaluation: Equatable, Sendable {
    /// One attribute of each characteristic, in the card's order; empty without a score.
    public var points: [Int32] = []
    public var reasonCodes: [String] = []
    public var score: Int32?
    /// The first characteristic that has no points for its value.
    public var missing: Int?
}

extension PlainCard {
    public func evaluate(_ history: PlainHistory) -> PlainEvaluation {
        var evaluation = PlainEvaluation()
        for (index, characteristic) in characteristics.enumerated() {
            let value = history.value(of: characteristic.feature)
            guard let bin = characteristic.bins.first(where: { $0.hold(value) }) else {
                return PlainEvaluation(missing: index)
            }
            evaluation.points.append(bin.points)
            evaluation.reasonCodes.append(bin.reasonCode ?? characteristic.reasonCode)
        }
        evaluation.score = initialScore + evaluation.points.reduce(0, +)
        return evaluation
    }

    /// The next day on which anything can change though no event comes.
    func nextDay(_ history: PlainHistory) -> Int32? {
        history.nextDay(of: characteristics)
    }

    /// At most four: the differences from the baseline of each code summed, the strictly positive sums, the largest
    /// first, ties in document order.
    public func reasons(_ evaluation: PlainEvaluation) -> [Reason] {
        var reasons: [Reason] = []
        for (characteristic, (points, code)) in zip(characteristics, zip(evaluation.points, evaluation.reasonCodes)) {
            let below = characteristic.baselinePoints - points
            let difference = reasonsBelow ? below : -below
            if let index = reasons.firstIndex(where: { $0.code == code }) {
                reasons[index].difference += difference
            } else {
                reasons.append(Reason(code: code, difference: difference))
            }
        }
        reasons.removeAll { $0.difference <= 0 }
        var ranked: [Reason] = []
        while ranked.count < 4, let largest = reasons.map(\.difference).max() {
            ranked.append(reasons.remove(at: reasons.firstIndex { $0.difference == largest }!))
        }
        return ranked
    }
}
