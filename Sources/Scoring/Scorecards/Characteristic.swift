/// One characteristic: the feature it weighs, and the points of each of its bins.
public struct Characteristic: Sendable {
    public let name: String
    /// One as a rule; several where an attribute stands in for a missing one (PMML's surrogate) or joins two.
    public let features: [Feature]
    public let reasonCode: String
    public let baselinePoints: Int32
    /// In document order of their attributes, then ascending. No two hold the same values, so their order decides
    /// nothing but their number.
    public let bins: [Bin]
    let table: BinTable

    /// The first feature: the only one, as a rule.
    public var feature: Feature { features[0] }

    public init(name: String, features: [Feature], reasonCode: String, baselinePoints: Int32, bins: [Bin]) {
        precondition(!features.isEmpty && bins.allSatisfy { $0.others.count == features.count - 1 })
        self.name = name
        self.features = features
        self.reasonCode = reasonCode
        self.baselinePoints = baselinePoints
        self.bins = bins
        table = BinTable(bins, features: features.count)
    }

    public init(name: String, feature: Feature, reasonCode: String, baselinePoints: Int32, bins: [Bin]) {
        self.init(
            name: name, features: [feature], reasonCode: reasonCode, baselinePoints: baselinePoints, bins: bins)
    }

    /// The bin that holds what `value` gives for each feature (nil: missing), as an index into `bins`; nil when none
    /// does. Complexity: the logarithm of the number of bins. The fold finds bins in the tables of `CompiledModels`.
    public func bin(at value: (_ feature: Int) -> Int64?) -> Int? {
        var cell = 0
        for index in features.indices { cell = table.cell(after: cell, index, value(index)) }
        return table.bin(at: cell)
    }

    /// The bin that holds `value` where there is one feature.
    public func bin(of value: Int64?) -> Int? {
        precondition(features.count == 1)
        return bin { _ in value }
    }
}

/// One bin: which values it holds and the points they get. An attribute of the file becomes as many bins as it has
/// separate ranges, mostly one.
public struct Bin: Equatable, Sendable {
    public enum Values: Equatable, Sendable {
        case missing
        /// Both ends inclusive.
        case range(ClosedRange<Int64>)
    }
    /// Of the characteristic's first feature.
    public let values: Values
    /// Of its further features, in their order; empty as a rule. All must hold.
    public let others: [Values]
    public let points: Int32
    /// Goes before the characteristic's.
    public let reasonCode: String?
    /// The attribute of the file, counted from 0 within its characteristic.
    public let attribute: Int

    public init(values: Values, others: [Values] = [], points: Int32, reasonCode: String? = nil, attribute: Int = 0) {
        self.values = values
        self.others = others
        self.points = points
        self.reasonCode = reasonCode
        self.attribute = attribute
    }
}
