import Events

/// From a person's state to a result: only what moved is said.
extension FoldState {
    /// Evaluates the person on the day they stand at, and notes when that can change next. Complexity: characteristics ×
    /// log bins, and a scan for each feature whose kept value was touched; after a correction the totals are made anew
    /// (`Totals.build`). So `eventsPerPerson` × (2 × features + gates + lanes) at most.
    mutating func evaluate(_ slot: Int) {
        let day = people[slot].standingDay
        if people[slot].events.count < Person.totalsMin, people[slot].totals.isEmpty {
            if scratchSlot == slot, scratchTotals.day <= day {
                scratchTotals.advance(compiled.plan, people[slot].events, to: day)
            } else {
                scratchTotals.build(compiled.plan, people[slot].events, on: day)
                scratchSlot = slot
            }
            compiled.evaluate(&scratchTotals, people[slot].events, into: &evaluation)
            steps += scratchTotals.takeSteps(compiled.plan)
        } else {
            people[slot].evaluate(compiled, into: &evaluation)
            steps += people[slot].totals.takeSteps(compiled.plan)
        }
        steps += compiled.rows.count
        people[slot].nextDay = evaluation.nextDay ?? .max
        assert(people[slot].nextDay > day, "a person is due on a day to come")
    }

    /// Scores the person on the day they stand at, and tells what moved of each model: the points or the reason of a
    /// characteristic, or whether there is a score at all. The speaking model's goes first, to all grants; then each
    /// challenger's, in their order, to nobody. Complexity: as `evaluate`; a result names each grant.
    mutating func rescore(_ slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        evaluate(slot)
        let moved = compiled.settle(&people[slot].ledger, evaluation)
        guard moved != 0 else { return }
        for model in compiled.models.indices where moved & 1 << model != 0 {
            tell(
                model, slot, previousScore: compiled.score(model, people[slot].ledger), because: cause, into: &output)
        }
    }

    /// Tells what the evaluation says of one model, and takes it over.
    mutating func tell(
        _ model: Int, _ slot: Int, previousScore: Int32?, because cause: ScoreResult.Cause,
        into output: inout FoldOutput
    ) {
        if model == 0 {
            assert(people[slot].ledger.grantCount > 0, "a person without a live grant has no state")
            people[slot].ledger.numberAll()
        }
        let verdict = evaluation.verdicts[model]
        write(
            ResultHead(
                day: people[slot].standingDay, cause: cause, score: verdict.score, previousScore: previousScore,
                isEnd: false, missing: verdict.missing, model: compiled.models[model].hash),
            movementsOf: model, slot, to: model == 0 ? .allGrants : .nobody, into: &output)
        compiled.take(model, evaluation, into: &people[slot].ledger)
    }

    /// Tells one grant, just opened, the score that its person has already.
    mutating func announce(
        _ slot: Int, to grant: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput
    ) {
        guard let score = compiled.score(0, people[slot].ledger) else { return }
        people[slot].ledger.number(grant)
        write(
            ResultHead(
                day: people[slot].standingDay, cause: cause, score: score, previousScore: nil, isEnd: false,
                missing: nil, model: compiled.models[0].hash),
            movementsOf: 0, slot, to: .grant(grant), into: &output)
    }
}

extension Person {
    /// By running totals, which are made where there are none, or where a correction has moved the person back.
    fileprivate mutating func evaluate(_ compiled: CompiledModels, into evaluation: inout Evaluation) {
        if totals.isEmpty || totals.day > standingDay {
            totals.build(compiled.plan, events, on: standingDay)
        } else {
            totals.advance(compiled.plan, events, to: standingDay)
        }
        compiled.evaluate(&totals, events, into: &evaluation)
    }
}

extension PartitionFold {
    /// The score, by the model that speaks, that `person` would have if nothing but days passed until they stood at `day`;
    /// nil without one or without a live grant. Changes nothing.
    public func score(of person: PersonKey, rolledTo day: Int32) -> Int32? {
        guard let slot = state.people.slot(of: person) else { return nil }
        var totals = Totals()
        totals.build(
            state.compiled.plan, state.people[slot].events, on: max(day, state.people[slot].standingDay))
        var rolled = Evaluation()
        state.compiled.evaluate(&totals, state.people[slot].events, into: &rolled)
        return rolled.score
    }
}
