import Events

/// Events at the gate, and what they do once they are through.
///
/// The worst that one event of a person costs, in `FoldLimits`:
/// - the person is rolled to the clock, and the days up to the event's own pass: `dueMomentsPerPerson` each, see `FoldRolls`;
/// - is it known: `noticesPerPerson`, and `eventsPerPerson` for an id that is there;
/// - its place: `eventsPerPerson` names, and as many later events that move;
/// - the evaluation: see `evaluate`.
///
/// No other person's events, notices or waits are looked at.
extension FoldState {
    mutating func handle(
        _ event: Event, contentHash: UInt64, of person: PersonKey, from source: Coordinates,
        into output: inout FoldOutput
    ) {
        scratchSlot = nil
        clockGuard.hear(event.occurredAt)
        let slot = rolledSlot(of: person, into: &output)
        if event.isRefusedAsDatedAhead(of: latestTime) {
            count(.datedAhead, source, into: &output)
        } else if case .consent(let consent) = event.body {
            handle(consent, event, of: person, at: slot, from: source, into: &output)
        } else if let slot {
            apply(event, contentHash, at: slot, from: source, into: &output)
        } else {
            wait(event, of: person, from: source)
        }
    }

    /// The time of which an event may not be dated too far ahead. The clock counts beside the append stamp, so that a
    /// broker's clock that was set back refuses nothing.
    var latestTime: Int64 { max(appendedAt, clock ?? 0) }

    /// The person's place, after all that was due on the clock has been rolled; nil without a live grant.
    private mutating func rolledSlot(of person: PersonKey, into output: inout FoldOutput) -> Int? {
        guard let slot = people.slot(of: person) else { return nil }
        willChange(slot)
        if isBehind(slot), !bring(slot, into: &output) { return nil }
        guard rollToClock(slot, into: &output) else { return nil }
        return slot
    }

    private mutating func apply(
        _ event: Event, _ contentHash: UInt64, at slot: Int, from source: Coordinates, into output: inout FoldOutput
    ) {
        let day = day(of: event.occurredAt, for: people[slot].key)
        var kind = ScoreResult.Cause.Kind.event
        let outcome: Outcomes.Class
        if event.isFinancial {
            let (judged, kept) = judge(event, contentHash, dated: day, at: slot)
            outcome = judged
            if let kept {
                // The days up to the event's own pass first, each with its own changes.
                pass(through: day, at: slot, into: &output)
                keep(kept.event, kept.identity, event, contentHash, at: slot)
            }
        } else {
            outcome = note(event, contentHash, dated: day, at: slot)
            kind = .correction
        }
        count(outcome, source, into: &output)
        guard outcome == .applied || outcome == .otherCurrency else { return }
        rescore(slot, because: .init(kind: kind, event: (source, event.id, event.occurredAt)), into: &output)
        schedule(slot)
    }

    /// Puts an event that waited into the state; or says why not.
    mutating func admit(_ event: Event, _ contentHash: UInt64, dated day: Int32, at slot: Int) -> Outcomes.Class {
        guard event.isFinancial else { return note(event, contentHash, dated: day, at: slot) }
        let (outcome, kept) = judge(event, contentHash, dated: day, at: slot)
        if let kept { keep(kept.event, kept.identity, event, contentHash, at: slot) }
        return outcome
    }

    /// Dated on this day or before, an event moves no score.
    func horizon(of person: PersonKey) -> Int32 {
        clock == nil ? Int32.min : clockDay(for: person) - properties!.horizonDays
    }

    /// What becomes of an event that features can read; where it is to be kept, as what.
    private mutating func judge(_ event: Event, _ contentHash: UInt64, dated day: Int32, at slot: Int)
        -> (Outcomes.Class, (event: KeptEvent, identity: UInt64)?)
    {
        let horizon = horizon(of: people[slot].key)
        if day <= horizon { return (.outOfHorizon, nil) }
        guard let currency = currencies.place(of: event.currency!) else { return (.limit, nil) }
        let millisecond = event.occurredAt - properties!.dayOffset.start(of: day, for: people[slot].key)
        let identity = event.identity(of: people[slot].key)
        let kept = KeptEvent(
            event, of: people[slot].key, day: day, millisecond: millisecond, currency: currency)!
        let applied: Outcomes.Class = compiled.reads(currency: currency) ? .applied : .otherCurrency
        let arrival = people[slot].arrival(
            of: kept, identity: identity, contentHash: contentHash, horizon: horizon, steps: &steps)
        switch arrival {
        case .void: return (.voided, nil)
        case .duplicate: return (.duplicate, nil)
        case .conflict: return (.conflict, nil)
        case .tooMany: return (.limit, nil)
        case .new: return (applied, (kept, identity))
        case .newAgain:
            people[slot].remove(identity: identity, steps: &steps)
            scratchSlot = nil
            return (applied, (kept, identity))
        }
    }

