import Events

/// What folding some records brought: results in their layout, one after the other, and refusals.
public struct FoldOutput {
    /// Results in their layout (`ScoreResult`), in order.
    public internal(set) var results: [UInt8] = []
    /// Where each result ends in `results`.
    public internal(set) var ends: [Int] = []
    public internal(set) var refusals: [FoldRefusal] = []

    public init() {}

    public var isEmpty: Bool { ends.isEmpty && refusals.isEmpty }

    public mutating func removeAll() {
        results.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        refusals.removeAll(keepingCapacity: true)
    }
}

/// An event that the fold refuses. It knows coordinates and reason; the bytes are in the raw topic while that keeps them.
public struct FoldRefusal: Equatable, Sendable {
    public enum Reason: String, Sendable { case conflict, limit }
    public var source: Coordinates
    public var reason: Reason

    public init(source: Coordinates, reason: Reason) {
        self.source = source
        self.reason = reason
    }

    /// One sentence for the producer.
    public var mend: String {
        switch reason {
        case .conflict:
            "this id was used before with other content: publish the event under an id of its own, unique per producer and person"
        case .limit:
            """
            more than \(FoldLimits.eventsPerPersonAndDay) events of a person on one day, \(FoldLimits.eventsPerPerson) \
            events or \(FoldLimits.noticesPerPerson) consents and corrections within the horizon, or \
            \(FoldLimits.grantsPerPerson) live grants: check the dates
            """
        }
    }
}
