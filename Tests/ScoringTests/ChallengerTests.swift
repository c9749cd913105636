import Events
import Scoring
import TestTimeline
import Testing

/// Several models on one state: the first speaks, the others are recorded and told to nobody.
@Suite struct ChallengerTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()

    @Test func `of two models one speaks, and what the challenger says is recorded for nobody`() throws {
        let challenger = try shortCard(
            1, [("statement.count.30d", [1, 2]), ("statement.days_past_due.max.90d", [30])])
        let models = try Models(speaking: try card("max"), challengers: [challenger])
        let fold = PartitionFold(partition: 0, models: models)
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        timeline.event(try make.statement("s1", at: day(13_030)), of: person)
        timeline.event(try make.statement("s2", at: day(13_040), daysPastDue: 60), of: person)
        timeline.event(try make.granted("d", grant: "h", at: day(13_041), until: day(13_300)), of: person)
        timeline.tick(day(13_061))
        timeline.event(try make.withdrawn("w", at: day(13_062)), of: person)
        let results = try fold.fold(timeline.records).decoded()

        // First the model that speaks, then the challenger. The consent finds no statement, so the challenger alone has
        // a score; the second grant and the end of the first concern the one that speaks; 30 days after the first
        // statement only the challenger moves.
        let speaks = models.speaking.hash
        let hashes = [
            challenger.hash, speaks, challenger.hash, speaks, challenger.hash, speaks, challenger.hash, speaks,
        ]
        #expect(results.map(\.model) == hashes)
        #expect(results.map(\.recipients.count) == [0, 1, 0, 1, 0, 1, 0, 1])
        #expect(results.flatMap(\.recipients).map(\.number) == [1, 2, 1, 3])
        let recorded = results.filter { $0.recipients.isEmpty }
        #expect(recorded.map(\.score) == [95, 110, 130, 120])
        #expect(recorded.map(\.previousScore) == [nil, 95, 110, 130])
        #expect(recorded.map(\.cause.kind) == [.consent, .event, .event, .rollOff])
        #expect(recorded.map(\.day) == [13_000, 13_030, 13_040, 13_060])
        for result in recorded {
            #expect(result.score == challenger.initialScore + result.movements.compactMap(\.pointsAfter).reduce(0, +))
        }
        #expect(results.map(\.sequence) == Array(1...8))
    }

    @Test func `each model reads the events in its own currency, and an event that none reads is counted apart`() throws
    {
        let counted = [(feature: "bill.count.30d", cuts: [1, 2, 3] as [Int64])]
        let models = try Models(
            speaking: try shortCard(1, currency: "TWD", counted),
            challengers: [
                try shortCard(2, currency: "EUR", counted), try shortCard(3, currency: "TWD", counted),
                try shortCard(4, currency: "USD", counted),
            ])
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        for (number, currency) in ["EUR", "TWD", "EUR", "CHF"].enumerated() {
            timeline.event(try bill("b\(number)", currency: currency), of: person)
        }
        let fold = PartitionFold(partition: 0, models: models)
        let results = try fold.fold(timeline.records).decoded()
        let last = models.hashes.map { hash in results.last { $0.model == hash }?.score }
        #expect(last == [110, 120, 110, 100])
        #expect(fold.outcomes[.otherCurrency] == 1 && fold.outcomes[.applied] == 4)
    }

    @Test func `a set of models is named by its hashes in their order`() throws {
        let cards = try (1...5).map { try shortCard($0, [("person.tenure_days", [10])]) }
        #expect(Models(cards[0]).identity == cards[0].hash)
        let identities = [
            Models(cards[0]).identity, Models(cards[1]).identity,
            try Models(speaking: cards[0], challengers: [cards[1]]).identity,
            try Models(speaking: cards[1], challengers: [cards[0]]).identity,
            try Models(speaking: cards[0], challengers: [cards[1], cards[2]]).identity,
            try Models(speaking: cards[0], challengers: [cards[2], cards[1]]).identity,
        ]
        #expect(Set(identities).count == identities.count)
        #expect(throws: ModelsError.tooMany(4)) {
            try Models(speaking: cards[0], challengers: Array(cards[1...]))
        }
        #expect(throws: ModelsError.twice(cards[1].hash)) {
            try Models(speaking: cards[0], challengers: [cards[1], cards[1]])
        }
    }

    @Test func `a state taken under other models, or in another order, is refused with the hashes it was taken under`()
        throws
    {
        let cards = try (1...3).map { try shortCard($0, [("person.tenure_days", [10])]) }
        let taken = try Models(speaking: cards[0], challengers: [cards[1], cards[2]])
        let fold = PartitionFold(partition: 0, models: taken)
        _ = try fold.fold(try RandomTimeline(seed: 1, events: 50).timeline.records)
        var state: [UInt8] = []
        fold.encodeState(into: &state)
        for other in [
            Models(cards[0]), try Models(speaking: cards[0], challengers: [cards[1]]),
            try Models(speaking: cards[0], challengers: [cards[2], cards[1]]),
        ] {
            #expect(throws: SnapshotPayloadError.otherModel(taken.hashes)) {
                try PartitionFold(state: unsafe state.span.bytes, partition: 0, models: other)
            }
        }
        let same = try PartitionFold(state: unsafe state.span.bytes, partition: 0, models: taken)
        #expect(same.stateDigest == fold.stateDigest)
    }

    private func bill(_ id: String, currency: String) throws -> Event {
        let date = CalendarDate(days: 13_001)!
        return try Event(
            id: Identifier(id)!, producer: make.producer, occurredAt: day(13_001), currency: Currency(currency)!,
            body: .bill(
                Bill(
                    kind: .energy, dueDate: date, amountDueMinor: 100, amountPaidMinor: 100, paidDate: date,
                    status: .paid)))
    }
}
