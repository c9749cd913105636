import Events

/// Days that pass: windows close and grants end without an event, in bounded steps that are part of the fold
/// (invariant 4).
extension FoldState {
    /// Rolls who is due on the clock, in the order (due day, key), at most `limit` steps: one step is one due moment of
    /// one person. Complexity: each step the logarithm of the persons and what `step` costs. Entries of the calendar that
    /// are left over are taken out beside them, each once, and `enter` bounds how many there are.
    mutating func roll(atMost limit: Int, into output: inout FoldOutput) {
        guard let clock = ticks.clock else { return }
        var steps = 0
        while steps < limit, let first = calendar.first, first.at <= clock {
            let entry = calendar.removeFirst()
            prefetchRolls()
            self.steps += 1
            // Left over from an earlier plan, or from a person who is gone.
            guard let slot = people.slot(of: entry.key), people[slot].scheduledAt == entry.at else { continue }
            people[slot].scheduledAt = .max
            guard people[slot].dueAt <= entry.at else {
                enter(slot)
                continue
            }
            steps += 1
            rolled += 1
            willChange(slot)
            scratchSlot = nil
            if isBehind(slot) {
                _ = bring(slot, into: &output)  // who is due after that is in the calendar again
            } else if step(slot, into: &output) {
                schedule(slot)
            }
        }
    }

    /// Rolls one person through all that is due on the clock; false when their last grant ended. Complexity: what `step`
    /// costs, `dueMomentsPerPerson` times at most, however long the clock stood; as a rule none or one.
    mutating func rollToClock(_ slot: Int, into output: inout FoldOutput) -> Bool {
        guard let clock = ticks.clock else { return true }
        return roll(slot, to: clock, into: &output)
    }

    /// The same up to a moment that the clock has reached.
    mutating func roll(_ slot: Int, to time: Int64, into output: inout FoldOutput) -> Bool {
        while people[slot].dueAt <= time {
            guard step(slot, into: &output) else { return false }
            schedule(slot)
        }
        let day = day(of: time, for: people[slot].key)
        steps += people[slot].ledger.noticeCount
        people[slot].ledger.dropNotices(through: day - properties!.horizonDays)
        stand(slot, on: day)
        return true
    }

    /// The person's next due moment comes: grants that expire by it end, then the day's change. False when they are gone.
    /// Complexity: the events that leave windows, the evaluation, and `grantsPerPerson` looks for each grant that ends.
    private mutating func step(_ slot: Int, into output: inout FoldOutput) -> Bool {
        let moment = people[slot].dueAt
        // The day first: the last record of a grant says on which day it ended, whatever else was due before.
        stand(slot, on: day(of: moment, for: people[slot].key))
        guard endGrants(through: moment, at: slot, into: &output) else { return false }
        rescore(slot, because: .init(kind: .rollOff), into: &output)
        return true
    }

    /// Moves the person on to `day`; events that have left the horizon go, sooner or later: nobody sees them there.
    /// Complexity: O(1), or linear in the events where a thirty-second of them or more go.
    private mutating func stand(_ slot: Int, on day: Int32) {
        guard day > people[slot].standingDay else { return }
        people[slot].standingDay = day
        let reached = min(day, clockDay(for: people[slot].key))
        if people[slot].drop(through: reached - properties!.horizonDays, plan: compiled.plan) {
            scratchSlot = nil
            steps += people[slot].events.count
        }
    }

    /// Lets the days up to and including `day` pass for one person, each that matters with its own change. Complexity: the
    /// evaluation, `horizonDays` times at most: after that no event is left. In a live timeline an event is dated at most a
    /// day after its stamp, so it is a day or two; one in a timeline for history may be dated years ahead of the clock.
    mutating func pass(through day: Int32, at slot: Int, into output: inout FoldOutput) {
        while people[slot].nextDay <= day {
            stand(slot, on: people[slot].nextDay)
            rescore(slot, because: .init(kind: .rollOff), into: &output)
        }
        stand(slot, on: day)
    }

    /// Works out when the person is due next and sees to it that the calendar looks by then. Comes last, when all that was
    /// to change of them has: their arrays may move.
    mutating func schedule(_ slot: Int) {
        people.settle(slot)
        var dueAt = people[slot].ledger.earliestExpiry
        if people[slot].nextDay < .max {
            dueAt = min(dueAt, properties!.dayOffset.start(of: people[slot].nextDay, for: people[slot].key))
        }
        people[slot].dueAt = dueAt
        if dueAt < people[slot].scheduledAt { enter(slot) }
    }

    /// Complexity: the logarithm of the persons. Where most entries are left over, which takes a flood of grants that end at
    /// once, the calendar is made anew: linear in the persons, after at least three times as many entries.
    private mutating func enter(_ slot: Int) {
        let dueAt = people[slot].dueAt
        people[slot].scheduledAt = dueAt
        guard dueAt < .max else { return }
        calendar.insert(.init(at: dueAt, key: people[slot].key))
        if calendar.count > 4 * people.count + Self.leftOverMin { clearCalendar() }
    }

    private static var leftOverMin: Int { 1_024 }

    private mutating func clearCalendar() {
        calendar = Calendar()
        for slot in people.held.indices where people.holds(slot) && people[slot].scheduledAt < .max {
            calendar.insert(.init(at: people[slot].scheduledAt, key: people[slot].key))
        }
        steps += people.held.count
    }
}
