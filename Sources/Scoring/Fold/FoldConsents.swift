import Events

/// The consent gate: grants open, are renewed, withdrawn and expire (invariants 9 and 22).
///
/// The consents of one grant have an order of their own: by occurred-at, at one time a withdrawal after every consent, and
/// of two consents the one that allows less. The last of them holds, in whatever order and however often they come. So that
/// this stays true when the person's state has gone, a grant that ends leaves a mark (`ConsentMarks`).
///
/// A withdrawal is refused for no identity, limit or horizon. One whose date cannot be right, before the horizon or more than
/// a day ahead, is taken for one of the moment in which it comes.
extension FoldState {
    /// Complexity: the grants of one person, at most `FoldLimits.grantsPerPerson`; where the consent opens the state also
    /// the events that waited, at most `FoldLimits.waitingPerPerson`.
    mutating func handle(
        _ consent: Consent, _ event: Event, of person: PersonKey, at slot: Int?, from source: Coordinates,
        into output: inout FoldOutput
    ) {
        let outcome: Outcomes.Class =
            switch consent.action {
            case .granted: grant(consent, event, of: person, at: slot, from: source, into: &output)
            case .withdrawn: withdraw(consent, event, of: person, at: slot, from: source, into: &output)
            }
        count(outcome, source, into: &output)
    }

    private mutating func grant(
        _ consent: Consent, _ event: Event, of key: PersonKey, at slot: Int?, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        if let slot, let live = people[slot].ledger.index(ofGrant: consent.grant) {
            return change(live, by: consent, event, at: slot, from: source, into: &output)
        }
        let name = key.grantName(consent.grant)
        if let closed = marks.time(of: name, clock: clock), event.occurredAt <= closed { return .superseded }
        if let clock, consent.expiresAt! <= clock {
            marks.close(name, at: event.occurredAt, clock: clock)
            return .noConsent
        }
        guard let slot else {
            open(Grant(consent, event, opening: source), event, of: key, from: source, into: &output)
            return .applied
        }
        guard people[slot].ledger.grantCount < FoldLimits.grantsPerPerson else { return .limit }
        people[slot].ledger.append(Grant(consent, event, opening: source))
        announce(slot, to: people[slot].ledger.grantCount - 1, because: .consent(event, source), into: &output)
        schedule(slot)
        return .applied
    }

    /// The first grant of a person: state begins. What waited is applied, and the first score, if there is one, is caused
    /// by the consent.
    private mutating func open(
        _ grant: Grant, _ event: Event, of key: PersonKey, from source: Coordinates, into output: inout FoldOutput
    ) {
        let slot = people.insert(Person(key: key, standingDay: clockDay(for: key)))!  // only of one who was not there
        scratchSlot = nil
        people[slot].ledger.generation = generations.number
        people[slot].ledger.append(grant)
        for waited in waiting.take(key) {
            let outcome = admit(
                waited.event, waited.event.contentHash(scratch: &scratch),
                dated: day(of: waited.event.occurredAt, for: key), at: slot)
            count(outcome, waited.source, into: &output)
        }
        rescore(slot, because: .consent(event, source), into: &output)
        schedule(slot)
    }

    /// A consent for a grant that is live.
    private mutating func change(
        _ live: Int, by consent: Consent, _ event: Event, at slot: Int, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let held = people[slot].ledger.grant(live)
        let given = Grant(consent, event, opening: held.opening)
        if given.isSameConsent(as: held) { return .duplicate }
        guard held.isOlder(than: given) else {
            return given.grantedAt < held.grantedAt ? .superseded : .conflict
        }
        if let clock, given.expiresAt <= clock {
            // It comes late, and has expired meanwhile.
            marks.close(people[slot].key.grantName(held.id), at: given.grantedAt, clock: clock)
            close(live, at: slot, because: .consent(event, source), into: &output)
            return .applied
        }
        if given.purpose == held.purpose, given.subscriberReference == held.subscriberReference {
            people[slot].ledger.renew(live, until: given.expiresAt, grantedAt: given.grantedAt)
        } else {
            // The grant is for something else, or the subscriber's name for it is another one: the former is told its end.
            end(live, at: slot, because: .consent(event, source), into: &output)
            people[slot].ledger.append(Grant(consent, event, opening: source))
            announce(slot, to: people[slot].ledger.grantCount - 1, because: .consent(event, source), into: &output)
        }
        schedule(slot)
        return .applied
    }

