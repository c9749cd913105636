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

    public static let characteristicsMax = 100

    public init(
        name: String, version: String, hash: Digest128, currency: Currency, initialScore: Int32,
        reasonCodeAlgorithm: ReasonCodeAlgorithm, baselineMethod: String, characteristics: [Characteristic],
        reasonTexts: [String: String]
    ) {
        precondition((1...Self.characteristicsMax).contains(characteristics.count))
        self.name = name
        self.version = version
        self.hash = hash
        self.currency = currency
        self.initialScore = initialScore
        self.reasonCodeAlgorithm = reasonCodeAlgorithm
        self.baselineMethod = baselineMethod
        self.characteristics = characteristics
        self.reasonTexts = reasonTexts
    }
}

/// One characteristic: a feature, and the points of each of its bins.
public struct Characteristic: Sendable {
    public let name: String
    public let feature: Feature
    public let reasonCode: String
    public let baselinePoints: Int32
    /// In document order; the first that matches wins.
    public let bins: [Bin]

    public init(name: String, feature: Feature, reasonCode: String, baselinePoints: Int32, bins: [Bin]) {
        self.name = name
        self.feature = feature
        self.reasonCode = reasonCode
        self.baselinePoints = baselinePoints
        self.bins = bins
    }

    /// The first bin that holds `value`; nil when none does.
    func bin(of value: Int64?) -> Int? {
        bins.firstIndex { $0.holds(value) }
    }
}

/// One attribute: which values it holds and the points they get.
public struct Bin: Equatable, Sendable {
    public enum Values: Equatable, Sendable {
        case missing
        /// Both ends inclusive.
        case range(ClosedRange<Int64>)
    }
    public let values: Values
    public let points: Int32
    /// Goes before the characteristic's.
    public let reasonCode: String?

    public init(values: Values, points: Int32, reasonCode: String? = nil) {
        self.values = values
        self.points = points
        self.reasonCode = reasonCode
    }

    func holds(_ value: Int64?) -> Bool {
        switch (values, value) {
        case (.missing, nil): true
        case (.range(let range), let value?): range.contains(value)
        case (.missing, .some), (.range, nil): false
        }
    }
}
