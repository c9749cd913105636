import Checksums
import Events
import Log
import Scoring

/// Raw records by where they stand: ascending runs of offsets of each raw partition.
public struct RawRecords: Sendable {
    private var runs: [Place: [Range<Int64>]] = [:]
    public private(set) var count: Int64 = 0

    private struct Place: Hashable {
        let topic: RawTopic
        let partition: Int32
    }

    public init() {}

    /// Adds the runs of one raw partition, which are ascending and apart from each other.
    public mutating func add(_ topic: RawTopic, _ partition: Int32, _ ranges: [Range<Int64>]) {
        runs[Place(topic: topic, partition: partition), default: []] += ranges
        for range in ranges { count += Int64(range.count) }
    }

    /// Complexity: the logarithm of the partition's runs.
    public func contains(_ source: Coordinates) -> Bool {
        guard let runs = runs[Place(topic: source.topic, partition: source.partition)] else { return false }
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].upperBound <= source.offset { low = middle + 1 } else { high = middle }
        }
        return low < runs.count && runs[low].contains(source.offset)
    }
}

/// What became of some raw records, by one fold of the timeline: each is in a class, or waits, or is refused.
///
/// The consumers must have carried all of the records over, or refused them, before this is made.
public struct SentOutcomes: Sendable {
    /// By class of the fold. Classes that no record is in are left out.
    public private(set) var counts: [Outcomes.Class: Int64] = [:]
    /// In the timeline, and waiting for a consent: a later tick or consent decides.
    public private(set) var waiting: Int64 = 0
    /// Not in the timeline, so in dead-letters.
    public private(set) var refused: Int64 = 0

    /// Folds the timeline from its beginning to its present end.
    ///
    /// Outcomes follow from the log alone. Models only decide whether an applied event is in a currency that is read;
    /// nil takes models that read none, so that a class about currencies says nothing then.
    /// - Throws: `RoleError.logBeginsLater` where the timeline is not kept from its beginning, `RoleError.brokenInvariant`,
    ///   `LogError`. Complexity: linear in the timeline, about 1 µs a record; memory is that of one partition's state.
    public init<L: Log>(
        of records: RawRecords, _ log: L, names: TopicNames, models: Models?,
        progress: (_ done: Int64) -> Void = { _ in }
    ) throws {
        let tally = Tally(records)
        var done: Int64 = 0
        for partition in 0..<(try log.partitionCount(topic: names.timeline)) {
            let kept = try log.watermarks(topic: names.timeline, partition: partition)
            guard kept.lowerBound == 0 else {
                throw RoleError.logBeginsLater(
                    topic: names.timeline, partition: partition, wanted: 0, low: kept.lowerBound)
            }
            let fold = DecodingFold(partition: partition, models: models ?? .withoutMeaning, topic: names.timeline)
            fold.fold.listen { outcome, source in tally.settle(outcome, source) }
            try log.read(topic: names.timeline, partition: partition, range: kept) { batch in
                for entry in batch.entries {
                    let repeats = fold.fold.outcomes.repeats
                    try fold.take(offset: entry.offset, key: batch.key(entry), value: batch.value(entry))
                    guard fold.fold.outcomes.repeats == repeats else { continue }
                    tally.carried(
                        try TimelineRecord.Prefix(
                            key: batch.key(entry), value: batch.value(entry), partition: partition
                        ).source)
                }
                done += Int64(batch.count)
                progress(done)
            }
        }
        counts = tally.counts
        waiting = tally.carried - tally.settled
        refused = records.count - tally.carried
    }

    public subscript(outcome: Outcomes.Class) -> Int64 { counts[outcome, default: 0] }

    /// Events that no consent came for in time, or that a full waiting room put out.
    public var withoutConsent: Int64 { self[.noConsent] + self[.waitingOverflow] }
}

/// Counts what becomes of the records that it was made for.
private final class Tally {
    private let records: RawRecords
    private(set) var counts: [Outcomes.Class: Int64] = [:]
    private(set) var carried: Int64 = 0
    private(set) var settled: Int64 = 0

    init(_ records: RawRecords) { self.records = records }

    func settle(_ outcome: Outcomes.Class, _ source: Coordinates) {
        guard records.contains(source) else { return }
        counts[outcome, default: 0] += 1
        settled += 1
    }

    func carried(_ source: Coordinates) {
        if records.contains(source) { carried += 1 }
    }
}

extension Models {
    /// One model that gives each person the same score, in ISO 4217's currency for tests, which no event
    /// should have. For folds that ask what became of events, and not what anybody scores.
    static let withoutMeaning: Models = {
        guard let feature = try? Feature("person.tenure_days"), let currency = Currency("XTS") else {
            preconditionFailure("the catalogue has this feature")
        }
        let everything = Bin(values: .range(.min ... .max), points: 0)
        let characteristic = Characteristic(
            name: feature.name, feature: feature, reasonCode: "none", baselinePoints: 0, bins: [everything])
        return Models(
            Scorecard(
                name: "without-meaning", version: "1", hash: .zero, currency: currency, initialScore: 0,
                reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other", characteristics: [characteristic],
                reasonTexts: [:]))
    }()
}
