import Events
import Log
import Scoring

/// What can be said of a person's score.
public enum PersonAnswer: Sendable {
    /// And the model that says so: the one in force, or for a person whom a switch has not reached yet the one before.
    case explained(Explanation, by: Scorecard)
    /// Records of the person are in the timeline, and no grant lives: nothing is kept of them (invariant 9).
    case withoutConsent(PersonTraces)
    /// The timeline holds no record of this person up to what the aggregator has committed.
    case unknown
}

/// What the timeline still holds of a person of whom no state is kept.
public struct PersonTraces: Sendable {
    public internal(set) var records = 0
    /// The last consent among them: its grant, and when it ended (withdrawn) or was to end, ms UTC.
    public internal(set) var lastGrant: (id: Identifier, isWithdrawn: Bool, endsAt: Int64)?
}

extension CommittedFolds {
    /// Explains persons, in the order given. Each partition is folded once; where a person has no state, its records are
    /// read once more to tell why.
    /// - Throws: as `fold`, and `RoleError.brokenInvariant` where a state contradicts itself.
    public func explain(_ persons: [PersonKey], skipped: (String) -> Void = { _ in }) throws -> [PersonAnswer] {
        var answers = [PersonAnswer](repeating: .unknown, count: persons.count)
        let byPartition = Dictionary(grouping: persons.indices) {
            persons[$0].partition(of: identity.properties.partitions)
        }
        for partition in byPartition.keys.sorted() {
            let indices = byPartition[partition]!
            let fold = try fold(partition, skipped: skipped).fold
            let eventNames = try eventNames(of: Set(indices.map { persons[$0] }), in: partition, below: fold.nextOffset)
            var absent: Set<PersonKey> = []
            for index in indices {
                if let explanation = try explain(persons[index], in: fold, eventNames[persons[index]] ?? EventNames()) {
                    answers[index] = .explained(explanation, by: fold.scorecard(speakingFor: persons[index])!)
                } else {
                    absent.insert(persons[index])
                }
            }
            if absent.isEmpty { continue }
            let traces = try traces(of: absent, in: partition, below: fold.nextOffset)
            for index in indices {
                if let found = traces[persons[index]] { answers[index] = .withoutConsent(found) }
            }
        }
        return answers
    }

    private func explain(_ person: PersonKey, in fold: PartitionFold, _ eventNames: EventNames) throws -> Explanation? {
        do {
            return try fold.explanation(of: person, names: eventNames)
        } catch let error as ExplanationError {
            throw RoleError.brokenInvariant("\(names.timeline)-\(fold.partition)@\(fold.nextOffset): \(error)")
        }
    }

    private func traces(of persons: Set<PersonKey>, in partition: Int32, below end: Int64) throws
        -> [PersonKey: PersonTraces]
    {
        var traces: [PersonKey: PersonTraces] = [:]
        try readEvents(of: persons, in: partition, below: end) { traces[$0, default: PersonTraces()].take($1) }
        return traces
    }

    /// The ids of the persons' events that the log still holds: a state has only their hashes.
    private func eventNames(of persons: Set<PersonKey>, in partition: Int32, below end: Int64) throws
        -> [PersonKey: EventNames]
    {
        var names: [PersonKey: EventNames] = [:]
        try readEvents(of: persons, in: partition, below: end) { names[$0, default: EventNames()].take($1, of: $0) }
        return names
    }

    private func readEvents(
        of persons: Set<PersonKey>, in partition: Int32, below end: Int64, _ take: (PersonKey, Event) -> Void
    ) throws {
        try log.read(topic: names.timeline, partition: partition, range: 0..<end) { batch in
            for entry in batch.entries {
                let record = try TimelineRecord(
                    key: batch.key(entry), value: batch.value(entry), partition: partition)
                guard case .event(let person, let event) = record.content, persons.contains(person) else { continue }
                take(person, event)
            }
        }
    }
}

extension PersonTraces {
    fileprivate mutating func take(_ event: Event) {
        records += 1
        guard case .consent(let consent) = event.body else { return }
        lastGrant = (consent.grant, consent.action == .withdrawn, consent.expiresAt ?? event.occurredAt)
    }
}
