import Events
import Log
import Scoring

/// One change of a person's score, as their subscribers were told it.
public struct ScoreMoment: Equatable, Sendable {
    /// The day the person stood at, as days since 1970-01-01.
    public let day: Int32
    /// The clock of the partition when it came, ms UTC; nil before the first tick.
    public let clock: Int64?
    /// When the event, correction or consent that caused it occurred, as it was sent, ms UTC; nil where a day or another
    /// model brought it.
    public let occurredAt: Int64?
    /// nil where a feature went missing.
    public let score: Int32?
    public let previousScore: Int32?
    public let cause: ScoreResult.Cause.Kind
    /// As a score change names it.
    public var causeName: String { cause.name }
    /// Of the card's characteristics, those whose points moved; all of them where another card took effect.
    public let movements: [Movement]

    public struct Movement: Equatable, Sendable {
        /// The name that it has in the card of the time.
        public let characteristic: String
        public let pointsBefore: Int32?
        public let pointsAfter: Int32?
    }
}

extension CommittedFolds {
    /// The changes of a person's score since their consent, in order, up to what the aggregator has committed; empty
    /// without a live grant or a score.
    /// - Throws: as `fold`. Complexity: one fold of the person's partition, from its beginning.
    public func history(of person: PersonKey) throws -> [ScoreMoment] {
        let partition = person.partition(of: identity.properties.partitions)
        let folding = DecodingFold(partition: partition, models: models, topic: names.timeline)
        let fold = folding.fold
        var owners = GrantOwners()
        var moments: [ScoreMoment] = []
        _ = try pass(partition) { offset, key, value in
            try owners.take(key: key, value: value, partition: partition)
            var hasEnded = false
            try folding.take(offset: offset, key: key, value: value) { result in
                guard owners[result] == person else { return }
                if result.isEnd { hasEnded = true }
                // Another grant is told the score that there is: no change of it.
                guard !result.isEnd, result.score != moments.last?.score || result.previousScore != nil else { return }
                moments.append(ScoreMoment(result, fold.scorecard(of: result.model)!, clock: fold.clock))
            }
            // With the last grant all that is kept of a person goes.
            if hasEnded, fold.inspection(of: person, features: []) == nil { moments.removeAll() }
            return true
        }
        try hold(fold, to: try committedMetadata(partition))
        return moments
    }
}

extension ScoreMoment {
    fileprivate init(_ result: ScoreResult, _ card: Scorecard, clock: Int64?) {
        day = result.day
        self.clock = clock
        occurredAt = result.cause.kind == .model ? nil : result.cause.event?.occurredAt
        score = result.score
        previousScore = result.previousScore
        cause = result.cause.kind
        movements = result.movements.enumerated().compactMap { index, movement in
            guard movement.pointsBefore != movement.pointsAfter else { return nil }
            return Movement(
                characteristic: card.characteristics[index].name, pointsBefore: movement.pointsBefore,
                pointsAfter: movement.pointsAfter)
        }
    }
}
