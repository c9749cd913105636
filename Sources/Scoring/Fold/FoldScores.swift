import Events

/// From a person's state to a result: only what moved is said.
extension PartitionFold {
    /// The score, by the model that speaks, that `person` would have if nothing but days passed until they stood at `day`;
    /// nil without one or without a live grant. Changes nothing.
    public func score(of person: PersonKey, rolledTo day: Int32) -> Int32? {
        guard let slot = people.slot(of: person) else { return nil }
        var totals = Totals()
        totals.build(compiled.plan, people[slot].events, on: max(day, people[slot].standingDay))
        var rolled = Evaluation()
        compiled.evaluate(&totals, people[slot].events, into: &rolled)
        return rolled.score
    }

    /// Evaluates the person on the day they stand at, and notes when that can change next.
    func evaluate(_ slot: Int) {
        people.change(slot) { person in
            if person.events.count < Person.totalsMin, person.totals.isEmpty {
                scratchTotals.build(compiled.plan, person.events, on: person.standingDay)
                compiled.evaluate(&scratchTotals, person.events, into: &evaluation)
            } else {
                if person.totals.isEmpty || person.totals.day > person.standingDay {
                    person.totals.build(compiled.plan, person.events, on: person.standingDay)
                } else {
                    person.totals.advance(compiled.plan, person.events, to: person.standingDay)
                }
                compiled.evaluate(&person.totals, person.events, into: &evaluation)
            }
            person.nextDay = evaluation.nextDay ?? .max
        }
    }

    /// Scores the person on the day they stand at, and tells what moved of each model: the points or the reason of a
    /// characteristic, or whether there is a score at all. The speaking model's goes first, to all grants; then each
    /// challenger's, in their order, to nobody.
    func rescore(_ slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        evaluate(slot)
        let moved = people.change(slot) { person in compiled.settle(&person.bins, evaluation) }
        guard moved != 0 else { return }
        for model in compiled.models.indices where moved & 1 << model != 0 {
            tell(model, slot, because: cause, into: &output)
        }
    }

    private func tell(_ model: Int, _ slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        let before = people[slot].bins
        people.change(slot) { person in compiled.take(model, evaluation, into: &person.bins) }
        var recipients: [ScoreResult.Recipient] = []
        if model == 0 {
            for index in people[slot].grants.indices { people[slot].grants[index].number += 1 }
            recipients = people[slot].grants.map(ScoreResult.Recipient.init)
            assert(!recipients.isEmpty, "a person without a live grant has no state")
        }
        let verdict = evaluation.verdicts[model]
        emit(
            ScoreResult(
                sequence: sequence + 1, timelinePartition: partition, timelineOffset: timelineOffset,
                day: people[slot].standingDay, cause: cause, score: verdict.score,
                previousScore: compiled.score(model, before), isEnd: false, missing: verdict.missing,
                model: model == 0 ? models.speaking.hash : models.challengers[model - 1].hash,
                movements: compiled.movements(model, from: before, to: people[slot].bins), recipients: recipients),
            into: &output)
    }

    /// Tells one grant, just opened, the score that its person has already.
    func announce(_ slot: Int, to grant: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        guard let score = compiled.score(0, people[slot].bins) else { return }
        people[slot].grants[grant].number += 1
        emit(
            ScoreResult(
                sequence: sequence + 1, timelinePartition: partition, timelineOffset: timelineOffset,
                day: people[slot].standingDay, cause: cause, score: score, previousScore: nil, isEnd: false,
                missing: nil, model: models.speaking.hash,
                movements: compiled.movements(0, from: [], to: people[slot].bins),
                recipients: [.init(people[slot].grants[grant])]), into: &output)
    }

    func emit(_ result: ScoreResult, into output: inout FoldOutput) {
        assert(result.sequence == sequence + 1)
        sequence = result.sequence
        chain = result.encode(after: chain, into: &output.results)
        output.ends.append(output.results.count)
    }
}
