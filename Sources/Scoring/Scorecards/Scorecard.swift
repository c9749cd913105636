import Checksums
import Events

/// An additive points scorecard over catalogue features, ready to run: integer points, each characteristic a list of
/// bins in document order. Source of the form: PMML 4.4 Scorecard (dmg.org). A card holds nothing but what the catalogue
/// names; `ScorecardFiles` refuses the rest at load.
public struct Scorecard: Sendable {
    public enum ReasonCodeAlgorithm: String, Sendable { case pointsBelow, pointsAbove }

    public let name: String
    public let version: String
    /// XXH3-128 of the file's bytes: what `xxhsum -H2` prints.
    public let hash: Digest128
    public let currency: Currency
    public let initialScore: Int32
    public let reasonCodeAlgorithm: ReasonCodeAlgorithm
    /// PMML's baselineMethod: max, min, mean, neutral or other; named in each record.
    public let baselineMethod: String
    public let characteristics: [Characteristic]
    /// Text of each reason code.
    public let reasonTexts: [String: String]
    /// What the points mean; nil where the model does not say.
    public let scale: Scale?
    /// The last day on which the model is meant to be used; said to operators, no part of the fold.
    public let validUntil: CalendarDate?
    let reasonTable: ReasonTable

    public static let characteristicsMax = 100

    public init(
        name: String, version: String, hash: Digest128, currency: Currency, initialScore: Int32,
        reasonCodeAlgorithm: ReasonCodeAlgorithm, baselineMethod: String, characteristics: [Characteristic],
        reasonTexts: [String: String], scale: Scale? = nil, validUntil: CalendarDate? = nil
    ) {
        precondition((1...Self.characteristicsMax).contains(characteristics.count))
        precondition(Self.sumsFit(initialScore: initialScore, characteristics))
        self.name = name
        self.version = version
        self.hash = hash
        self.currency = currency
        self.initialScore = initialScore
        self.reasonCodeAlgorithm = reasonCodeAlgorithm
        self.baselineMethod = baselineMethod
        self.characteristics = characteristics
        self.reasonTexts = reasonTexts
        self.scale = scale
        self.validUntil = validUntil
        reasonTable = ReasonTable(characteristics, reasonCodeAlgorithm)
    }

    /// The least and the most that the points of a bin of each characteristic can add up to. Where several characteristics
    /// read one feature, fewer scores than that may occur. Complexity: linear in the bins.
    public var scoreRange: ClosedRange<Int32> {
        let points = characteristics.map { $0.bins.map(\.points) }
        let least = points.reduce(initialScore) { $0 + ($1.min() ?? 0) }
        return least...points.reduce(initialScore) { $0 + ($1.max() ?? 0) }
    }

    /// Whether no score, partial score on the way to it, or sum of differences from the baseline can leave Int32: so
    /// the run-time sums need no check.
    public static func sumsFit(initialScore: Int32, _ characteristics: [Characteristic]) -> Bool {
        let magnitude = characteristics.map { $0.bins.map { Int64($0.points.magnitude) }.max() ?? 0 }.reduce(0, +)
        let differences = characteristics.map { characteristic in
            characteristic.bins.map { Int64((Int64(characteristic.baselinePoints) - Int64($0.points)).magnitude) }.max()
                ?? 0
        }.reduce(0, +)
        return max(Int64(initialScore.magnitude) + magnitude, differences) <= Int64(Int32.max)
    }
}

/// What points mean: at `base` points the odds of a good outcome are `good` to `bad`, and they double with every
/// `pointsToDouble` points more.
public struct Scale: Equatable, Sendable {
    public let base: Int32
    public let good: Int32
    public let bad: Int32
    public let pointsToDouble: Int32

    public init(base: Int32, good: Int32, bad: Int32, pointsToDouble: Int32) {
        precondition(good > 0 && bad > 0 && pointsToDouble > 0)
        self.base = base
        self.good = good
        self.bad = bad
        self.pointsToDouble = pointsToDouble
    }
}
