import Checksums
import Events
import Scoring
import TestTimeline
import Testing

/// No record costs more than the bound that the fold states, counted in steps and not in time (invariants 10 and 15).
@Suite struct WorstInputTests {
    private static let person = PersonKey(high: 1, low: 1)
    private let make = EventMaker()

    @Test(arguments: WorstInput.all)
    func `the worst known input of each kind stays within its bound`(_ input: WorstInput) throws {
        let cards = try Self.cards(input.features)
        let shelf = CardShelf(cards: cards)
        var timeline = TimelineBuilder()
        timeline.tick(day(WorstInput.firstDay - 1))
        for grant in 0..<8 {
            timeline.event(
                try make.granted(
                    "c\(grant)", grant: "g\(grant)", at: day(WorstInput.firstDay - 1),
                    until: day(WorstInput.firstDay + 360)), of: Self.person)
        }
        timeline.append(try input.fill())
        let beginning = Models(try Self.card(["bill.count.30d"], 0))
        let fold = PartitionFold(partition: 0, models: beginning, loader: shelf.loader)
        _ = try fold.fold(timeline.records)
        #expect(fold.content.events > FoldLimits.eventsPerPerson * 9 / 10)
        var worst = 0
        for (number, card) in cards.enumerated() {
            let source = Coordinates(topic: .control, partition: 0, offset: Int64(number + 1))
            let start = timeline.records.count
            timeline.append(.models(shelf.activation(Models(card))), from: source)
            timeline.append(try input.attack(number))
            for record in timeline.records[start...] {
                let before = fold.steps
                _ = try fold.fold(CollectionOfOne(record))
                let steps = fold.steps - before
                worst = max(worst, steps)
                let bound = input.bound(card.characteristics.count)
                #expect(steps <= bound, "\(steps) steps where \(bound) are the bound, by card \(number)")
            }
        }
        print("\(input.description): \(worst) steps at most, in \(cards.count) cards")
        #expect(worst > 1_000, "this input is not the worst of anything")
    }

