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

        init(score: Int32? = nil, missing: Int? = nil) {
            self.score = score
            self.missing = missing
        }
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
    func evaluate(_ totals: inout Totals, _ history: borrowing History, into evaluation: inout Evaluation) {
        if evaluation.bins.count != rows.count || evaluation.verdicts.count != models.count {
            evaluation.bins = Array(repeating: -1, count: rows.count)
            evaluation.verdicts = Array(repeating: .init(), count: models.count)
        }
        var next = totals.nextLeaving(plan)
        for model in models.indices {
            let row = models[model].row
            var score = models[model].initialScore
            var missing: Int?
            var bins = evaluation.bins.mutableSpan
            for index in row {
                let bin = bin(ofRow: index, &totals, history, &next)
                bins[index] = bin
                if bin >= 0 {
                    score += outcome(index, bin).points
                } else {
                    missing = missing ?? index - row.lowerBound
                }
            }
            evaluation.verdicts[model] = .init(score: missing == nil ? score : nil, missing: missing)
        }
        evaluation.nextDay = next == Totals.never ? nil : Int32(truncatingIfNeeded: next)
    }

    /// The bin of one characteristic, −1 where none holds its value. `next` becomes the day on which a day count passes
    /// the next cut, where that is sooner.
    @inline(__always)
    private func bin(
        ofRow index: Int, _ totals: inout Totals, _ history: borrowing History, _ next: inout Int64
    ) -> Int16 {
        let row = rows[index]
        var cell = 0
        for index in row.firstAxis..<row.endAxis {
            let axis = axes[Int(index)]
            let value = totals.value(of: Int(axis.probe), plan, history)
            let cuts = Int(axis.cutCount)
            let place =
                value.map { BinTable.place(of: $0, among: cuts) { self.cuts[Int(axis.firstCut) + $0] } } ?? cuts + 1
            cell = cell * (cuts + 2) + place
            if plan.probes[Int(axis.probe)].kind.movesByDay {
                let cut = place < cuts ? self.cuts[Int(axis.firstCut) + place] : nil
                next = min(next, totals.nextCount(of: Int(axis.probe), value, cut, plan, history))
            }
        }
        return cells[Int(row.firstCell) + cell]
    }
}
