import Events
import Log
import Scoring

/// One timeline partition folded in this process, with the fold and the rendering that run live: what subscribers must
/// have got from it, byte for byte. Publishes nothing.
public struct PartitionReplay {
    public let fold: PartitionFold
    private let format: ScoreChangeFormat
    private var output = FoldOutput()
    private var cards = ScorecardTexts()

    public init(partition: Int32, scorecard: Scorecard, format: ScoreChangeFormat = .json) {
        self.init(partition: partition, models: Models(scorecard), format: format)
    }

    public init(partition: Int32, models: Models, format: ScoreChangeFormat = .json) {
        self.format = format
        fold = PartitionFold(partition: partition, models: models, loader: loadModels)
    }

    /// Goes on from a fold that stands somewhere in the log.
    public init(from fold: PartitionFold) {
        self.fold = fold
        format = .json
    }

    /// What one record brought.
    public struct Step {
        public let results: [UInt8]
        /// In the order in which each subscriber gets them.
        public let changes: [Change]
        public let refusals: [FoldRefusal]
    }

    public struct Change: Equatable {
        public let purpose: Purpose
        /// The grant id.
        public let key: [UInt8]
        public let value: [UInt8]

        public init(purpose: Purpose, key: [UInt8], value: [UInt8]) {
            self.purpose = purpose
            self.key = key
            self.value = value
        }
    }

    /// Folds the record at `offset`.
    public mutating func take(offset: Int64, key: RawSpan, value: RawSpan) throws -> Step {
        output.removeAll()
        let chain = fold.chain
        let sequence = fold.sequence
        try fold.fold(offset: offset, key: key, value: value, into: &output)
        var changes: [Change] = []
        let results = output.results  // a span of the property would keep `cards` from being changed
        var cursor = ByteCursor(unsafe results.span.bytes)
        var position = (sequence: sequence, chain: chain)
        while cursor.remaining > 0, let next = try ScoreResult.next(from: &cursor, after: position) {
            position = (next.result.sequence, next.chain)
            let change = ScoreChange(result: next.result, card: cards.text(of: next.result.model, fold.scorecard(of:))!)
            for recipient in next.result.recipients {
                var value: [UInt8] = []
                change.encode(format, for: recipient, into: &value)
                changes.append(Change(purpose: recipient.purpose, key: Array(recipient.grant.text.utf8), value: value))
            }
        }
        return Step(results: results, changes: changes, refusals: output.refusals)
    }
}
