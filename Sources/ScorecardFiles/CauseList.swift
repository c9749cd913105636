/// Errors of a document. Those of one cause are one error, at the first place, with the number of the others.
struct CauseList {
    /// A reason for which a card can be wrong in many places at once.
    enum Cause { case codeless, baseless, textless, fractional, computed }

    private var single: [ScorecardFileError] = []
    private var shared: [Cause: (first: ScorecardFileError, more: Int)] = [:]

    /// How often something was noted.
    private(set) var count = 0

    /// In order of place.
    var errors: [ScorecardFileError] {
        let told = shared.values.map { first, more -> ScorecardFileError in
            let places = more == 1 ? "1 more place" : "\(more) more places"
            return more == 0 ? first : ScorecardFileError(first.place, first.problem + " (and so in \(places))")
        }
        return (single + told).sorted { $0.place < $1.place }
    }

    mutating func note(_ error: ScorecardFileError) {
        count += 1
        single.append(error)
    }

    mutating func note(_ place: Place, _ problem: String) { note(ScorecardFileError(place, problem)) }

    mutating func note(_ cause: Cause, _ place: Place, _ problem: String) {
        count += 1
        let error = ScorecardFileError(place, problem)
        guard let known = shared[cause] else {
            shared[cause] = (error, 0)
            return
        }
        shared[cause] = (place < known.first.place ? error : known.first, known.more + 1)
    }
}
