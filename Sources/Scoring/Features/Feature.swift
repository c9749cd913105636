import Events

/// A feature of one person's history. Its name is its definition, in a closed grammar; `schemas/features.md` says it in
/// words, and `Field`, `Filter` and `Measure` hold the tables.
///
/// ```
/// feature = event [ "[" condition { "," condition } "]" ] "." measure | "person." measure
/// measure = field "." aggregate "." window | field ".latest" | named [ "." window ]
/// window  = "30d" | "90d" | "180d" | "365d" | "730d"
/// ```
public struct Feature: Equatable, Sendable {
    public enum Unit: String, Sendable {
        case minorUnits = "minor units"
        case basisPoints = "basis points"
        case days, months, events, obligations
    }

    public let name: String
    public let unit: Unit
    /// Every value that the feature can take lies in it.
    public let range: ClosedRange<Int64>
    /// Whether there can be nothing to measure; else that is 0.
    public let canBeMissing: Bool

    /// nil: of the person, whatever the type.
    let type: EventType?
    let filter: Filter
    /// Those that the type and the filter's kind and status let pass.
    let classes: EventClasses
    var measure: Measure
    /// Days; the horizon where the name has no window.
    let windowDays: Int32

    public static let windows: [Int32] = [30, 90, 180, 365, 730]

    /// Reads a feature's name; throws with what the grammar wants in its place.
    public init(_ name: String) throws(FeatureError) {
        var parser = FeatureParser(name)
        self = try parser.feature()
    }

    init(
        name: String, unit: Unit, range: ClosedRange<Int64>, canBeMissing: Bool, type: EventType?, filter: Filter,
        measure: Measure, windowDays: Int32
    ) {
        self.name = name
        self.unit = unit
        self.range = range
        self.canBeMissing = canBeMissing
        self.type = type
        self.filter = filter
        classes = EventClasses(type: type?.kept ?? 0, kind: filter.kind, status: filter.status)
        self.measure = measure
        self.windowDays = windowDays
    }
}

/// A name that is no feature of the catalogue.
public struct FeatureError: Error, Equatable, CustomStringConvertible {
    public let name: String
    public let problem: String
    public var description: String { "'\(name)' is not a feature of the catalogue: \(problem)" }
}
