import Events

/// From a person's state to a result: only what moved is said.
extension PartitionFold {
    /// The score that `person` would have if nothing but days passed until they stood at `day`; nil without one or
    /// without a live grant. Changes nothing.
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

    /// Scores the person on the day they stand at, and tells all their grants if anything moved: the points or the
    /// reason of a characteristic, or whether there is a score at all.
    func rescore(_ slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        evaluate(slot)
        let moved = people.change(slot) { person in
            if scorecard.differs(person.bins, person.score != nil, evaluation) { return true }
            // Bins of equal points and reasons: in place, so that nothing is allocated.
            if evaluation.score != nil {
                for index in person.bins.indices { person.bins[index] = evaluation.bins[index] }
            }
            return false
        }
        if moved { tell(slot, because: cause, into: &output) }
    }

    private func tell(_ slot: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        let before = people[slot].bins
        let after = evaluation.score == nil ? [] : Array(evaluation.bins[...])
        let previousScore = people[slot].score
        people[slot].bins = after
        people[slot].score = evaluation.score
        for index in people[slot].grants.indices { people[slot].grants[index].number += 1 }
        emit(
            ScoreResult(
                sequence: sequence + 1, timelinePartition: partition, timelineOffset: timelineOffset,
                day: people[slot].standingDay, cause: cause, score: evaluation.score, previousScore: previousScore,
                isEnd: false, missing: evaluation.missing, model: scorecard.hash,
                movements: scorecard.movements(from: before, to: after),
                recipients: people[slot].grants.map(ScoreResult.Recipient.init)), into: &output)
    }

    /// Tells one grant, just opened, the score that its person has already.
    func announce(_ slot: Int, to grant: Int, because cause: ScoreResult.Cause, into output: inout FoldOutput) {
        guard let score = people[slot].score else { return }
        people[slot].grants[grant].number += 1
        emit(
            ScoreResult(
                sequence: sequence + 1, timelinePartition: partition, timelineOffset: timelineOffset,
                day: people[slot].standingDay, cause: cause, score: score, previousScore: nil, isEnd: false,
                missing: nil,
                model: scorecard.hash, movements: scorecard.movements(from: [], to: people[slot].bins),
                recipients: [.init(people[slot].grants[grant])]), into: &output)
    }

    func emit(_ result: ScoreResult, into output: inout FoldOutput) {
        assert(result.sequence == sequence + 1)
        sequence = result.sequence
        chain = result.encode(after: chain, into: &output.results)
        output.ends.append(output.results.count)
    }
}

extension Scorecard {
    /// Whether a row of bins differs from an evaluation in points or reasons, or in whether there is a score at all.
    fileprivate func differs(_ before: [Int16], _ hadScore: Bool, _ evaluation: borrowing Evaluation) -> Bool {
        guard hadScore == (evaluation.score != nil) else { return true }
        for index in before.indices where before[index] != evaluation.bins[index] {
            let old = characteristics[index].bins[Int(before[index])]
            let new = characteristics[index].bins[Int(evaluation.bins[index])]
            let code = characteristics[index].reasonCode
            if old.points != new.points || old.reasonCode ?? code != new.reasonCode ?? code { return true }
        }
        return false
    }

    fileprivate func movements(from before: [Int16], to after: [Int16]) -> [ScoreResult.Movement] {
        characteristics.indices.map { index in
            let old = before.isEmpty ? nil : before[index]
            let new = after.isEmpty ? nil : after[index]
            let bins = characteristics[index].bins
            return .init(
                binBefore: old, binAfter: new, pointsBefore: old.map { bins[Int($0)].points },
                pointsAfter: new.map { bins[Int($0)].points })
        }
    }
}
