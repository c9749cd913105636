/// What is wrong with a scorecard file, and where.
public struct ScorecardFileError: Error, Equatable, CustomStringConvertible {
    public let place: Place
    /// What is wrong, and as a rule the mend.
    public let problem: String
    /// The name that is no feature of the catalogue, where that is the problem: for who can say which is near.
    public let unknownFeature: String?

    public var line: Int { place.line }

    init(_ place: Place, _ problem: String, unknownFeature: String? = nil) {
        self.place = place
        self.problem = problem
        self.unknownFeature = unknownFeature
    }

    public var description: String { "line \(place.line), column \(place.column): \(problem)" }
}