    @Test func `a consent that admits as many events as may wait, dated to one second a day`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(WorstInput.firstDay))
        for index in 0..<FoldLimits.waitingPerPerson {
            let event = try make.cashFlow("f\(5_000 - index)", on: WorstInput.firstDay - index % 5)
            timeline.event(event, of: Self.person)
        }
        timeline.event(
            try make.granted("c", at: day(WorstInput.firstDay), until: day(WorstInput.firstDay + 300)), of: Self.person)
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        _ = try fold.fold(timeline.records.dropLast())
        let before = fold.steps
        _ = try fold.fold(timeline.records.suffix(1))
        #expect(fold.steps - before <= WorstCost.consent(1))
        #expect(fold.content.events == FoldLimits.waitingPerPerson && fold.outcomes.waiting == 0)
    }

    @Test func `a tick that ends many waits takes one step for each`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(WorstInput.firstDay))
        let persons = (1...40 as ClosedRange<UInt64>).map { PersonKey(high: $0 << 57, low: $0) }
        for index in 0..<FoldLimits.waitingPerPerson {
            let event = try make.cashFlow("f\(index)", on: WorstInput.firstDay)
            for person in persons { timeline.event(event, of: person) }
        }
        let waits = persons.count * FoldLimits.waitingPerPerson
        let end = timeline.records.count
        timeline.tick(day(WorstInput.firstDay + 1))
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        _ = try fold.fold(timeline.records[..<end])
        #expect(fold.outcomes.waiting == UInt64(waits))
        let before = fold.steps
        _ = try fold.fold(timeline.records[end...])
        #expect(fold.steps - before <= waits + 4)
        #expect(fold.outcomes.waiting == 0 && fold.outcomes[.noConsent] == UInt64(waits))
    }

    @Test func `grants that end at once leave little behind in the calendar`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        for number in 0..<5_000 {
            let time = day(13_000) + Int64(2 * number)
            timeline.event(try make.granted("c\(number)", at: time, until: day(13_300)), of: Self.person)
            timeline.event(try make.withdrawn("w\(number)", at: time + 1), of: Self.person)
        }
        let end = timeline.records.count
        timeline.tick(day(13_301))
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        _ = try fold.fold(timeline.records[..<end])
        let before = fold.steps
        _ = try fold.fold(timeline.records[end...])
        #expect(fold.steps - before < 1_100)
    }

    // MARK: - Limits per person

    @Test func `one person's waiting events put out their own, and nobody else's`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        let other = PersonKey(high: 2, low: 2)
        timeline.event(try make.cashFlow("other", on: 12_999), of: other)
        for index in 0..<FoldLimits.waitingPerPerson + 3 {
            timeline.event(try make.cashFlow("f\(index)", on: 13_000 - index / 150), of: Self.person)
        }
        for person in [other, Self.person] {
            timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        }
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.waitingOverflow] == 3)
        let feature = try Feature("cashflow.count.30d")
        #expect(fold.inspection(of: other, features: [feature])?.values == [1])
        let kept = try #require(fold.inspection(of: Self.person, features: [])).kept.map(\.identity)
        #expect(kept.contains(Self.person.identity(producer: make.producer, id: Identifier("f3")!)))
        #expect(!kept.contains(Self.person.identity(producer: make.producer, id: Identifier("f2")!)))
    }

    @Test func `a person has no more events than the limit, until some have left the horizon`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: Self.person)
        let perDay = FoldLimits.eventsPerPersonAndDay
        let days = FoldLimits.eventsPerPerson / perDay
        for index in 0..<FoldLimits.eventsPerPerson {
            let event = try make.cashFlow("f\(index)", on: 13_000 + index / perDay, millisecond: Int64(index))
            timeline.event(event, of: Self.person)
        }
        timeline.event(try make.cashFlow("more", on: 13_000 + days), of: Self.person)
        timeline.tick(day(13_290))
        timeline.event(try make.granted("c3", at: day(13_290), until: day(13_650)), of: Self.person)
        timeline.tick(day(13_640))
        timeline.event(try make.granted("c4", at: day(13_640), until: day(14_000)), of: Self.person)
        // The first day's have just left.
        timeline.tick(day(13_000 + Int(timeline.properties.horizonDays)))
        timeline.event(try make.cashFlow("more", on: 13_700), of: Self.person)
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        let output = try fold.fold(timeline.records)
        #expect(output.refusals.map(\.reason) == [.limit])
        #expect(fold.outcomes[.applied] == UInt64(FoldLimits.eventsPerPerson + 4))
    }

    @Test func `a person has no more corrections than the limit`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: Self.person)
        let perDay = FoldLimits.eventsPerPersonAndDay
        for number in 0..<FoldLimits.noticesPerPerson + 1 {
            let time = day(13_000 + number / perDay)
            timeline.event(try make.correction("x\(number)", of: "e\(number)", at: time), of: Self.person)
        }
        let fold = PartitionFold(partition: 0, scorecard: try Self.card(["cashflow.count.30d"], 1))
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.limit] == 1)
        #expect(fold.content.notices == FoldLimits.noticesPerPerson)
    }

    @Test func `currencies that nobody has leave room for those of a model to come`() throws {
        let card = try Self.card(["cashflow.count.30d"], 1)
        let euros = try Self.card(["bill.count.30d"], 2, currency: "EUR")
        let shelf = CardShelf(cards: [euros])
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: Self.person)
        for number in 0..<300 {
            let letters = [UInt8(65 + number / 26), UInt8(65 + number % 26), 88]
            let event = try make.bill(
                "b\(number)", on: 13_000 + number / 100, paid: nil, amount: 0, of: 5, .missed,
                currency: String(decoding: letters, as: UTF8.self))
            timeline.event(event, of: Self.person)
        }
        timeline.append(
            .models(shelf.activation(Models(euros))), from: Coordinates(topic: .control, partition: 0, offset: 1))
        timeline.event(
            try make.bill("e", on: 13_003, paid: nil, amount: 0, of: 5, .missed, currency: "EUR"), of: Self.person)
        let fold = PartitionFold(partition: 0, models: Models(card), loader: shelf.loader)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.limit] == UInt64(300 - FoldLimits.currenciesOfEvents))
        let feature = try Feature("bill.count.30d")
        #expect(fold.inspection(of: Self.person, features: [feature])?.values == [1])
    }

    // MARK: - Cards

    /// Cards of a hundred features each.
    private static func cards(_ features: [String]?) throws -> [Scorecard] {
        let names = features ?? everyFeature
        return try stride(from: 0, to: names.count, by: 100).map { start in
            try card(Array(names[start..<min(start + 100, names.count)]), UInt64(start + 1))
        }
    }

    /// Each pattern of the catalogue with the narrowest and the widest window: without a condition, and with each alone.
    private static let everyFeature: [String] = FeatureCatalogue.entries.flatMap { entry in
        entry.patterns.flatMap { pattern in
            Set([pattern.endings.first!, pattern.endings.last!]).sorted().flatMap { ending -> [String] in
                let plain = pattern.filter == .needed ? [] : ["\(entry.event).\(ending)"]
                let conditions = pattern.filter == .none ? [] : entry.conditions.map(\.word)
                return plain + conditions.map { "\(entry.event)[\($0)].\(ending)" }
            }
        }
    }

    private static func card(_ names: [String], _ number: UInt64, currency: String = "TWD") throws -> Scorecard {
        Scorecard(
            name: "worst", version: "1", hash: Digest128(high: 0, low: number), currency: Currency(currency)!,
            initialScore: 0, reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other",
            characteristics: try names.map { name in
                Characteristic(
                    name: name, feature: try Feature(name), reasonCode: "R", baselinePoints: 0,
                    bins: [
                        Bin(values: .missing, points: 0), Bin(values: .range(.min...0), points: 1),
                        Bin(values: .range(1 ... .max), points: 2),
                    ])
            }, reasonTexts: [:])
    }
}

extension TimelineBuilder {
    fileprivate mutating func append(_ steps: [WorstInput.Step]) {
        for step in steps {
            switch step {
            case .event(let event): self.event(event, of: PersonKey(high: 1, low: 1))
            case .tick(let time): tick(time)
            }
        }
    }
}
