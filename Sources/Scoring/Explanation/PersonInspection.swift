import Events

/// One person as the fold keeps them: what a test compares, and what features of any name they show.
public struct PersonInspection: Equatable, Sendable {
    /// The day the person stands at.
    public let day: Int32
    /// By the model that speaks, or that spoke last where a switch has not reached them yet.
    public let score: Int32?
    /// In the order asked for; nil is missing.
    public let values: [Int64?]
    /// In the order in which they were opened.
    public let grants: [LiveGrant]
    /// Identity (`PersonKey.identity`) and day of each event and correction that is kept.
    public let kept: [Kept]

    public struct Kept: Equatable, Sendable {
        public let identity: UInt64
        public let day: Int32
    }
}

extension PartitionFold {
    /// nil without a live grant. Changes nothing. Complexity: features × events.
    public func inspection(of key: PersonKey, features: [Feature]) -> PersonInspection? {
        guard let slot = state.people.slot(of: key) else { return nil }
        return state.inspection(of: state.people[slot], features: features)
    }
}

extension FoldState {
    fileprivate func inspection(of person: borrowing Person, features: [Feature]) -> PersonInspection {
        // What has left the horizon is gone in all but memory: it is dropped with its month.
        let first = clock == nil ? 0 : person.events.first(after: clockDay(for: person.key) - properties!.horizonDays)
        var kept: [PersonInspection.Kept] = []
        for index in first..<person.events.count {
            kept.append(.init(identity: person.events.identity(index), day: person.events.day(index)))
        }
        kept += person.ledger.notices.map { .init(identity: $0.identity, day: $0.day) }
        var values: [Int64?] = []
        for feature in features {
            values.append(feature.value(of: person.events, on: person.standingDay, currency: compiled.speakingCurrency))
        }
        return PersonInspection(
            day: person.standingDay, score: generation(of: person).compiled.score(0, person.ledger), values: values,
            grants: person.ledger.grants.map(LiveGrant.init), kept: kept)
    }
}
