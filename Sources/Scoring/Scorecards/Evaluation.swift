import Events

/// What a card makes of one person on one day. Reused from person to person: the steady state allocates nothing.
public struct Evaluation: Equatable, Sendable {
    /// The bin of each characteristic, in the card's order; meaningless where `score` is nil.
    public internal(set) var bins: [Int16] = []
    /// initial score + the points of all bins; nil when a characteristic has no bin for its value.
    public internal(set) var score: Int32?
    /// The first characteristic without a bin: its feature is missing, and so there is no score yet.
    public internal(set) var missing: Int?

    public init() {}
}

extension Scorecard {
    /// Scores `events` on `day`. Complexity: characteristics × (events kept + log bins).
    func evaluate(_ events: [KeptEvent], on day: Int32, into evaluation: inout Evaluation) {
        evaluation.bins.removeAll(keepingCapacity: true)
        evaluation.missing = nil
        var score = initialScore
        // By index: a copy of each characteristic would count references up and down for every event.
        for index in characteristics.indices {
            let found = characteristics[index].bin {
                characteristics[index].features[$0].value(of: events, on: day, currency: currency)
            }
            guard let bin = found else {
                evaluation.missing = evaluation.missing ?? index
                evaluation.bins.append(-1)
                continue
            }
            evaluation.bins.append(Int16(bin))
            score += characteristics[index].bins[bin].points
        }
        evaluation.score = evaluation.missing == nil ? score : nil
    }

    /// The next day after `day` on which any characteristic can change without an event.
    func nextChange(of events: [KeptEvent], after day: Int32) -> Int32? {
        var next: Int32?
        for characteristic in characteristics {
            for feature in characteristic.features {
                guard let change = feature.nextChange(of: events, after: day, currency: currency) else { continue }
                next = min(next ?? change, change)
            }
        }
        return next
    }
}
