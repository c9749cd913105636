import Events
import Log
import Scoring

/// A person at a time.
public struct PointInTime: Equatable, Sendable {
    public let person: PersonKey
    /// ms UTC.
    public let time: Int64

    public init(person: PersonKey, time: Int64) {
        self.person = person
        self.time = time
    }
}

extension CommittedFolds {
    /// The features that the speaking model reads, once each, in the card's order.
    public var exportedFeatures: [String] { models.speaking.featureNames }

    /// By these models throughout, whatever the log switches to: which columns there are is theirs to say.
    ///
    /// What the fold held of persons at times: the values of `exportedFeatures` on the day on which the person stood, right
    /// behind the record with which the clock of their partition first reached the time. Rows stand in the order of
    /// `points`; nil where the person had no live grant then.
    /// - Throws: `PointInTimeError` where a clock has not got so far, and as `fold`. Complexity: one reading of the
    ///   partitions that hold any of the persons, however many points, and an explanation for each.
    public func features(at points: [PointInTime], progress: (Int64) -> Void = { _ in }) throws -> [[Int64?]?] {
        var rows = [[Int64?]?](repeating: nil, count: points.count)
        let byPartition = Dictionary(grouping: points.indices) {
            points[$0].person.partition(of: identity.properties.partitions)
        }
        var read: Int64 = 0
        for partition in partitions {
            guard let indices = byPartition[partition] else {
                read += try committedOffset(partition)
                continue
            }
            var waiting = indices.sorted { points[$0].time > points[$1].time }
            let folding = DecodingFold(
                partition: partition, models: models, loader: { [models] _ in models }, topic: names.timeline)
            let start = read
            _ = try pass(partition) { offset, key, value in
                try folding.take(offset: offset, key: key, value: value)
                read += 1
                if read & 0xFFF == 0 { progress(read) }
                while let next = waiting.last, points[next].time <= folding.fold.clock ?? .min {
                    rows[next] = try values(of: points[next].person, in: folding.fold)
                    waiting.removeLast()
                }
                return !waiting.isEmpty
            }
            if let next = waiting.last { throw tooLate(points[next].time, folding.fold.clock, partition) }
            read = start + (try committedOffset(partition))
        }
        progress(read)
        return rows
    }

    private func values(of person: PersonKey, in fold: PartitionFold) throws -> [Int64?]? {
        let explanation: Explanation?
        do {
            explanation = try fold.explanation(of: person)
        } catch let error as ExplanationError {
            throw RoleError.brokenInvariant("\(names.timeline)-\(fold.partition)@\(fold.nextOffset): \(error)")
        }
        guard let explanation else { return nil }
        var seen: Set<String> = []
        return explanation.characteristics.flatMap(\.inputs).filter { seen.insert($0.feature).inserted }.map(\.value)
    }
}

extension Scorecard {
    /// A card that gives no points and reads these features, amounts in `currency`: what `CommittedFolds.features(at:)`
    /// needs to tell of features that no model reads.
    /// - Precondition: at least one, and at most `characteristicsMax`.
    public init(reading features: [Feature], currency: Currency) {
        self.init(
            name: "export", version: "1", hash: .zero, currency: currency, initialScore: 0,
            reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other",
            characteristics: features.map { feature in
                Characteristic(
                    name: feature.name, feature: feature, reasonCode: "none", baselinePoints: 0,
                    bins: [Bin(values: .range(.min ... .max), points: 0), Bin(values: .missing, points: 0)])
            }, reasonTexts: [:])
    }

    fileprivate var featureNames: [String] {
        var seen: Set<String> = []
        return characteristics.flatMap(\.features).map(\.name).filter { seen.insert($0).inserted }
    }
}
