import Events

/// The fold's rules once more, the plainest way: raw lists, scanned anew for every question. It imports nothing of ours
/// but the event values, and is slow. The rules: DESIGN's invariants 2–5, 8, 9, 13 and 22, and schemas/features.md.
///
/// ```
/// record ─▶ folded before? ─▶ tick: the clock moves, waits end; who is due is rolled
///                          └▶ event: its person is rolled to the clock, the gate, the event; then who is due is rolled
/// ```
public struct BruteForce {
    public let properties: TimelineProperties
    public let card: PlainCard
    /// The persons with a live grant.
    public internal(set) var people: [PersonKey: PlainPerson] = [:]
    /// The least, over the raw consents partitions, of the greatest tick time; nil until each has ticked.
    public private(set) var clock: Int64?
    public internal(set) var outcomes: [Outcome: Int] = [:]
    public private(set) var repeats = 0
    public var waitingCount: Int { waiting.count }

    /// Where each raw record ends.
    public enum Outcome: CaseIterable, Sendable {
        case applied, duplicate, noConsent, waitingOverflow, conflict, limit, outOfHorizon, voided, clock, control
        case superseded, datedAhead, otherCurrency
    }

    var waiting: [Wait] = []
    /// When each grant that was ever closed was closed last.
    var closed: [PersonKey: [Identifier: Int64]] = [:]
    /// Of the record at hand.
    var appendedAt: Int64 = 0
    private var steady: Int64?
    private var doubt: (claimed: Int64, partition: Int32, confirmations: Int)?
    private var firstClock: Int64?
    private var tickTimes: [Int32: Int64] = [:]
    private var lastOffsets: [RawTopic: [Int32: Int64]] = [:]
    var changes: [PlainChange] = []

    struct Wait {
        let person: PersonKey
        let event: Event
        let source: Coordinates
        /// The clock when it came; nil before there was one.
        let since: Int64?
    }

    public init(properties: TimelineProperties, card: PlainCard) {
        self.properties = properties
        self.card = card
    }

    /// Takes the next record of the timeline and returns the score changes that it brings, in order.
    public mutating func take(_ record: TimelineRecord) -> [PlainChange] {
        let source = record.source
        changes = []
        appendedAt = record.appendedAt
        guard isNew(source) else {
            repeats += 1
            return []
        }
        if source != Coordinates(topic: .control, partition: 0, offset: 0) { hear(stamp: appendedAt) }
        switch record.content {
        case .properties:
            count(.control)
        case .models: preconditionFailure("switches of models are held against folds of each model alone")
        case .clock(let accepted):
            count(.control)
            accept(accepted)
        case .tick(let time, _, _):
            count(.clock)
            if isFollowed(time, source.partition) { tick(time, source.partition) }
            endWaits()
            rollDue(atMost: properties.mode == .history ? .max : Int(properties.rollsPerTick))
        case .event(let key, let event):
            hear(event: event.occurredAt)
            if let outcome = take(event, of: key, source) { count(outcome) }
            rollDue(atMost: Int(properties.rollsPerRecord))
        }
        return changes
    }

    /// The person's values of any features on the day they stand at; nil without a live grant.
    public func values(of features: [PlainFeature], for key: PersonKey) -> [Int64?]? {
        people[key].map { person in
            let history = history(person)
            return features.map { history.value(of: $0) }
        }
    }

    mutating func count(_ outcome: Outcome) { outcomes[outcome, default: 0] += 1 }

    /// Whether the raw offset is above the last one folded from its raw partition.
    private mutating func isNew(_ source: Coordinates) -> Bool {
        guard source.offset > lastOffsets[source.topic]?[source.partition] ?? -1 else { return false }
        lastOffsets[source.topic, default: [:]][source.partition] = source.offset
        return true
    }

    private mutating func tick(_ time: Int64, _ partition: Int32) {
        tickTimes[partition] = max(tickTimes[partition] ?? time, time)
        guard tickTimes.count == Int(properties.consentPartitions) else { return }
        clock = tickTimes.values.min()!
        firstClock = firstClock ?? clock
    }

    private mutating func endWaits() {
        guard clock != nil else { return }
        while let wait = waiting.first, clock! - (wait.since ?? firstClock!) > properties.waitMilliseconds {
            waiting.removeFirst()
            count(.noConsent)
        }
    }
}

// MARK: - Jumps of the clock

/// In a live timeline a tick that is more than a step ahead of all stamps before it is not followed.
extension BruteForce {
    private mutating func hear(stamp: Int64) {
        guard let step = properties.clockStepMilliseconds else { return }
        if steady == nil || (steady!...steady! + step).contains(stamp) { steady = stamp }
    }

    private mutating func isFollowed(_ time: Int64, _ partition: Int32) -> Bool {
        guard let step = properties.clockStepMilliseconds else { return true }
        if clock == nil { steady = max(steady!, time) }
        if time <= steady! + step {
            if doubt?.partition == partition { doubt = nil }
            return true
        }
        let isTheSame = doubt.map { abs($0.claimed - time) <= step } ?? false
        doubt = (time, partition, isTheSame ? doubt!.confirmations : 0)
        return false
    }

    /// Three events dated about the time of the tick in doubt confirm it.
    private mutating func hear(event occurredAt: Int64) {
        guard let doubt, abs(doubt.claimed - occurredAt) <= properties.clockStepMilliseconds! else { return }
        self.doubt!.confirmations += 1
        if doubt.confirmations + 1 == 3 { accept(doubt.claimed) }
    }

    private mutating func accept(_ time: Int64) {
        guard let step = properties.clockStepMilliseconds else { return }
        steady = max(steady ?? time, time)
        if let doubt, doubt.claimed <= steady! + step { self.doubt = nil }
    }
}

