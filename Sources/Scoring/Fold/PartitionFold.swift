import Checksums
import Events

/// The fold of one timeline partition: state and outputs after record n are a function of records 0 ..< n and nothing
/// else. No clock, no randomness, no hash seed, no floating point; live, after a restart and in replay it is this.
///
/// ```
/// record ─▶ checked ─▶ seen before? ─▶ tick: the clock moves, waits end
///                                   └▶ event: the person is rolled, the gate asks for consent, the event is applied
///        ─▶ due persons are rolled, at most K ─▶ results
/// ```
public final class PartitionFold {
    /// In one value, so that a record is one access to this object.
    var state: FoldState

    /// - Parameters:
    ///   - models: of the timeline's beginning; later ones are in the log.
    ///   - loader: makes those of their bytes.
    public init(partition: Int32, models: Models, loader: @escaping ModelLoader = PartitionFold.noLoader) {
        state = FoldState(partition: partition, models: models, loader: loader)
    }

    /// For timelines without a switch of models.
    public static let noLoader: ModelLoader = { _ in throw NoLoader() }

    private struct NoLoader: Error, CustomStringConvertible {
        var description: String { "this fold was made without a way to load models" }
    }

    /// One model, without challengers.
    public convenience init(partition: Int32, scorecard: Scorecard) {
        self.init(partition: partition, models: Models(scorecard))
    }

    /// Folds the record at `offset`; results and refusals are added to `output`. After an error the fold is unusable.
    public func fold(offset: Int64, key: RawSpan, value: RawSpan, into output: inout FoldOutput) throws(FoldError) {
        try state.fold(offset: offset, key: key, value: value, into: &output)
    }

    /// Has `listener` hear what becomes of each event, once it is decided: for an event that waits, by a later record.
    /// Without a listener this costs a comparison for each event.
    public func listen(_ listener: @escaping OutcomeListener) { state.outcomeListener = listener }

    public var partition: Int32 { state.partition }
    /// The models in force.
    public var models: Models { state.models }
    /// The model that speaks.
    public var scorecard: Scorecard { state.models.speaking }
    /// The models of the timeline's beginning, with which this was made.
    public var beginning: Models { state.beginning }
    /// The model of a result that this object has folded.
    public func scorecard(of hash: Digest128) -> Scorecard? { state.cards[hash] }
    /// Persons whom a switch of models has not reached yet.
    public var behind: Int { state.behind }
    /// The offset of the next record: everything below is folded.
    public var nextOffset: Int64 { state.nextOffset }
    /// nil until the first record.
    public var properties: TimelineProperties? { state.properties }
    /// nil until the first tick.
    public var secretFingerprint: UInt64? { state.secretFingerprint }
    /// Of the last result, 0 before the first; dense.
    public var sequence: UInt64 { state.sequence }
    /// The running hash of the results.
    public var chain: Digest128 { state.chain }
    public var outcomes: Outcomes {
        var outcomes = state.outcomes
        outcomes.waiting = UInt64(state.waiting.count)
        return outcomes
    }
    /// Persons with a live grant.
    public var personCount: Int { state.people.count }
    /// Of the persons' arrays, for measurements. Complexity: O(bytes held), a look each 2 MB.
    public var personMemory: PersonMemoryUse { state.people.memoryUse }
    /// The least, over the raw consents partitions, of the greatest tick time, ms; nil until each has ticked.
    public var clock: Int64? { state.clock }
    /// Set while a tick is not followed, since it is too far ahead of all that came before.
    public var clockDoubt: ClockDoubt? {
        guard let clock, let doubt = state.clockGuard.doubt else { return nil }
        return ClockDoubt(clock: clock, claimed: doubt.claimed)
    }
    /// The greatest append stamp of all records folded, ms: how late a broker has said that it is; nil before the first.
    public var latestStamp: Int64? {
        state.sources.positions.joined().filter { $0.offset >= 0 }.map(\.appendedAt).max()
    }
    /// Due moments rolled since this object was made, for measurements.
    public var rolled: Int { state.rolled }
    /// Steps since this object was made, for measurements and for whoever wants to know how much work a record was. A step
    /// is an event, name, notice, characteristic, waiting event or person that was looked at or moved: from a nanosecond to
    /// some twenty.
    public var steps: Int { state.steps }
}