    private mutating func withdraw(
        _ consent: Consent, _ event: Event, of key: PersonKey, at slot: Int?, from source: Coordinates,
        into output: inout FoldOutput
    ) -> Outcomes.Class {
        let live = slot.flatMap { people[$0].ledger.index(ofGrant: consent.grant) }
        let grantedAt = live.map { people[slot!].ledger.grant($0).grantedAt }
        let time = effectiveTime(of: event, for: key, grantedAt: grantedAt)
        let name = key.grantName(consent.grant)
        let closed = marks.time(of: name, clock: clock)
        marks.close(name, at: time, clock: clock)
        guard let slot, let live, let grantedAt, grantedAt <= time else {
            if let closed, time <= closed { return time == closed ? .duplicate : .superseded }
            guard live != nil else { return .noConsent }
            // Nobody shall think that this has ended the grant.
            output.refusals.append(FoldRefusal(source: source, reason: .superseded))
            return .superseded
        }
        close(live, at: slot, because: .consent(event, source), into: &output)
        return .applied
    }

    /// The place of a withdrawal in the order of its grant's consents, ms: as it is dated. One whose date cannot be right
    /// stands where the clock does, behind the consent that holds.
    private func effectiveTime(of event: Event, for key: PersonKey, grantedAt: Int64?) -> Int64 {
        let isTooOld = clock != nil && day(of: event.occurredAt, for: key) <= horizon(of: key)
        guard isTooOld || EventRules.isDatedAhead(event.occurredAt, of: latestTime) else { return event.occurredAt }
        return max(clock ?? appendedAt, grantedAt ?? 0)
    }

    /// Ends the grants that expire by `time`; when the last ends, the person's state goes. False when it went.
    mutating func endGrants(through time: Int64, at slot: Int, into output: inout FoldOutput) -> Bool {
        while let index = people[slot].ledger.index(endingBy: time) {
            let grant = people[slot].ledger.grant(index)
            marks.close(people[slot].key.grantName(grant.id), at: grant.grantedAt, clock: clock)
            end(index, at: slot, because: .init(kind: .expiry), into: &output)
        }
        guard people[slot].ledger.grantCount == 0 else { return true }
        people.remove(at: slot)
        return false
    }

    /// Ends a grant; with the last one the person's state goes.
    private mutating func close(
        _ live: Int, at slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput
    ) {
        end(live, at: slot, because: cause, into: &output)
        if people[slot].ledger.grantCount == 0 { people.remove(at: slot) } else { schedule(slot) }
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
    init(_ consent: Consent, _ event: Event, opening: Coordinates) {
        self.init(
            id: consent.grant, purpose: consent.purpose, subscriberReference: consent.subscriberReference,
            opening: opening, expiresAt: consent.expiresAt!, grantedAt: event.occurredAt, number: 0)
    }

    /// Whether both stand for the same consent of one grant.
    fileprivate func isSameConsent(as other: Grant) -> Bool {
        grantedAt == other.grantedAt && expiresAt == other.expiresAt && purpose == other.purpose
            && subscriberReference == other.subscriberReference
    }

    /// The order of one grant's consents: by time, and at one time the one that ends sooner is the later word. Purpose and
    /// reference decide where even that is equal, so that the order does not depend on who came first.
    fileprivate func isOlder(than other: Grant) -> Bool {
        if grantedAt != other.grantedAt { return grantedAt < other.grantedAt }
        if expiresAt != other.expiresAt { return expiresAt > other.expiresAt }
        if purpose != other.purpose { return purpose.rawValue > other.purpose.rawValue }
        return subscriberReference > other.subscriberReference
    }
}

extension ScoreResult.Cause {
    fileprivate static func consent(_ event: Event, _ source: Coordinates) -> Self {
        Self(kind: .consent, event: (source, event.id, event.occurredAt))
    }
}