// MARK: - Days

extension BruteForce {
    /// The clock's day for this person; day 0 before there is a clock.
    func clockDay(_ key: PersonKey) -> Int32 { clock.map { day(of: $0, key) } ?? 0 }

    func day(of time: Int64, _ key: PersonKey) -> Int32 { properties.dayOffset.day(of: time, for: key) }

    /// Rolls who is due on the clock, one due moment of one person at a time, in the order (moment, key).
    private mutating func rollDue(atMost limit: Int) {
        var steps = 0
        while steps < limit, let clock,
            let next = people.values.filter({ $0.due <= clock }).min(by: { ($0.due, $0.key) < ($1.due, $1.key) })
        {
            step(next.key)
            steps += 1
        }
    }

    /// Rolls one person through all that is due on the clock; they may be gone after it.
    mutating func rollToClock(_ key: PersonKey) {
        guard let clock else { return }
        while let person = people[key], person.due <= clock { step(key) }
        guard let person = people[key] else { return }
        let clockDay = clockDay(key)
        let horizon = properties.horizonDays
        people[key]!.standingDay = max(person.standingDay, clockDay)
        people[key]!.events = person.events.filter { $0.day > clockDay - horizon }
        people[key]!.notices = person.notices.filter { $0.day > clockDay - horizon }
    }

    /// The person's due moment comes: its day, the grants that end, then the day's change.
    private mutating func step(_ key: PersonKey) {
        let moment = people[key]!.due
        let standingDay = people[key]!.standingDay
        people[key]!.standingDay = max(standingDay, day(of: moment, key))
        endGrants(of: key, through: moment)
        guard people[key] != nil else { return }
        score(key, because: .rollOff, nil)
        plan(key)
    }

    /// The days up to and including `day` pass, each that is due with its own change.
    mutating func pass(through day: Int32, _ key: PersonKey) {
        while let next = card.nextDay(history(people[key]!)), next <= day {
            people[key]!.standingDay = next
            score(key, because: .rollOff, nil)
        }
        let standingDay = people[key]!.standingDay
        people[key]!.standingDay = max(standingDay, day)
    }

    /// Works out when the person is due next.
    mutating func plan(_ key: PersonKey) {
        let person = people[key]!
        let expiry = person.grants.map(\.expiresAt).min()!
        let nextDay = card.nextDay(history(person))
        people[key]!.due = min(expiry, nextDay.map { properties.dayOffset.start(of: $0, for: key) } ?? .max)
    }

    func history(_ person: PlainPerson) -> PlainHistory {
        PlainHistory(person.events, on: person.standingDay, currency: card.currency)
    }
}

// MARK: - Changes

extension BruteForce {
    /// Scores the person anew: a change, for all their grants, when the points or the reason code of a characteristic
    /// moved or a score came or ceased.
    mutating func score(_ key: PersonKey, because cause: PlainChange.Cause, _ origin: PlainChange.Origin?) {
        let before = people[key]!.evaluation
        let after = card.evaluate(history(people[key]!))
        people[key]!.evaluation = after
        guard before.points != after.points || before.reasonCodes != after.reasonCodes else { return }
        for index in people[key]!.grants.indices { people[key]!.grants[index].number += 1 }
        changes.append(
            PlainChange(
                day: people[key]!.standingDay, cause: cause, origin: origin, previousScore: before.score,
                score: after.score, pointsBefore: before.points, pointsAfter: after.points,
                reasons: card.reasons(after), missing: after.missing, isEnd: false,
                recipients: people[key]!.grants.map(\.recipient)))
    }

    /// Tells the last grant of the list, just opened, the score that its person has already.
    mutating func announce(_ key: PersonKey, because origin: PlainChange.Origin) {
        let evaluation = people[key]!.evaluation
        guard evaluation.score != nil else { return }
        let last = people[key]!.grants.count - 1
        people[key]!.grants[last].number += 1
        changes.append(
            PlainChange(
                day: people[key]!.standingDay, cause: .consent, origin: origin, previousScore: nil,
                score: evaluation.score, pointsBefore: [], pointsAfter: evaluation.points,
                reasons: card.reasons(evaluation), missing: nil, isEnd: false,
                recipients: [people[key]!.grants[last].recipient]))
    }

    private mutating func endGrants(of key: PersonKey, through moment: Int64) {
        while let index = people[key]?.grants.firstIndex(where: { $0.expiresAt <= moment }) {
            close(people[key]!.grants[index].id, of: key, at: people[key]!.grants[index].grantedAt)
            end(index, of: key, because: .expiry, nil)
        }
    }

    /// From now on no consent from before that time opens the grant.
    mutating func close(_ grant: Identifier, of key: PersonKey, at time: Int64) {
        closed[key, default: [:]][grant] = max(closed[key]?[grant] ?? time, time)
    }

    /// Ends a grant: one last record for its subscriber. With the last grant the person's state goes.
    mutating func end(
        _ index: Int, of key: PersonKey, because cause: PlainChange.Cause, _ origin: PlainChange.Origin?
    ) {
        endKeepingState(index, of: key, because: cause, origin)
        if people[key]!.grants.isEmpty { people[key] = nil }
    }

    mutating func endKeepingState(
        _ index: Int, of key: PersonKey, because cause: PlainChange.Cause, _ origin: PlainChange.Origin?
    ) {
        people[key]!.grants[index].number += 1
        let grant = people[key]!.grants.remove(at: index)
        changes.append(
            PlainChange(
                day: people[key]!.standingDay, cause: cause, origin: origin,
                previousScore: people[key]!.evaluation.score, score: nil, pointsBefore: [], pointsAfter: [],
                reasons: [], missing: nil, isEnd: true, recipients: [grant.recipient]))
    }
}
