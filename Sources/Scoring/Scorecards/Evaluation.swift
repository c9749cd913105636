import Events

/// What the loaded models make of one person on one day. Reused from person to person: the steady state allocates
/// nothing.
public struct Evaluation: Equatable, Sendable {
    /// What one model makes of them.
    public struct Verdict: Equatable, Sendable {
        /// initial score + the points of all bins; nil when a characteristic has no bin for its value.
        public internal(set) var score: Int32?
        /// The first characteristic without a bin: its feature is missing, and so there is no score yet.
        public internal(set) var missing: Int?
    }

    /// The bin of each characteristic, −1 where none holds its value: model after model, each in its card's order.
    public internal(set) var bins: [Int16] = []
    /// One for each model, the speaking one first.
    public internal(set) var verdicts: [Verdict] = []
    /// The next day on which any of it can change though no event comes; nil for never.
    public internal(set) var nextDay: Int32?

    public init() {}

    /// The speaking model's.
    public var score: Int32? { verdicts[0].score }
    public var missing: Int? { verdicts[0].missing }
}

extension CompiledModels {
    /// Scores the person on the day on which `totals` stand. Complexity: characteristics × log bins, and a scan for each
    /// feature whose kept value was touched.
    func evaluate(_ totals: inout Totals, _ history: History, into evaluation: inout Evaluation) {
        evaluation.bins.removeAll(keepingCapacity: true)
        evaluation.verdicts.removeAll(keepingCapacity: true)
        var next = totals.nextLeaving(plan)
        for model in models.indices {
            var score = models[model].initialScore
            var missing: Int?
            // By index: a copy of each characteristic would count references up and down for every event.
            for index in models[model].row {
                let probe = firstProbes[index]
                let found = characteristics[index].bin { totals.value(of: probes[probe + $0], plan, history) }
                for feature in characteristics[index].features.indices {
                    let count = totals.nextCount(of: probes[probe + feature], plan, history) {
                        characteristics[index].nextCut(above: $0, feature: feature)
                    }
                    next = min(next, count)
                }
                guard let bin = found else {
                    missing = missing ?? index - models[model].row.lowerBound
                    evaluation.bins.append(-1)
                    continue
                }
                evaluation.bins.append(Int16(bin))
                score += characteristics[index].bins[bin].points
            }
            evaluation.verdicts.append(.init(score: missing == nil ? score : nil, missing: missing))
        }
        evaluation.nextDay = next == Totals.never ? nil : Int32(truncatingIfNeeded: next)
    }
}
