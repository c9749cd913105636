import Checksums

/// The loaded models, ready to run: one plan reads the features of all, each with its own model's currency, and features
/// that two models share are read once. Their characteristics stand in one row, and so do the bins of a person:
///
/// ```
/// speaking 0 1 2 … │ challenger 0 1 … │ challenger 0 1 2 …
/// ```
///
/// The tables say what the cards say; the hot path counts no references in them.
final class CompiledModels: Sendable {
    let plan: Plan
    /// Of all models, in the order of the row.
    let characteristics: [Characteristic]
    let models: Table<Model>
    let rows: Table<Row>
    let axes: Table<Axis>
    /// Where a feature's values are cut (see `BinTable`), axis after axis.
    let cuts: Table<Int64>
    /// The bins of each row's combinations.
    let cells: Table<Int16>
    /// Points and reason code (by number) of each row's bins.
    let outcomes: Table<Outcome>
    /// Place of the speaking model's currency.
    let speakingCurrency: UInt8
    /// A bit for each place of a currency that some model reads.
    private let currenciesRead: [4 of UInt64]

    struct Model: BitwiseCopyable, Sendable {
        let hash: Digest128
        let initialScore: Int32
        fileprivate let firstRow: Int32
        fileprivate let endRow: Int32

        /// Where its characteristics stand.
        var row: Range<Int> { @inline(__always) get { Int(firstRow)..<Int(endRow) } }
    }

    /// One characteristic.
    struct Row: BitwiseCopyable, Sendable {
        var firstAxis: Int32
        var endAxis: Int32
        var firstCell: Int32
        var firstOutcome: Int32
        var binCount: Int32
    }

    /// One feature of a characteristic.
    struct Axis: BitwiseCopyable, Sendable {
        /// Its place in the plan.
        var probe: Int32
        var firstCut: Int32
        var cutCount: Int32
    }

    struct Outcome: BitwiseCopyable, Sendable, Equatable {
        var points: Int32
        var reason: Int32
    }

    /// Of a timeline's beginning.
    convenience init(_ loaded: Models) {
        let currencies = Currencies(of: loaded)
        self.init(loaded, currencies: loaded.all.map { currencies.place(ofModelsCurrency: $0.currency) })
    }

    /// - Parameter places: of each model's currency in the partition's table.
    init(_ loaded: Models, currencies places: [UInt8]) {
        var characteristics: [Characteristic] = []
        var models: [Model] = []
        var read: [(feature: Feature, currency: UInt8)] = []
        var rows: [Row] = []
        var axes: [Axis] = []
        var cuts: [Int64] = []
        var cells: [Int16] = []
        var outcomes: [Outcome] = []
        var reasons: [String] = []
        for (card, currency) in zip(loaded.all, places) {
            let first = characteristics.count
            characteristics += card.characteristics
            models.append(
                Model(
                    hash: card.hash, initialScore: card.initialScore, firstRow: Int32(first),
                    endRow: Int32(characteristics.count)))
            for characteristic in card.characteristics {
                let table = characteristic.table
                let firstAxis = axes.count
                var start = 0
                for (feature, end) in zip(characteristic.features, table.ends) {
                    let known = read.firstIndex { $0.feature == feature && $0.currency == currency }
                    if known == nil { read.append((feature, currency)) }
                    axes.append(
                        Axis(
                            probe: Int32(known ?? read.count - 1), firstCut: Int32(cuts.count + start),
                            cutCount: Int32(end - start)))
                    start = end
                }
                rows.append(
                    Row(
                        firstAxis: Int32(firstAxis), endAxis: Int32(axes.count), firstCell: Int32(cells.count),
                        firstOutcome: Int32(outcomes.count), binCount: Int32(characteristic.bins.count)))
                cuts += table.starts
                cells += table.cells
                for bin in characteristic.bins {
                    let code = bin.reasonCode ?? characteristic.reasonCode
                    if !reasons.contains(code) { reasons.append(code) }
                    outcomes.append(Outcome(points: bin.points, reason: Int32(reasons.firstIndex(of: code)!)))
                }
            }
        }
        self.characteristics = characteristics
        self.models = Table(models)
        self.rows = Table(rows)
        self.axes = Table(axes)
        self.cuts = Table(cuts)
        self.cells = Table(cells)
        self.outcomes = Table(outcomes)
        plan = Plan(read)
        speakingCurrency = places[0]
        var currenciesRead = [4 of UInt64](repeating: 0)
        for place in places { currenciesRead[Int(place >> 6)] |= 1 << UInt64(place & 63) }
        self.currenciesRead = currenciesRead
    }

    /// Whether some model reads the currency at this place of the partition's table.
    @inline(__always)
    func reads(currency place: UInt8) -> Bool { currenciesRead[Int(place >> 6)] >> UInt64(place & 63) & 1 != 0 }

    @inline(__always)
    func outcome(_ row: Int, _ bin: Int16) -> Outcome {
        precondition(bin >= 0 && bin < Int16(rows[row].binCount))
        return outcomes[Int(rows[row].firstOutcome) + Int(bin)]
    }
}

/// A person's bins: none where no model has a score, and all −1 in the part of a model that has none.
extension CompiledModels {
    func contains(_ hash: Digest128) -> Bool { models.indices.contains { models[$0].hash == hash } }

    func hasScore(_ model: Int, _ ledger: borrowing Ledger) -> Bool {
        ledger.binCount > 0 && ledger.bin(models[model].row.lowerBound) >= 0
    }

    /// The score that a person's bins stand for. Complexity: linear in the model's characteristics.
    func score(_ model: Int, _ ledger: borrowing Ledger) -> Int32? {
        guard hasScore(model, ledger) else { return nil }
        var score = models[model].initialScore
        for row in models[model].row { score += outcome(row, ledger.bin(row)).points }
        return score
    }

    /// Which models' points or reasons an evaluation moves, or whether there is a score at all: bit by place. Bins of
    /// equal points and reasons are taken over in place.
    func settle(_ ledger: inout Ledger, _ evaluation: borrowing Evaluation) -> UInt8 {
        // As a rule nothing has moved.
        if ledger.hasBins(evaluation.bins) { return 0 }
        var moved: UInt8 = 0
        for model in models.indices {
            if isMoved(model, ledger, evaluation) {
                moved |= 1 << model
            } else if evaluation.verdicts[model].score != nil {
                for row in models[model].row where ledger.bin(row) != evaluation.bins[row] {
                    ledger.setBin(row, evaluation.bins[row])
                }
            }
        }
        return moved
    }

    private func isMoved(_ model: Int, _ ledger: borrowing Ledger, _ evaluation: borrowing Evaluation) -> Bool {
        let hadScore = hasScore(model, ledger)
        guard hadScore == (evaluation.verdicts[model].score != nil) else { return true }
        guard hadScore else { return false }
        for row in models[model].row {
            let old = ledger.bin(row)
            let new = evaluation.bins[row]
            if old != new, outcome(row, old) != outcome(row, new) { return true }
        }
        return false
    }

    /// Takes over what a model says now.
    func take(_ model: Int, _ evaluation: borrowing Evaluation, into ledger: inout Ledger) {
        let isScored = evaluation.verdicts[model].score != nil
        if ledger.binCount == 0 { ledger.resetBins(rows.count) }
        for row in models[model].row { ledger.setBin(row, isScored ? evaluation.bins[row] : -1) }
        if !isScored, !models.indices.contains(where: { hasScore($0, ledger) }) { ledger.resetBins(0) }
    }
}
