import Events

/// The gate, and what an event does to its person.
extension BruteForce {
    /// Where the event ends; nil when it waits.
    mutating func take(_ event: Event, of key: PersonKey, _ source: Coordinates) -> Outcome? {
        if people[key] != nil { rollToClock(key) }
        let origin = PlainChange.Origin(source: source, id: event.id, occurredAt: event.occurredAt)
        if case .consent(let consent) = event.body, consent.action == .withdrawn {
            return withdraw(consent, event, of: key, origin)
        }
        if isDatedAhead(event) { return .datedAhead }
        if case .consent(let consent) = event.body { return grant(consent, event, of: key, origin) }
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
        return isRead(event) ? .applied : .otherCurrency
    }

    private mutating func grant(
        _ consent: Consent, _ event: Event, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        let given = PlainGrant(consent, event, opening: origin.source)
        if let live = people[key]?.grants.firstIndex(where: { $0.id == consent.grant }) {
            return change(live, to: given, of: key, origin)
        }
        if let closed = closedTime(consent.grant, key), given.grantedAt <= closed { return .superseded }
        if let clock, given.expiresAt <= clock {
            close(given.id, of: key, at: given.grantedAt)
            return .noConsent
        }
        guard let person = people[key] else { return open(given, of: key, origin) }
        if person.grants.count == 64 { return .limit }
        people[key]!.grants.append(given)
        announce(key, because: origin)
        plan(key)
        return .applied
    }

    /// The consents of one grant are ordered by time; of two at one time the one that ends sooner is the later word, then
    /// the one with the lesser purpose, then with the lesser reference.
    private mutating func change(
        _ live: Int, to given: PlainGrant, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        let held = people[key]!.grants[live]
        func order(_ grant: PlainGrant) -> (Int64, Int64, Int, Identifier) {
            (-grant.grantedAt, grant.expiresAt, Int(grant.purpose.rawValue), grant.reference)
        }
        if order(given) == order(held) { return .duplicate }
        if order(given) > order(held) { return given.grantedAt < held.grantedAt ? .superseded : .conflict }
        let isOver = clock.map { given.expiresAt <= $0 } ?? false
        if isOver || given.purpose != held.purpose || given.reference != held.reference {
            if isOver { close(held.id, of: key, at: given.grantedAt) }
            endKeepingState(live, of: key, because: .consent, origin)
            if !isOver {
                people[key]!.grants.append(given)
                announce(key, because: origin)
            } else if people[key]!.grants.isEmpty {
                people[key] = nil
            }
        } else {
            people[key]!.grants[live].expiresAt = given.expiresAt
            people[key]!.grants[live].grantedAt = given.grantedAt
        }
        if people[key] != nil { plan(key) }
        return .applied
    }

    /// A person's first grant: what waited is applied in the order in which it came, and scored once at the end.
    private mutating func open(_ grant: PlainGrant, of key: PersonKey, _ origin: PlainChange.Origin) -> Outcome {
        people[key] = PlainPerson(key: key, standingDay: clockDay(key))
        people[key]!.grants.append(grant)
        for wait in waiting where wait.person == key {
            if let refusal = refusal(of: wait.event, key) {
                count(refusal)
            } else {
                keep(wait.event, key)
                count(isRead(wait.event) ? .applied : .otherCurrency)
            }
        }
        waiting.removeAll { $0.person == key }
        score(key, because: .consent, origin)
        plan(key)
        return .applied
    }

    /// A withdrawal ends its grant unless a later consent holds, and closes it for all earlier consents.
    private mutating func withdraw(
        _ consent: Consent, _ event: Event, of key: PersonKey, _ origin: PlainChange.Origin
    ) -> Outcome {
        let live = people[key]?.grants.firstIndex { $0.id == consent.grant }
        let held = live.map { people[key]!.grants[$0].grantedAt }
        var time = event.occurredAt
        let isTooOld = clock != nil && day(of: time, key) <= clockDay(key) - properties.horizonDays
        if isTooOld || isDatedAhead(event) { time = max(clock ?? appendedAt, held ?? 0) }
        let known = closedTime(consent.grant, key)
        close(consent.grant, of: key, at: time)
        if let live, held! <= time {
            end(live, of: key, because: .consent, origin)
            if people[key] != nil { plan(key) }
            return .applied
        }
        if let known, time <= known { return time == known ? .duplicate : .superseded }
        return live == nil ? .noConsent : .superseded
    }

    /// Forgotten when all consents from before it would have expired.
    private func closedTime(_ grant: Identifier, _ key: PersonKey) -> Int64? {
        guard let time = closed[key]?[grant] else { return nil }
        return clock.map { $0 >= time + EventRules.grantMilliseconds } ?? false ? nil : time
    }

    private func isDatedAhead(_ event: Event) -> Bool {
        event.occurredAt > max(appendedAt, clock ?? 0) + 86_400_000
    }

    private func isRead(_ event: Event) -> Bool { !event.isFinancial || event.currency == card.currency }

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
        return event.isFinancial ? own : max(own, clockDay(key))
    }

    /// Puts the event in; a correction takes out what it corrects, so that the day they stand at may fall.
    private mutating func keep(_ event: Event, _ key: PersonKey) {
        let kept = PlainEvent(event, of: key, day: keptDay(event, key))
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
        if mine.occurredAt % 1000 != 0 { return mine.identity(of: person) < theirs.identity(of: person) }
        return (mine.producer, mine.id) < (theirs.producer, theirs.id)
    }
}
