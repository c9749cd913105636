import Checksums
import Events
import Log
import Scoring

extension CommittedFolds {
    /// Folds the timeline once for the models that speak on it and once for `other` alone, both in one reading, and
    /// compares what they say of each person at the end: where the aggregator has committed, or right behind the record
    /// with which the partition's clock first reaches `asOf`. Nothing is written anywhere.
    ///
    /// Up to the committed offset the present fold is held to what was committed there.
    /// - Parameters:
    ///   - cut: the score whose share is counted; nil: the median of the present scores.
    ///   - largest: how many of the largest changes are told in full.
    ///   - progress: hears how many records have been read.
    /// - Throws: as `fold`; `PointInTimeError` where a clock has not reached `asOf`. Complexity: linear in the timeline;
    ///   memory for two folds of one partition.
    public func preview(
        of other: Scorecard, asOf: Int64? = nil, cut: Int32? = nil, largest: Int = 10,
        progress: (Int64) -> Void = { _ in }
    ) throws -> ModelPreview {
        var present = models.speaking
        var count = ModelPreviewCount(other: other)
        var positions: [ModelPreview.Position] = []
        var changes: [PersonChange] = []
        var read: Int64 = 0
        for partition in partitions {
            var pair = FoldPair(partition, models, other, topic: names.timeline)
            let end = try pass(partition) { offset, key, value in
                try pair.take(offset: offset, key: key, value: value)
                read += 1
                if read & 0xFFF == 0 { progress(read) }
                return asOf.map { (pair.clock ?? .min) < $0 } ?? true
            }
            if let asOf {
                guard let clock = pair.clock, clock >= asOf else { throw tooLate(asOf, pair.clock, partition) }
            } else {
                try hold(pair.present.fold, to: try committedMetadata(partition))
            }
            positions.append(ModelPreview.Position(partition: partition, offset: end, clock: pair.clock))
            present = pair.present.fold.scorecard
            changes += try pair.compare(into: &count, largest: largest)
        }
        progress(read)
        return ModelPreview(
            present: present, other: other, asOf: asOf, positions: positions, persons: count.persons,
            scoreChanges: count.scoreChanges, differences: DifferenceHistogram(count.differences),
            stability: PopulationStability(before: count.before, after: count.after),
            cut: CutShares(cut, before: count.before, after: count.after), reasons: count.reasons(present: present),
            reasonChanges: count.reasonChanges,
            largest: Array(changes.sorted(by: PersonChange.isLarger).prefix(largest)))
    }
}

/// One partition folded twice, and what either fold last said of each person.
private struct FoldPair {
    let present: DecodingFold
    let other: DecodingFold
    private var owners = GrantOwners()
    private var before = Sayings()
    private var after = Sayings()

    init(_ partition: Int32, _ models: Models, _ other: Scorecard, topic: String) {
        present = DecodingFold(partition: partition, models: models, topic: topic)
        // Whatever the log switches to: the other has spoken all along.
        self.other = DecodingFold(
            partition: partition, models: Models(other), loader: { _ in Models(other) }, topic: topic)
    }

    var clock: Int64? { present.fold.clock }

    mutating func take(offset: Int64, key: RawSpan, value: RawSpan) throws {
        // The grant of a first score is opened by this very record.
        try owners.take(key: key, value: value, partition: present.fold.partition)
        try present.take(offset: offset, key: key, value: value) { before.note($0, of: owners) }
        try other.take(offset: offset, key: key, value: value) { after.note($0, of: owners) }
    }

    /// Counts every person with a live grant, and returns the partition's largest changes.
    func compare(into count: inout ModelPreviewCount, largest: Int) throws -> [PersonChange] {
        var changed: [(person: PersonKey, distance: Int64)] = []
        for person in owners.persons {
            let old = try standing(of: person, in: present.fold, before[person])
            let new = try standing(of: person, in: other.fold, after[person])
            if !old.isLive, !new.isLive { continue }
            count.take(present: old.standing, other: new.standing)
            guard let old = old.standing, let new = new.standing, old.score != new.score else { continue }
            changed.append((person, abs(Int64(new.score) - Int64(old.score))))
        }
        // In the order of keys already, and the sort is stable.
        changed.sort { $0.distance > $1.distance }
        return try changed.prefix(largest).map { change in
            do {
                guard let old = try present.fold.explanation(of: change.person),
                    let new = try other.fold.explanation(of: change.person)
                else { throw contradiction("a person with a score has no explanation") }
                return PersonChange(change.person, before: old, after: new)
            } catch let error as ExplanationError {
                throw contradiction(error.description)
            }
        }
    }

    /// What was last said, as far as it still holds: who has no grant left has no score.
    private func standing(of person: PersonKey, in fold: PartitionFold, _ said: Saying?) throws
        -> (isLive: Bool, standing: Standing?)
    {
        guard let state = fold.inspection(of: person, features: []) else { return (false, nil) }
        guard state.score != nil else { return (true, nil) }
        guard let said, state.score == said.score else {
            throw contradiction("a person's results and their state have two scores")
        }
        let card = fold.scorecard(speakingFor: person)!
        if said.model == card.hash {
            return (true, Standing(score: said.score, reasons: card.reasons(bins: said.bins).map(\.code)))
        }
        // A switch that left the score as it was has said nothing.
        do {
            let reasons = try fold.explanation(of: person)!.reasons.map(\.code)
            return (true, Standing(score: said.score, reasons: reasons))
        } catch let error as ExplanationError {
            throw contradiction(error.description)
        }
    }

    private func contradiction(_ text: String) -> RoleError {
        .brokenInvariant("timeline partition \(present.fold.partition)@\(present.fold.nextOffset): \(text)")
    }
}

/// A score, and the bins of which model it comes of.
private struct Saying {
    let score: Int32
    let bins: [Int16]
    let model: Digest128
}

/// What a fold last said of each person.
private struct Sayings {
    private var sayings: [PersonKey: Saying] = [:]

    subscript(person: PersonKey) -> Saying? { sayings[person] }

    mutating func note(_ result: ScoreResult, of owners: GrantOwners) {
        guard !result.isEnd, let person = owners[result] else { return }
        sayings[person] = result.score.map { score in
            Saying(score: score, bins: result.movements.map { $0.binAfter ?? -1 }, model: result.model)
        }
    }
}

extension PersonChange {
    fileprivate static func isLarger(_ left: PersonChange, _ right: PersonChange) -> Bool {
        let (distance, other) = (abs(left.difference), abs(right.difference))
        return distance != other ? distance > other : left.person < right.person
    }
}
