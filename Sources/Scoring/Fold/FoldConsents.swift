import Events

/// The consent gate: grants open, are renewed, withdrawn and expire, in the order of the timeline (invariant 9).
extension PartitionFold {
    func handle(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, of person: PersonKey, at slot: Int?,
        from source: Coordinates, into output: inout FoldOutput
    ) {
        let outcome: Outcomes.Class =
            switch (consent.action, slot) {
            case (.granted, _) where clock.map { consent.expiresAt! <= $0 } ?? false: .noConsent
            case (.granted, let slot?): grant(consent, event, contentHash, at: slot, from: source, into: &output)
            case (.granted, nil): open(consent, event, contentHash, of: person, from: source, into: &output)
            case (.withdrawn, let slot?): withdraw(consent, event, contentHash, at: slot, from: source, into: &output)
            case (.withdrawn, nil): .noConsent
            }
        count(outcome, source, into: &output)
    }

    /// The first grant of a person: state begins. What waited is applied, and the first score, if there is one, is caused
    /// by the consent.
    private func open(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, of key: PersonKey, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let slot = people.insert(Person(key: key, standingDay: clockDay(for: key)))
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: key), at: slot)
        guard outcome == .applied else {
            people.remove(at: slot)
            return outcome
        }
        people[slot].grants.append(Grant(consent, opening: source))
        for waited in waiting.take(key) {
            let outcome = admit(
                waited.event, waited.event.contentHash(scratch: &scratch),
                dated: day(of: waited.event.occurredAt, for: key), at: slot)
            count(outcome, waited.source, into: &output)
        }
        rescore(slot, because: .consent(event, source), into: &output)
        schedule(slot)
        return .applied
    }

    /// Another grant, or a renewal, of a person with a live one.
    private func grant(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let live = people[slot].grants.firstIndex { $0.id == consent.grant }
        if let live, !people[slot].grants[live].isRenewed(by: consent) {
            return people[slot].contains(event, contentHash) ? .duplicate : .conflict
        }
        if live == nil, people[slot].grants.count == FoldLimits.grantsPerPerson { return .limit }
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: people[slot].key), at: slot)
        guard outcome == .applied else { return outcome }
        if let live {
            people[slot].grants[live].expiresAt = consent.expiresAt!
        } else {
            people[slot].grants.append(Grant(consent, opening: source))
            announce(slot, to: people[slot].grants.count - 1, because: .consent(event, source), into: &output)
        }
        schedule(slot)
        return .applied
    }

    private func withdraw(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        guard let index = people[slot].grants.firstIndex(where: { $0.id == consent.grant }) else {
            return people[slot].contains(event, contentHash) ? .duplicate : .noConsent
        }
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: people[slot].key), at: slot)
        guard outcome == .applied else { return outcome }
        end(index, at: slot, because: .consent(event, source), into: &output)
        if people[slot].grants.isEmpty { people.remove(at: slot) } else { schedule(slot) }
        return .applied
    }

    /// Ends the grants that expire by `time`; when the last ends, the person's state goes. False when it went.
    func endGrants(through time: Int64, at slot: Int, into output: inout FoldOutput) -> Bool {
        while let index = people[slot].grants.firstIndex(where: { $0.expiresAt <= time }) {
            end(index, at: slot, because: .init(kind: .expiry), into: &output)
        }
        guard people[slot].grants.isEmpty else { return true }
        people.remove(at: slot)
        return false
    }

    /// Takes the grant out and tells its subscriber so, in one final record without a score.
    private func end(_ index: Int, at slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        people[slot].grants[index].number += 1
        let grant = people[slot].grants.remove(at: index)
        emit(
            ScoreResult(
                sequence: sequence + 1, timelinePartition: partition, timelineOffset: timelineOffset,
                day: people[slot].standingDay, cause: cause, score: nil,
                previousScore: compiled.score(0, people[slot].bins),
                isEnd: true,
                missing: nil, model: models.speaking.hash, movements: [], recipients: [.init(grant)]), into: &output)
    }
}

extension Grant {
    init(_ consent: Consent, opening: Coordinates) {
        self.init(
            id: consent.grant, purpose: consent.purpose, subscriberReference: consent.subscriberReference,
            opening: opening, expiresAt: consent.expiresAt!, number: 0)
    }

    /// Whether a consent with this id is this grant, granted again.
    fileprivate func isRenewed(by consent: Consent) -> Bool {
        purpose == consent.purpose && subscriberReference == consent.subscriberReference
    }
}

extension Person {
    /// Whether this very consent has been taken before.
    fileprivate func contains(_ event: Event, _ contentHash: UInt64) -> Bool {
        notices.contains {
            $0.identity == event.identity && $0.type == event.type.rawValue && $0.contentHash == contentHash
        }
    }
}

extension ScoreResult.Cause {
    fileprivate static func consent(_ event: Event, _ source: Coordinates) -> Self {
        Self(kind: .consent, event: (source, event.id, event.occurredAt))
    }
}

extension ScoreResult.Recipient {
    init(_ grant: Grant) {
        self.init(
            purpose: grant.purpose, grant: grant.id, subscriberReference: grant.subscriberReference,
            opening: grant.opening, number: grant.number)
    }
}
