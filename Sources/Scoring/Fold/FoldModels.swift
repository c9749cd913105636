import Checksums
import Events

/// Other models take effect at one record: for everyone who comes from then on, for each person there is when they are
/// touched or due, and for all others in bounded steps in the order of their keys.
///
/// ```
/// day the person stood at ──former models──▶ clock at the switch ─┤ told where the score differs ├──new models──▶ …
/// ```
/// What is told of a person does not depend on when their turn comes: up to the clock at the switch their days pass under
/// the former models, there they are scored with the new ones, and what comes after is the new ones'. A switch while
/// another is under way takes nothing back: each person goes through both, in order.
extension FoldState {
    /// Complexity: linear in persons, some 20 ns each, and the switch of all who are behind where eight switches are under
    /// way. Only an operator can send such a record.
    /// - Throws: `FoldError.models` where the models cannot be made of their bytes.
    mutating func switchModels(
        to activation: ModelActivation, by record: TimelineRecord.Prefix, into output: inout FoldOutput
    ) throws(FoldError) {
        // The one step that is not bounded, so that what is kept of earlier models is.
        if generations.isFull { move(atMost: .max, into: &output) }
        let change = ModelChange(
            activation: activation, source: record.source, appendedAt: record.appendedAt, clock: clock)
        do {
            use(generations: generations.appending(try generation(change)))
        } catch {
            throw .models(offset: timelineOffset, reason: "\(error)")
        }
        lineUp()
    }

    /// Makes the models of a switch. A model's currency takes its place among those that the partition has met.
    mutating func generation(_ change: ModelChange) throws -> Generation {
        let models = try loader(change.activation)
        var places: [UInt8] = []
        // Where the table is full, no event that is kept has the currency.
        for model in models.all { places.append(currencies.place(ofNewModels: model.currency) ?? Currencies.unmet) }
        return Generation(models: models, compiled: CompiledModels(models, currencies: places), change: change)
    }

    mutating func use(generations: Generations) {
        self.generations = generations
        compiled = generations.inForce.compiled
        for generation in generations.all {
            for card in generation.models.all { cards[card.hash] = card }
        }
    }

    /// Counts who is not under the models in force, and puts them in order. Complexity: linear in persons.
    mutating func lineUp() {
        var keys: [PersonKey] = []
        for slot in people.held.indices where people.holds(slot) {
            if people[slot].ledger.generation != generations.number { keys.append(people[slot].key) }
        }
        steps += people.held.count
        behind = keys.count
        line = KeyQueue(keys)
        if behind == 0 { generations.forgetEarlier() }
    }

    /// Brings the next persons under the models in force, at most `limit`. Complexity: each as `bring`.
    mutating func move(atMost limit: Int, into output: inout FoldOutput) {
        var steps = 0
        while behind > 0, steps < limit, let key = line.next() {
            guard let slot = people.slot(of: key), isBehind(slot) else { continue }
            steps += 1
            willChange(slot)
            _ = bring(slot, into: &output)
        }
    }

    @inline(__always)
    func isBehind(_ slot: Int) -> Bool { behind > 0 && people[slot].ledger.generation != generations.number }

    /// Brings one person under the models in force, through each switch since theirs; false when their last grant had ended
    /// before one. Complexity: for each switch, `Generations.earlierMax` + 1 at most, as `rollToClock` and one evaluation
    /// that makes the totals anew.
    mutating func bring(_ slot: Int, into output: inout FoldOutput) -> Bool {
        var isThere = true
        while isThere, people[slot].ledger.generation != generations.number {
            isThere = pass(slot, to: people[slot].ledger.generation &+ 1, into: &output)
        }
        compiled = generations.inForce.compiled
        behind -= 1
        if behind == 0 { generations.forgetEarlier() }
        return isThere
    }

    /// Takes one person through one switch.
    private mutating func pass(_ slot: Int, to number: UInt8, into output: inout FoldOutput) -> Bool {
        let former = generations.compiled(number &- 1)
        let change = generations[number].change!
        compiled = former
        if let clock = change.clock, !roll(slot, to: clock, into: &output) { return false }
        compiled = generations.compiled(number)
        people[slot].ledger.generation = number
        people[slot].totals.removeAll()
        evaluate(slot)
        announce(slot, scoredBefore: former, because: .init(change, speaking: compiled.models[0].hash), into: &output)
        schedule(slot)
        return true
    }

    /// Lays the bins anew and tells a score that differs from that of the model that spoke before. A challenger that was
    /// not among the former models has its first score recorded.
    private mutating func announce(
        _ slot: Int, scoredBefore former: CompiledModels, because cause: ScoreResult.Cause,
        into output: inout FoldOutput
    ) {
        let before = former.score(0, people[slot].ledger)
        people[slot].ledger.resetBins(0)
        for model in compiled.models.indices {
            let score = evaluation.verdicts[model].score
            let previous = model == 0 ? before : nil
            let isTold = model == 0 ? score != before : score != nil && !former.contains(compiled.models[model].hash)
            if isTold { tell(model, slot, previousScore: previous, because: cause, into: &output) }
            if !isTold, score != nil { compiled.take(model, evaluation, into: &people[slot].ledger) }
        }
    }
}

extension ScoreResult.Cause {
    /// A switch of models is named by the hash of the one that speaks.
    fileprivate init(_ change: ModelChange, speaking hash: Digest128) {
        self.init(kind: .model, event: (change.source, Identifier(hash.hex)!, change.appendedAt))
    }
}
