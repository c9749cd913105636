import Events

/// One moment at which something is published though nothing happens: days have passed, or a grant ends.
///
/// A value that moves within its bin moves no points, is not published, and is no moment.
public struct ForecastMoment: Equatable, Sendable {
    /// When the clock must stand here or later, ms UTC: the start of the person's day, or a grant's end.
    public let time: Int64
    /// The day that the person stands at then.
    public let day: Int32
    /// Grants that end: each subscriber gets one last record, under this number.
    public let ended: [LiveGrant]
    /// nil where grants end and nothing else moves.
    public let change: Change?

    public struct Change: Equatable, Sendable {
        public let scoreBefore: Int32?
        /// nil where a feature goes missing and the score ceases.
        public let scoreAfter: Int32?
        /// The characteristic, by its index, whose feature is missing then.
        public let missing: Int?
        /// The characteristics whose value changes, and while there is a score those whose points do, in the card's order.
        public let movements: [Movement]
    }

    public struct Movement: Equatable, Sendable {
        /// Index in the card.
        public let characteristic: Int
        public let valueBefore: Int64?
        public let valueAfter: Int64?
        /// Points are nil where there was, or is, no score.
        public let pointsBefore: Int32?
        public let pointsAfter: Int32?
    }
}

extension PartitionFold {
    /// What the fold will publish of `person` if only the clock moves, until their last grant ends.
    ///
    /// It is the fold itself that says so: a copy that holds this person and the speaking model alone, its clock set to
    /// the end, is rolled one due moment at a time. A moment that is due already and waits for its turn comes first.
    func forecast(of person: borrowing Person) throws -> [ForecastMoment] {
        guard let properties, let end = person.ledger.grants.map(\.expiresAt).max() else { return [] }
        let compiled = state.generation(of: person).compiled
        let scorecard = state.generation(of: person).models.speaking
        let alone = PartitionFold(partition: partition, scorecard: scorecard)
        alone.state.use(
            generations: Generations(
                Generation(
                    models: Models(scorecard),
                    compiled: CompiledModels(Models(scorecard), currencies: [compiled.speakingCurrency]), change: nil)))
        alone.state.properties = properties
        alone.state.ticks = TickTimes(times: [end], clock: end, firstClock: end)
        alone.state.currencies = state.currencies
        var copy = Person(copying: person)
        copy.standingDay = state.standingDay(of: person)
        copy.ledger.generation = alone.state.generations.number
        let hadScore = compiled.hasScore(0, person.ledger)
        copy.ledger.resetBins(hadScore ? scorecard.characteristics.count : 0)
        if hadScore { for row in compiled.models[0].row { copy.ledger.setBin(row, person.ledger.bin(row)) } }
        let slot = alone.state.people.insert(copy)!  // the only one
        alone.state.evaluate(slot)  // what is due next for this model alone
        alone.state.schedule(slot)
        var moments: [ForecastMoment] = []
        while alone.personCount > 0, alone.state.people[slot].dueAt <= end {
            if let moment = try alone.nextMoment(of: slot) { moments.append(moment) }
        }
        return moments
    }

    /// Rolls the one person through their next due moment; nil where nothing is published then.
    private func nextMoment(of slot: Int) throws -> ForecastMoment? {
        let before = Person(copying: state.people[slot])
        let dueAt = state.people[slot].dueAt
        let grants = before.ledger.grants
        var output = FoldOutput()
        state.roll(atMost: 1, into: &output)
        var ended: [LiveGrant] = []
        var change: ForecastMoment.Change?
        for result in try decoded(output) {
            if result.isEnd {
                ended += result.recipients.map { recipient in
                    LiveGrant(
                        purpose: recipient.purpose, id: recipient.grant,
                        subscriberReference: recipient.subscriberReference,
                        expiresAt: grants.first { $0.id == recipient.grant }!.expiresAt, number: recipient.number)
                }
            } else {
                change = ForecastMoment.Change(
                    scoreBefore: result.previousScore, scoreAfter: result.score, missing: result.missing,
                    movements: movements(of: before, to: result))
            }
        }
        guard change != nil || !ended.isEmpty else { return nil }
        let day = max(before.standingDay, state.day(of: dueAt, for: before.key))
        return ForecastMoment(time: dueAt, day: day, ended: ended, change: change)
    }

    private func movements(of before: borrowing Person, to result: ScoreResult) -> [ForecastMoment.Movement] {
        var moved: [ForecastMoment.Movement] = []
        for (index, characteristic) in scorecard.characteristics.enumerated() {
            let feature = characteristic.feature
            let old = feature.value(
                of: before.events, on: before.standingDay, currency: state.compiled.speakingCurrency)
            let new = feature.value(of: before.events, on: result.day, currency: state.compiled.speakingCurrency)
            let movement = result.movements[index]
            let isScored = movement.pointsBefore != nil && movement.pointsAfter != nil
            guard old != new || isScored && movement.pointsBefore != movement.pointsAfter else { continue }
            moved.append(
                ForecastMoment.Movement(
                    characteristic: index, valueBefore: old, valueAfter: new, pointsBefore: movement.pointsBefore,
                    pointsAfter: movement.pointsAfter))
        }
        return moved
    }

    private func decoded(_ output: FoldOutput) throws -> [ScoreResult] {
        var cursor = ByteCursor(unsafe output.results.span.bytes)
        var results: [ScoreResult] = []
        while cursor.remaining > 0 { results.append(try ScoreResult.next(from: &cursor, verifying: nil).result) }
        return results
    }
}