    private mutating func keep(
        _ kept: KeptEvent, _ identity: UInt64, _ event: Event, _ contentHash: UInt64, at slot: Int
    ) {
        people[slot].standingDay = max(people[slot].standingDay, kept.day)
        let plan = compiled.plan
        let isScratch = scratchSlot == slot
        if isScratch { scratchTotals.advance(plan, people[slot].events, to: people[slot].standingDay) }
        let place = people[slot].insert(
            kept, identity: identity, contentHash: contentHash, producer: event.producer.span, id: event.id.span,
            isWholeSecond: event.occurredAt % 1000 == 0, plan: plan, steps: &steps)
        if isScratch { scratchTotals.insert(plan, people[slot].events, at: place) }
    }

    /// Keeps a correction; what it takes back goes, and where that was the person's latest event, the day they stand at
    /// falls. Complexity: `noticesPerPerson` and `eventsPerPerson`; the evaluation after it makes the totals anew.
    private mutating func note(_ event: Event, _ contentHash: UInt64, dated day: Int32, at slot: Int) -> Outcomes.Class
    {
        guard case .correction(let correction) = event.body else {
            preconditionFailure("erasures and disputes are refused before, and consents have a gate of their own")
        }
        let key = people[slot].key
        let horizon = horizon(of: key)
        if day <= horizon { return .outOfHorizon }
        let identity = event.identity(of: key)
        let clockDay = clockDay(for: key)
        let keptOn = max(day, clockDay)
        let arrival = people[slot].arrival(
            ofNotice: event, identity: identity, day: keptOn, contentHash: contentHash, horizon: horizon, steps: &steps)
        switch arrival {
        case .duplicate: return .duplicate
        case .conflict, .void: return .conflict
        case .tooMany: return .limit
        case .new, .newAgain: break
        }
        let voided = key.identity(producer: event.producer, id: correction.correctedEvent)
        people[slot].remove(identity: voided, steps: &steps)
        scratchSlot = nil
        let count = people[slot].events.count
        let latest = count > 0 ? people[slot].events.day(count - 1) : clockDay
        people[slot].standingDay = max(clockDay, latest)
        people[slot].ledger.append(
            KeptNotice(
                identity: identity, voided: voided, check: UInt32(truncatingIfNeeded: contentHash), day: keptOn,
                type: event.type.rawValue))
        return .applied
    }

    mutating func count(_ outcome: Outcomes.Class, _ source: Coordinates, into output: inout FoldOutput) {
        settle(outcome, source)
        switch outcome {
        case .conflict: output.refusals.append(FoldRefusal(source: source, reason: .conflict))
        case .limit: output.refusals.append(FoldRefusal(source: source, reason: .limit))
        case .datedAhead: output.refusals.append(FoldRefusal(source: source, reason: .datedAhead))
        default: break
        }
    }

    /// Counts what became of an event, and tells it to whoever listens.
    @inline(__always)
    mutating func settle(_ outcome: Outcomes.Class, _ source: Coordinates) {
        outcomes[outcome] += 1
        if let outcomeListener { outcomeListener(outcome, source) }
    }

    /// Complexity: O(1) expected. Where this person's events fill the waiting room, their own oldest goes; where all
    /// persons' do, the oldest of all.
    private mutating func wait(_ event: Event, of person: PersonKey, from source: Coordinates) {
        if waiting.count(of: person) == FoldLimits.waitingPerPerson {
            settle(.waitingOverflow, waiting.removeOldest(of: person)!)
        } else if waiting.count == Int(properties!.waitingMax) {
            settle(.waitingOverflow, waiting.removeOldest()!)
        }
        waiting.append(WaitingEvent(person: person, event: event, source: source, since: clock))
    }

    /// Ends the waits that have lasted too long on the clock: what remains of them is a count. Complexity: O(1) expected for
    /// each; the timeline's `waitingMax` at most, and each wait ends once.
    mutating func endWaits() {
        guard let clock = ticks.clock, let firstClock = ticks.firstClock else { return }
        while let since = waiting.oldestSince, clock - (since ?? firstClock) > properties!.waitMilliseconds {
            settle(.noConsent, waiting.removeOldest()!)
            steps += 1
        }
    }
}
