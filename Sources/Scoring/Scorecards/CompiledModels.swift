/// The loaded models, ready to run: one plan reads the features of all, each with its own model's currency, and features
/// that two models share are read once. Their characteristics stand in one row, and so do the bins of a person:
///
/// ```
/// speaking 0 1 2 … │ challenger 0 1 … │ challenger 0 1 2 …
/// ```
struct CompiledModels: Sendable {
    let plan: Plan
    /// Of all models, in the order of the row.
    let characteristics: [Characteristic]
    let models: [Model]
    /// The plan's probe of each feature, characteristic after characteristic, and where each characteristic's begin.
    let probes: [Int]
    let firstProbes: [Int]

    struct Model: Sendable {
        /// Where its characteristics stand.
        let row: Range<Int>
        let initialScore: Int32
    }

    init(_ loaded: Models) {
        let currencies = Currencies(of: loaded)
        var characteristics: [Characteristic] = []
        var models: [Model] = []
        var read: [(feature: Feature, currency: UInt8)] = []
        var probes: [Int] = []
        var firstProbes: [Int] = []
        for card in loaded.all {
            let first = characteristics.count
            characteristics += card.characteristics
            models.append(Model(row: first..<characteristics.count, initialScore: card.initialScore))
            let currency = currencies.place(ofModelsCurrency: card.currency)
            for characteristic in card.characteristics {
                firstProbes.append(probes.count)
                for feature in characteristic.features {
                    let known = read.firstIndex { $0.feature == feature && $0.currency == currency }
                    if known == nil { read.append((feature, currency)) }
                    probes.append(known ?? read.count - 1)
                }
            }
        }
        self.characteristics = characteristics
        self.models = models
        self.probes = probes
        self.firstProbes = firstProbes
        plan = Plan(read)
    }
}

/// A person's row of bins: empty where no model has a score, and all −1 in the part of a model that has none.
extension CompiledModels {
    func hasScore(_ model: Int, _ bins: [Int16]) -> Bool {
        !bins.isEmpty && bins[models[model].row.lowerBound] >= 0
    }

    /// The score that a row of bins stands for. Complexity: linear in the model's characteristics.
    func score(_ model: Int, _ bins: [Int16]) -> Int32? {
        guard hasScore(model, bins) else { return nil }
        var score = models[model].initialScore
        for index in models[model].row { score += characteristics[index].bins[Int(bins[index])].points }
        return score
    }

    /// Which models' points or reasons an evaluation moves, or whether there is a score at all: bit by place. Bins of
    /// equal points and reasons are taken over in place, so that nothing is allocated.
    func settle(_ bins: inout [Int16], _ evaluation: borrowing Evaluation) -> UInt8 {
        var moved: UInt8 = 0
        for model in models.indices {
            if isMoved(model, bins, evaluation) {
                moved |= 1 << model
            } else if evaluation.verdicts[model].score != nil {
                for index in models[model].row { bins[index] = evaluation.bins[index] }
            }
        }
        return moved
    }

    private func isMoved(_ model: Int, _ bins: [Int16], _ evaluation: borrowing Evaluation) -> Bool {
        let hadScore = hasScore(model, bins)
        guard hadScore == (evaluation.verdicts[model].score != nil) else { return true }
        guard hadScore else { return false }
        for index in models[model].row where bins[index] != evaluation.bins[index] {
            let old = characteristics[index].bins[Int(bins[index])]
            let new = characteristics[index].bins[Int(evaluation.bins[index])]
            let code = characteristics[index].reasonCode
            if old.points != new.points || old.reasonCode ?? code != new.reasonCode ?? code { return true }
        }
        return false
    }

    /// Puts what a model says now into the row.
    func take(_ model: Int, _ evaluation: borrowing Evaluation, into bins: inout [Int16]) {
        let isScored = evaluation.verdicts[model].score != nil
        if bins.isEmpty { bins = Array(repeating: -1, count: characteristics.count) }
        for index in models[model].row { bins[index] = isScored ? evaluation.bins[index] : -1 }
        if !isScored, !models.indices.contains(where: { hasScore($0, bins) }) { bins = [] }
    }

    /// What becomes of each characteristic of a model from one row of bins to another.
    func movements(_ model: Int, from before: [Int16], to after: [Int16]) -> [ScoreResult.Movement] {
        let hadScore = hasScore(model, before)
        let hasScore = hasScore(model, after)
        return models[model].row.map { index in
            let old = hadScore ? before[index] : nil
            let new = hasScore ? after[index] : nil
            let bins = characteristics[index].bins
            return .init(
                binBefore: old, binAfter: new, pointsBefore: old.map { bins[Int($0)].points },
                pointsAfter: new.map { bins[Int($0)].points })
        }
    }
}
