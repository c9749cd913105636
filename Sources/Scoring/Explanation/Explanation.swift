import Events

/// Why one person's score is what it is, and what will change it when nothing but time passes.
public struct Explanation: Equatable, Sendable {
    /// The day the person stands at, as days since 1970-01-01.
    public let day: Int32
    /// When that day begins for this person, ms UTC: up to 24 h before the calendar's day of that name, where the timeline
    /// spreads days.
    public let dayBeginsAt: Int64
    /// The clock of the person's partition, ms UTC; nil before the first tick.
    public let clock: Int64?
    /// nil as long as a characteristic has no bin for its value: then `missing` names it.
    public let score: Int32?
    /// Index of the first characteristic that has no bin for its value.
    public let missing: Int?
    /// In the card's order.
    public let characteristics: [ExplainedCharacteristic]
    /// By the card's algorithm, largest first; empty without a score.
    public let reasons: [Reason]
    /// In the order in which they were opened.
    public let grants: [LiveGrant]
    /// In order of time, up to the last grant's end, as if nothing else happened.
    public let forecast: [ForecastMoment]
}

/// One characteristic of the card, and what this person has there.
public struct ExplainedCharacteristic: Equatable, Sendable {
    public let name: String
    /// One as a rule, in the card's order.
    public let inputs: [Input]
    /// The bin's values in words, such as `2…3`, `≤ 0` or `missing`; nil where no bin holds the value.
    public let bin: String?
    /// nil where no bin holds the value.
    public let points: Int32?
    /// The most that a bin of this characteristic gives.
    public let bestPoints: Int32
    public let baselinePoints: Int32
    /// The code that its points are accounted under.
    public let reasonCode: String
}

extension ExplainedCharacteristic {
    /// A feature that the characteristic reads.
    public struct Input: Equatable, Sendable {
        public let feature: String
        /// nil is missing.
        public let value: Int64?
        public let evidence: Evidence
    }

    public var feature: String { inputs[0].feature }
    public var value: Int64? { inputs[0].value }
    public var evidence: Evidence { inputs[0].evidence }
}

/// A grant that lives, as its subscriber knows it.
public struct LiveGrant: Equatable, Sendable {
    public let purpose: Purpose
    public let id: Identifier
    public let subscriberReference: Identifier
    /// ms UTC.
    public let expiresAt: Int64
    /// Of the last score change, 0 before the first.
    public let number: UInt64
}

/// The state contradicts itself: nothing is explained then.
public struct ExplanationError: Error, Equatable, CustomStringConvertible {
    public let description: String
}

extension PartitionFold {
    /// Explains one person by the model that speaks, as they stand now; nil without a live grant. Changes nothing. `names`
    /// tells the ids of the events behind the values. Whom a switch of models has not reached yet is explained by the
    /// model that their published score is of (`scorecard(speakingFor:)`).
    ///
    /// The points of the characteristics and the initial score add up to the score that was published, or it throws.
    /// Complexity: characteristics × events for the present, and that again for each moment of the forecast.
    public func explanation(of key: PersonKey, names: EventNames = EventNames()) throws -> Explanation? {
        guard let slot = state.people.slot(of: key) else { return nil }
        return try explanation(of: state.people[slot], names)
    }

    private func explanation(of person: borrowing Person, _ names: EventNames) throws -> Explanation {
        let day = state.standingDay(of: person)
        let scorecard = state.generation(of: person).models.speaking
        let compiled = state.generation(of: person).compiled
        var evaluation = Evaluation()
        var totals = Totals()
        totals.build(compiled.plan, person.events, on: day)
        compiled.evaluate(&totals, person.events, into: &evaluation)
        var characteristics: [ExplainedCharacteristic] = []
        for (index, characteristic) in scorecard.characteristics.enumerated() {
            var inputs: [ExplainedCharacteristic.Input] = []
            for feature in characteristic.features {
                inputs.append(
                    .init(
                        feature: feature.name,
                        value: feature.value(of: person.events, on: day, currency: compiled.speakingCurrency),
                        evidence: Evidence(
                            of: feature, person, on: day, currency: compiled.speakingCurrency,
                            dayOffset: properties!.dayOffset, names)))
            }
            characteristics.append(
                ExplainedCharacteristic(characteristic, bin: Int(evaluation.bins[index]), inputs: inputs))
        }
        let score = compiled.score(0, person.ledger)
        try check(characteristics, scorecard.initialScore, evaluation.score, published: score)
        return Explanation(
            day: day, dayBeginsAt: properties!.dayOffset.start(of: day, for: person.key), clock: clock, score: score,
            missing: evaluation.missing, characteristics: characteristics,
            reasons: score == nil ? [] : scorecard.reasons(bins: Array(evaluation.bins.prefix(characteristics.count))),
            grants: person.ledger.grants.map(LiveGrant.init), forecast: try forecast(of: person))
    }

    /// What is said here must be what was published.
    private func check(
        _ characteristics: [ExplainedCharacteristic], _ initialScore: Int32, _ scored: Int32?, published: Int32?
    ) throws {
        guard scored == published else {
            throw ExplanationError(
                description: "scored again, the person has \(scored.map { "\($0)" } ?? "no score"), and "
                    + "\(published.map { "\($0)" } ?? "no score") was published: this is another program or a damaged "
                    + "state")
        }
        guard let score = published else { return }
        let sum = characteristics.reduce(Int64(initialScore)) { $0 + Int64($1.points ?? 0) }
        guard sum == score else {
            throw ExplanationError(description: "the points add up to \(sum), and the score is \(score)")
        }
    }
}

extension PartitionFold {
    /// The model by which the person was scored last; nil without a live grant.
    public func scorecard(speakingFor person: PersonKey) -> Scorecard? {
        state.people.slot(of: person).map { state.generation(of: state.people[$0]).models.speaking }
    }
}

extension FoldState {
    /// The models by which the person was scored last.
    func generation(of person: borrowing Person) -> Generation { generations[person.ledger.generation] }

    /// The later of the clock's day and that of the last change; while a due moment still waits for its turn, the latter.
    func standingDay(of person: borrowing Person) -> Int32 {
        guard let clock, person.dueAt > clock else { return person.standingDay }
        return max(person.standingDay, clockDay(for: person.key))
    }
}

extension ExplainedCharacteristic {
    /// `bin` is −1 where no bin holds the value.
    fileprivate init(_ characteristic: Characteristic, bin: Int, inputs: [Input]) {
        let matched = bin < 0 ? nil : characteristic.bins[bin]
        name = characteristic.name
        self.inputs = inputs
        self.bin = matched.map { ([$0.values] + $0.others).map(\.words).joined(separator: ", ") }
        points = matched?.points
        bestPoints = characteristic.bins.map(\.points).max() ?? 0
        baselinePoints = characteristic.baselinePoints
        reasonCode = matched?.reasonCode ?? characteristic.reasonCode
    }
}

extension LiveGrant {
    init(_ grant: Grant) {
        self.init(
            purpose: grant.purpose, id: grant.id, subscriberReference: grant.subscriberReference,
            expiresAt: grant.expiresAt, number: grant.number)
    }
}
