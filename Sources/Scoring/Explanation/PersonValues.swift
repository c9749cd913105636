import Events

/// What a fold holds of one person: the features that a model reads, on the day on which the person stands.
public struct PersonValues: Sendable {
    public struct Value: Equatable, Sendable {
        public let feature: String
        /// nil where the feature is missing.
        public let value: Int64?
    }

    /// By which the person was scored last.
    public let model: Scorecard
    public let day: Int32
    /// As it was published; nil where a feature is missing.
    public let score: Int32?
    /// Each once, in the card's order.
    public let values: [Value]
}

extension PartitionFold {
    /// nil without a live grant. Changes nothing. Complexity: features × events of the person.
    public func values(of key: PersonKey) -> PersonValues? {
        guard let slot = state.people.slot(of: key) else { return nil }
        return values(of: state.people[slot])
    }

    private func values(of person: borrowing Person) -> PersonValues {
        let day = state.standingDay(of: person)
        let model = state.generation(of: person).models.speaking
        let compiled = state.generation(of: person).compiled
        var seen: Set<String> = []
        var values: [PersonValues.Value] = []
        for feature in model.characteristics.flatMap(\.features) where seen.insert(feature.name).inserted {
            values.append(
                .init(
                    feature: feature.name,
                    value: feature.value(of: person.events, on: day, currency: compiled.speakingCurrency)))
        }
        return PersonValues(
            model: model, day: day, score: compiled.score(0, person.ledger), values: values)
    }
}
