import Checksums
import Events
import Oracle
import Scoring
import TestTimeline

extension FoldUnderTest {
    /// The fold itself; a person's state shows the values of `features`.
    static func scoring(_ card: Scorecard, features: [PlainFeature]) throws -> FoldUnderTest {
        let fold = PartitionFold(partition: 0, scorecard: card)
        let features = try features.map { try Feature($0.name) }
        return FoldUnderTest(
            fold: { record in
                let chain = fold.chain
                return try fold.fold([record]).decoded(after: chain).map { PlainChange($0, card) }
            },
            clock: { fold.clock },
            personCount: { fold.personCount },
            outcomes: { classes.mapValues { Int(fold.outcomes[$0]) } },
            waiting: { Int(fold.outcomes.waiting) },
            repeats: { Int(fold.outcomes.repeats) },
            state: { key, names in
                guard let person = fold.inspection(of: key, features: features) else { return nil }
                let days = Dictionary(uniqueKeysWithValues: person.kept.map { ($0.identity, $0.day) })
                var kept: [EventName: Int32] = [:]
                for name in names { kept[name] = days[key.identity(producer: name.producer, id: name.id)] }
                return PersonState(
                    day: person.day, features: person.values, score: person.score,
                    grants: person.grants.map { .init(grant: $0.id, number: $0.number) },
                    keptDays: person.kept.map(\.day).sorted(), kept: kept)
            })
    }

    /// The oracle's classes are the fold's, by name.
    private static let classes: [BruteForce.Outcome: Outcomes.Class] = {
        var classes: [BruteForce.Outcome: Outcomes.Class] = [:]
        for outcome in BruteForce.Outcome.allCases {
            classes[outcome] = Outcomes.Class.allCases.first { "\($0)" == "\(outcome)" }
        }
        return classes
    }()
}

extension PlainChange {
    fileprivate init(_ result: ScoreResult, _ card: Scorecard) {
        let bins = result.movements.compactMap(\.binAfter)
        self.init(
            day: result.day, cause: Cause(result.cause.kind),
            origin: result.cause.event.map { Origin(source: $0.source, id: $0.id, occurredAt: $0.occurredAt) },
            previousScore: result.previousScore, score: result.score,
            pointsBefore: result.movements.compactMap(\.pointsBefore),
            pointsAfter: result.movements.compactMap(\.pointsAfter),
            reasons: bins.isEmpty
                ? [] : card.reasons(bins: bins).map { PlainCard.Reason(code: $0.code, difference: $0.difference) },
            missing: result.missing, isEnd: result.isEnd,
            recipients: result.recipients.map {
                Recipient(
                    grant: $0.grant, purpose: $0.purpose, reference: $0.subscriberReference, opening: $0.opening,
                    number: $0.number)
            })
    }
}

extension PlainChange.Cause {
    fileprivate init(_ kind: ScoreResult.Cause.Kind) {
        switch kind {
        case .event: self = .event
        case .rollOff: self = .rollOff
        case .correction: self = .correction
        case .consent: self = .consent
        case .expiry: self = .expiry
        case .model: fatalError("no model is switched in these timelines")
        }
    }
}

extension PlainCard {
    /// A card of ours as the oracle reads it.
    init(_ card: Scorecard) {
        self.init(
            currency: card.currency, initialScore: card.initialScore,
            reasonsBelow: card.reasonCodeAlgorithm == .pointsBelow,
            characteristics: card.characteristics.map { characteristic in
                Characteristic(
                    feature: PlainFeature(characteristic.feature.name), reasonCode: characteristic.reasonCode,
                    baselinePoints: characteristic.baselinePoints,
                    bins: characteristic.bins.map { bin in
                        switch bin.values {
                        case .missing: .init(values: nil, points: bin.points, reasonCode: bin.reasonCode)
                        case .range(let range): .init(values: range, points: bin.points, reasonCode: bin.reasonCode)
                        }
                    })
            })
    }
}

extension Scorecard {
    /// A card of the oracle's as the fold runs it.
    init(_ card: PlainCard, number: UInt64 = 1) throws {
        self.init(
            name: "random", version: "1", hash: Digest128(high: 0, low: number), currency: card.currency,
            initialScore: card.initialScore, reasonCodeAlgorithm: card.reasonsBelow ? .pointsBelow : .pointsAbove,
            baselineMethod: "other",
            characteristics: try card.characteristics.enumerated().map { index, characteristic in
                Characteristic(
                    name: "c\(index)", feature: try Feature(characteristic.feature.name),
                    reasonCode: characteristic.reasonCode, baselinePoints: characteristic.baselinePoints,
                    bins: characteristic.bins.map {
                        Bin(
                            values: $0.values.map { .range($0) } ?? .missing, points: $0.points,
                            reasonCode: $0.reasonCode)
                    })
            }, reasonTexts: [:])
    }
}
