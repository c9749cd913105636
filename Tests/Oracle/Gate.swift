import Events

/// The gate, and what an event does to its person.
extension BruteForce {
    /// Where the event ends; nil when it waits.
    mutating func take(_ event: Event, of key: PersonKey, _ source: Coordinates) -> Outcome? {
        if people[key] != nil { rollToClock(key) }
        let origin = PlainChange.Origin(source: source, id: event.id, occurredAt: event.occurredAt)
        if case .consent(let consent) = event.body {
            switch consent.action {
            case .granted: return grant(consent, event, of: key, origin)
            case .withdrawn: return withdraw(consent, event, of: key, origin)
            }
        }
        guard people[key] != nil else {
            if waiting.count(where: { $0.person == key }) == 1_000 {
                waiting.remove(at: waiting.firstIndex { $0.person == key }!)
                count(.waitingOverflow)
            } else if waiting.count == Int(properties.waitingMax) {
                waiting.removeFirst()
                count(.waitingOverflow)
            }
            waiting.append(Wait(person: key, event: event, source: source, since: clock))
            return nil
        }
        if let refusal = refusal(of: event, key) { return refusal }
        // The days up to the event's own pass first, each with its own change.
        if event.isFinancial { pass(through: day(of: event.occurredAt, key), key) }
        keep(event, key)
        score(key, because: event.isFinancial ? .event : .correction, origin)
        plan(key)
        return .applied
    }

    private mutating func grant(
        _ consent: Consent, _ event: Event, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        if let clock, consent.expiresAt! <= clock { return .noConsent }
        guard let person = people[key] else { return open(consent, event, of: key, origin) }
        let live = person.grants.firstIndex { $0.id == consent.grant }
        if let live {
            let grant = person.grants[live]
            if grant.purpose != consent.purpose || grant.reference != consent.subscriberReference {
                return person.notices.contains { $0.event == event } ? .duplicate : .conflict
            }
        } else if person.grants.count == 64 {
            return .limit
        }
        if let refusal = refusal(of: event, key) { return refusal }
        keep(event, key)
        if let live {
            people[key]!.grants[live].expiresAt = consent.expiresAt!
        } else {
            people[key]!.grants.append(PlainGrant(consent, opening: origin.source))
            announce(key, because: origin)
        }
        plan(key)
        return .applied
    }

    /// A person's first grant: what waited is applied in the order in which it came, and scored once at the end.
    private mutating func open(
        _ consent: Consent, _ event: Event, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        people[key] = PlainPerson(key: key, standingDay: clockDay(key))
        if let refusal = refusal(of: event, key) {
            people[key] = nil
            return refusal
        }
        keep(event, key)
        people[key]!.grants.append(PlainGrant(consent, opening: origin.source))
        for wait in waiting where wait.person == key {
            if let refusal = refusal(of: wait.event, key) {
                count(refusal)
            } else {
                keep(wait.event, key)
                count(.applied)
            }
        }
        waiting.removeAll { $0.person == key }
        score(key, because: .consent, origin)
        plan(key)
        return .applied
    }

    private mutating func withdraw(
        _ consent: Consent, _ event: Event, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        guard let person = people[key] else { return .noConsent }
        guard let index = person.grants.firstIndex(where: { $0.id == consent.grant }) else {
            return person.notices.contains { $0.event == event } ? .duplicate : .noConsent
        }
        if let refusal = refusal(of: event, key) { return refusal }
        keep(event, key)
        end(index, of: key, because: .consent, origin)
        if people[key] != nil { plan(key) }
        return .applied
    }

    /// Why the event does not get in; nil when it does.
    private func refusal(of event: Event, _ key: PersonKey) -> Outcome? {
        let person = people[key]!
        let day = day(of: event.occurredAt, key)
        if clock != nil, day <= clockDay(key) - properties.horizonDays { return .outOfHorizon }
        if event.isFinancial, person.isVoid(event) { return .voided }
        if let same = (person.events + person.notices).first(where: {
            $0.event.id == event.id && $0.event.producer == event.producer
        }) {
            return same.event == event ? .duplicate : .conflict
        }
        let kept = event.isFinancial ? person.events : person.notices
        let ofDay = kept.filter { $0.day == keptDay(event, key) }
        return ofDay.count < 200 && kept.count < (event.isFinancial ? 20_000 : 2_000) ? nil : .limit
    }

    private func keptDay(_ event: Event, _ key: PersonKey) -> Int32 {
        let own = day(of: event.occurredAt, key)
        return event.type == .correction ? max(own, clockDay(key)) : own
    }

    /// Puts the event in; a correction takes out what it corrects, so that the day they stand at may fall.
    private mutating func keep(_ event: Event, _ key: PersonKey) {
        let kept = PlainEvent(event, day: keptDay(event, key))
        if event.isFinancial {
            people[key]!.events.append(kept)
            people[key]!.events.sort { $0.precedes($1) }
        } else {
            people[key]!.notices.append(kept)
        }
        if case .correction(let correction) = event.body {
            people[key]!.events.removeAll {
                $0.event.id == correction.correctedEvent && $0.event.producer == event.producer
            }
        }
        // Rolled to the clock, a person stands at the later of its day and that of their latest event.
        people[key]!.standingDay = max(clockDay(key), people[key]!.events.map(\.day).max() ?? 0)
    }
}

extension PlainEvent {
    /// Where order matters: by time, then by name, or within a second by the hash of the name.
    public func precedes(_ other: PlainEvent) -> Bool {
        let (mine, theirs) = (event, other.event)
        if mine.occurredAt != theirs.occurredAt { return mine.occurredAt < theirs.occurredAt }
        if mine.occurredAt % 1000 != 0 { return mine.identity < theirs.identity }
        return (mine.producer, mine.id) < (theirs.producer, theirs.id)
    }
}
