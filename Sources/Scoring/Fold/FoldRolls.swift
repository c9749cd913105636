import Events

/// Days that pass: windows close and grants end without an event, in bounded steps that are part of the fold
/// (invariant 4).
extension PartitionFold {
    /// Rolls who is due on the clock, in the order (due day, key), at most `limit` steps: one step is one due moment of
    /// one person.
    func roll(atMost limit: Int, into output: inout FoldOutput) {
        guard let clock = ticks.clock else { return }
        var steps = 0
        while steps < limit, let first = calendar.first, first.at <= clock {
            let entry = calendar.removeFirst()
            let slot = entry.slot
            // Left over from an earlier plan, or from a person who is gone.
            guard people.holds(entry.key, at: slot), people[slot].scheduledAt == entry.at else { continue }
            people[slot].scheduledAt = .max
            guard people[slot].dueAt <= entry.at else {
                enter(slot)
                continue
            }
            steps += 1
            if step(slot, into: &output) { schedule(slot) }
        }
    }

    /// Rolls one person through all that is due on the clock; false when their last grant ended.
    func rollToClock(_ slot: Int, into output: inout FoldOutput) -> Bool {
        guard let clock = ticks.clock else { return true }
        while people[slot].dueAt <= clock {
            guard step(slot, into: &output) else { return false }
            schedule(slot)
        }
        let clockDay = clockDay(for: people[slot].key)
        people[slot].standingDay = max(people[slot].standingDay, clockDay)
        people[slot].drop(through: clockDay - properties!.horizonDays, plan: compiled.plan)
        return true
    }

    /// The person's next due moment comes: grants that expire by it end, then the day's change. False when they are gone.
    private func step(_ slot: Int, into output: inout FoldOutput) -> Bool {
        let moment = people[slot].dueAt
        // The day first: the last record of a grant says on which day it ended, whatever else was due before.
        people[slot].standingDay = max(people[slot].standingDay, day(of: moment, for: people[slot].key))
        guard endGrants(through: moment, at: slot, into: &output) else { return false }
        rescore(slot, because: .init(kind: .rollOff), into: &output)
        return true
    }

    /// Lets the days up to and including `day` pass for one person, each that matters with its own change.
    func pass(through day: Int32, at slot: Int, into output: inout FoldOutput) {
        while people[slot].nextDay <= day {
            people[slot].standingDay = people[slot].nextDay
            rescore(slot, because: .init(kind: .rollOff), into: &output)
        }
        people[slot].standingDay = max(people[slot].standingDay, day)
    }

    /// Works out when the person is due next and sees to it that the calendar looks by then.
    func schedule(_ slot: Int) {
        let dayOffset = properties!.dayOffset
        let isSooner = people.change(slot) { person in
            var dueAt = Int64.max
            if person.nextDay < .max { dueAt = dayOffset.start(of: person.nextDay, for: person.key) }
            for grant in person.grants.indices { dueAt = min(dueAt, person.grants[grant].expiresAt) }
            person.dueAt = dueAt
            return dueAt < person.scheduledAt
        }
        if isSooner { enter(slot) }
    }

    private func enter(_ slot: Int) {
        let dueAt = people[slot].dueAt
        people[slot].scheduledAt = dueAt
        if dueAt < .max { calendar.insert(.init(at: dueAt, key: people[slot].key, slot: slot)) }
    }
}
