import Events

/// The persons of the records that come next, whose state is asked for in time: a person is some fifteen cache lines that
/// lead from one to the next, and waiting for memory would be most of the cost of an event. What is asked for changes
/// nothing, so it need not be right and is no part of the fold.
///
/// ```
/// record n + 8   where the table begins to look for its person
///        n + 6   the person
///        n + 4   ledger, totals, the last events
///        n + 2   the events at the windows' edges
///        n       folded
/// ```
struct Lookahead: ~Copyable {
    static let distance = 8

    private var coming = [8 of Coming](repeating: Coming(key: PersonKey(high: 0, low: 0), identity: 0))
    private var next = 0

    private struct Coming {
        let key: PersonKey
        let identity: UInt64
    }

    mutating func expect(
        _ key: PersonKey, _ identity: UInt64, _ people: borrowing PersonTable, _ plan: Plan, hasTotals: Bool
    ) {
        coming[next & 7] = Coming(key: key, identity: identity)
        people.prefetchPlace(of: key)
        people.prefetchPerson(coming[(next &- 2) & 7].key)
        if let third = people.slot(of: coming[(next &- 4) & 7].key) { people[third].prefetchParts(plan) }
        let fourth = coming[(next &- 6) & 7]
        if let slot = people.slot(of: fourth.key) {
            if hasTotals { people[slot].prefetchEdges(plan) }
            people[slot].events.prefetch(identity: fourth.identity)
        }
        next &+= 1
    }
}

extension Person {
    /// What their own fields lead to.
    fileprivate func prefetchParts(_ plan: Plan) {
        ledger.prefetch()
        totals.prefetch(plan)
        events.prefetchHeaders()
    }

    /// What those lead to.
    fileprivate func prefetchEdges(_ plan: Plan) {
        events.prefetchEnds()
        prefetchDrop()
        totals.prefetchEdges(plan, events)
    }
}

extension PartitionFold {
    /// Says which record will be folded `lookahead` records later, or soon: its person's state is asked for from memory.
    /// Changes nothing; where it is never called, folding is slower and the same.
    public func expect(value: RawSpan) {
        guard let (person, identity) = TimelineRecord.glance(at: value) else { return }
        state.expect(person, identity)
    }

    public static var lookahead: Int { Lookahead.distance }
}

extension FoldState {
    fileprivate mutating func expect(_ key: PersonKey, _ identity: UInt64) {
        // While a switch of models is under way, a person's totals may still be those of another plan.
        lookahead.expect(key, identity, people, compiled.plan, hasTotals: behind == 0)
    }

    /// The same for who is rolled next: the top of the calendar's heap holds them, roughly in their order.
    func prefetchRolls() {
        let count = calendar.count
        for place in 3..<7 where place < count { people.prefetchPerson(calendar[place].key) }
        for place in 1..<3 where place < count {
            if let slot = people.slot(of: calendar[place].key) { people[slot].prefetchParts(compiled.plan) }
        }
        guard count > 0, behind == 0, let slot = people.slot(of: calendar[0].key) else { return }
        people[slot].prefetchEdges(compiled.plan)
    }
}
