import Events

/// What a card makes of one person on one day. Reused from person to person: the steady state allocates nothing.
public struct Evaluation: Equatable, Sendable {
    /// The bin of each characteristic, in the card's order; meaningless where `score` is nil.
    public internal(set) var bins: [Int16] = []
    /// initial score + the points of all bins; nil when a characteristic has no bin for its value.
    public internal(set) var score: Int32?
    /// The first characteristic without a bin: its feature is missing, and so there is no score yet.
    public internal(set) var missing: Int?
    /// The next day on which any of it can change though no event comes; nil for never.
    public internal(set) var nextDay: Int32?

    public init() {}
}

/// A card with the plan that its features are read by.
struct CompiledCard {
    let card: Scorecard
    let plan: Plan
    /// The probe of each characteristic's first feature.
    private let firstProbes: [Int]

    init(_ card: Scorecard) {
        self.card = card
        var features: [(Feature, UInt8)] = []
        var firsts: [Int] = []
        for characteristic in card.characteristics {
            firsts.append(features.count)
            features += characteristic.features.map { ($0, Currencies.ofModel) }
        }
        firstProbes = firsts
        plan = Plan(features)
    }

    /// Scores the person on the day on which `totals` stand. Complexity: characteristics × log bins, and a scan for each
    /// feature whose kept value was touched.
    func evaluate(_ totals: inout Totals, _ history: History, into evaluation: inout Evaluation) {
        evaluation.bins.removeAll(keepingCapacity: true)
        evaluation.missing = nil
        var score = card.initialScore
        var next = totals.nextLeaving(plan)
        // By index: a copy of each characteristic would count references up and down for every event.
        for index in card.characteristics.indices {
            let probe = firstProbes[index]
            let found = card.characteristics[index].bin { totals.value(of: probe + $0, plan, history) }
            for feature in card.characteristics[index].features.indices {
                let count = totals.nextCount(of: probe + feature, plan, history) {
                    card.characteristics[index].nextCut(above: $0, feature: feature)
                }
                next = min(next, count)
            }
            guard let bin = found else {
                evaluation.missing = evaluation.missing ?? index
                evaluation.bins.append(-1)
                continue
            }
            evaluation.bins.append(Int16(bin))
            score += card.characteristics[index].bins[bin].points
        }
        evaluation.score = evaluation.missing == nil ? score : nil
        evaluation.nextDay = next == Totals.never ? nil : Int32(truncatingIfNeeded: next)
    }
}
