import Events

/// Events at the gate, and what they do once they are through.
extension PartitionFold {
    func handle(
        _ event: Event, contentHash: UInt64, of person: PersonKey, from source: Coordinates,
        into output: inout FoldOutput
    ) {
        let slot = rolledSlot(of: person, into: &output)
        if case .consent(let consent) = event.body {
            handle(consent, event, contentHash, of: person, at: slot, from: source, into: &output)
        } else if let slot {
            apply(event, contentHash, at: slot, from: source, into: &output)
        } else {
            wait(event, of: person, from: source)
        }
    }

    /// The person's place, after all that was due on the clock has been rolled; nil without a live grant.
    private func rolledSlot(of person: PersonKey, into output: inout FoldOutput) -> Int? {
        guard let slot = people.slot(of: person) else { return nil }
        guard rollToClock(slot, into: &output) else { return nil }
        return slot
    }

    private func apply(
        _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates, into output: inout FoldOutput
    ) {
        let day = day(of: event.occurredAt, for: people[slot].key)
        let outcome = admit(event, contentHash, dated: day, at: slot) {
            // The days up to the event's own pass first, each with its own changes.
            if event.isFinancial { pass(through: day, at: slot, into: &output) }
        }
        count(outcome, source, into: &output)
        guard outcome == .applied else { return }
        let kind: ScoreResult.Cause.Kind = event.isFinancial ? .event : .correction
        rescore(slot, because: .init(kind: kind, event: (source, event.id, event.occurredAt)), into: &output)
        schedule(slot)
    }

    /// Puts an event into the person's state, or says why not; `before` runs just before it goes in.
    func admit(_ event: Event, _ contentHash: UInt64, dated day: Int32, at slot: Int, before: () -> Void = {})
        -> Outcomes.Class
    {
        let key = people[slot].key
        let horizon = clock == nil ? Int32.min : clockDay(for: key) - properties!.horizonDays
        if day <= horizon { return .outOfHorizon }
        let identity = event.identity
        guard event.isFinancial else {
            return note(event, identity: identity, dated: day, contentHash: contentHash, horizon: horizon, at: slot)
        }
        if people[slot].isVoid(identity) { return .voided }
        guard let currency = currencies.place(of: event.currency!) else { return .limit }
        let millisecond = event.occurredAt - properties!.dayOffset.start(of: day, for: key)
        let kept = KeptEvent(event, day: day, millisecond: millisecond, currency: currency)!
        switch people[slot].arrival(of: kept, identity: identity, contentHash: contentHash, horizon: horizon) {
        case .duplicate: return .duplicate
        case .conflict: return .conflict
        case .tooMany: return .limit
        case .new: break
        }
        before()
        people.change(slot) { person in
            person.standingDay = max(person.standingDay, day)
            person.insert(
                kept, identity: identity, contentHash: contentHash, producer: event.producer, id: event.id,
                isWholeSecond: event.occurredAt % 1000 == 0, plan: compiled.plan)
        }
        if event.currency != models.speaking.currency { outcomes.otherCurrency += 1 }
        return .applied
    }

    /// Keeps a consent or a correction; what the correction takes back goes, and where that was the person's latest
    /// event, the day they stand at falls.
    private func note(
        _ event: Event, identity: UInt64, dated day: Int32, contentHash: UInt64, horizon: Int32, at slot: Int
    ) -> Outcomes.Class {
        let clockDay = clockDay(for: people[slot].key)
        let keptOn = event.type == .correction ? max(day, clockDay) : day
        switch people[slot].arrival(
            ofNotice: event, identity: identity, day: keptOn, contentHash: contentHash, horizon: horizon)
        {
        case .duplicate: return .duplicate
        case .conflict: return .conflict
        case .tooMany: return .limit
        case .new: break
        }
        var voided: UInt64 = 0
        if case .correction(let correction) = event.body {
            voided = Event.identity(producer: event.producer, id: correction.correctedEvent)
            people[slot].remove(identity: voided)
            let count = people[slot].events.count
            let latest = count > 0 ? people[slot].events.day(count - 1) : clockDay
            people[slot].standingDay = max(clockDay, latest)
        }
        people[slot].notices.append(
            KeptNotice(
                identity: identity, contentHash: contentHash, voided: voided, day: keptOn, type: event.type.rawValue))
        return .applied
    }

    func count(_ outcome: Outcomes.Class, _ source: Coordinates, into output: inout FoldOutput) {
        outcomes[outcome] += 1
        switch outcome {
        case .conflict: output.refusals.append(FoldRefusal(source: source, reason: .conflict))
        case .limit: output.refusals.append(FoldRefusal(source: source, reason: .limit))
        default: break
        }
    }

    private func wait(_ event: Event, of person: PersonKey, from source: Coordinates) {
        if waiting.count == Int(properties!.waitingMax) {
            waiting.removeOldest()
            outcomes[.waitingOverflow] += 1
        }
        waiting.append(WaitingEvent(person: person, event: event, source: source, since: clock))
    }

    /// Ends the waits that have lasted too long on the clock: what remains of them is a count.
    func endWaits() {
        guard let clock = ticks.clock, let firstClock = ticks.firstClock else { return }
        while let oldest = waiting.oldest, clock - (oldest.since ?? firstClock) > properties!.waitMilliseconds {
            waiting.removeOldest()
            outcomes[.noConsent] += 1
        }
    }
}
