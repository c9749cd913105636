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
    public enum Reason: String, CaseIterable, Sendable {
        case conflict, limit, datedAhead
        /// A withdrawal that is older than the consent that holds.
        case superseded
    }
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
            """
            this id was used before with other content, or another consent of this grant has the same time: publish an event \
            under an id of its own, unique per producer and person, and a consent with a later time
            """
        case .limit:
            """
            more than \(FoldLimits.eventsPerPersonAndDay) events of a person on one day, \(FoldLimits.eventsPerPerson) \
            events or \(FoldLimits.noticesPerPerson) corrections within the horizon, or \(FoldLimits.grantsPerPerson) live \
            grants: check the dates
            """
        case .datedAhead: EventRules.datedAheadMend
        case .superseded:
            "a later consent of this grant is known, and holds: where the person withdraws that one, date the withdrawal after it"
        }
    }
}
