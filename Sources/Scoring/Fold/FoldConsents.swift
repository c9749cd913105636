import Events

/// The consent gate: grants open, are renewed, withdrawn and expire, in the order of the timeline (invariant 9).
extension FoldState {
    mutating func handle(
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
    private mutating func open(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, of key: PersonKey, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let slot = people.insert(Person(key: key, standingDay: clockDay(for: key)))!  // only of one who was not there
        scratchSlot = nil
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: key), at: slot)
        guard outcome == .applied else {
            people.remove(at: slot)
            return outcome
        }
        people[slot].ledger.generation = generations.number
        people[slot].ledger.append(Grant(consent, opening: source))
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
    private mutating func grant(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let live = people[slot].ledger.index(ofGrant: consent.grant)
        if let live, !people[slot].ledger.grant(live).isRenewed(by: consent) {
            return people[slot].contains(event, contentHash) ? .duplicate : .conflict
        }
        if live == nil, people[slot].ledger.grantCount == FoldLimits.grantsPerPerson { return .limit }
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: people[slot].key), at: slot)
        guard outcome == .applied else { return outcome }
        if let live {
            people[slot].ledger.renew(live, until: consent.expiresAt!)
        } else {
            people[slot].ledger.append(Grant(consent, opening: source))
            announce(slot, to: people[slot].ledger.grantCount - 1, because: .consent(event, source), into: &output)
        }
        schedule(slot)
        return .applied
    }

    private mutating func withdraw(
        _ consent: Consent, _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        guard let index = people[slot].ledger.index(ofGrant: consent.grant) else {
            return people[slot].contains(event, contentHash) ? .duplicate : .noConsent
        }
        let outcome = admit(event, contentHash, dated: day(of: event.occurredAt, for: people[slot].key), at: slot)
        guard outcome == .applied else { return outcome }
        end(index, at: slot, because: .consent(event, source), into: &output)
        if people[slot].ledger.grantCount == 0 { people.remove(at: slot) } else { schedule(slot) }
        return .applied
    }

    /// Ends the grants that expire by `time`; when the last ends, the person's state goes. False when it went.
    mutating func endGrants(through time: Int64, at slot: Int, into output: inout FoldOutput) -> Bool {
        while let index = people[slot].ledger.index(endingBy: time) {
            end(index, at: slot, because: .init(kind: .expiry), into: &output)
        }
        guard people[slot].ledger.grantCount == 0 else { return true }
        people.remove(at: slot)
        return false
    }

    /// Tells the grant's subscriber that it is over, in one final record without a score, and takes it out.
    private mutating func end(
        _ index: Int, at slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput
    ) {
        people[slot].ledger.number(index)
        let before = compiled.score(0, people[slot].ledger)
        write(
            ResultHead(
                day: people[slot].standingDay, cause: cause, score: nil, previousScore: before, isEnd: true,
                missing: nil, model: compiled.models[0].hash),
            movementsOf: nil, slot, to: .grant(index), into: &output)
        people[slot].ledger.removeGrant(index)
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
        ledger.look(for: event.identity).notice?.isSame(event, contentHash) ?? false
    }
}

extension ScoreResult.Cause {
    fileprivate static func consent(_ event: Event, _ source: Coordinates) -> Self {
        Self(kind: .consent, event: (source, event.id, event.occurredAt))
    }
}
