import Events
import Oracle
import Scoring
import TestTimeline
import Testing

/// The fold against a brute-force scan over raw lists, on timelines drawn from seeds: equal after every record.
@Suite struct OracleTests {
    @Test(arguments: 0..<1000 as Range<UInt64>)
    func `after every record the fold's changes are those of a plain scan, for a card drawn from the grammar`(
        _ seed: UInt64
    ) throws {
        guard FoldUnderTest.knowsAll else { return }
        let log = try RandomTimeline(seed: seed, events: 500)
        let card = try log.card(seed: ~seed)
        var random = SeededRandom(seed: seed)
        let features = (0..<3).map { _ in PlainFeature(RandomFeature.name(using: &random)) }
        try compare(log, .scoring(try Scorecard(card)), card, features + card.characteristics.map(\.feature), seed)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `the same for the card that ships`(_ seed: UInt64) throws {
        var options = RandomTimeline.Options()
        options.corrections = FoldUnderTest.knowsAll
        let log = try RandomTimeline(seed: seed, events: 400, options: options)
        let card = try card("max")
        try compare(log, .scoring(card), PlainCard(card), card.characteristics.map { PlainFeature($0.feature.name) }, seed)
    }

    /// Stops at the first record after which the two differ.
    private func compare(
        _ log: RandomTimeline, _ fold: FoldUnderTest, _ card: PlainCard, _ features: [PlainFeature], _ seed: UInt64
    ) throws {
        let oracle = FoldUnderTest.oracle(log.timeline.properties, card)
        for (number, record) in log.timeline.records.enumerated() {
            let content = try TimelineRecord(record).content
            func here(_ what: String) -> Comment { "seed \(seed), record \(number), \(what) after \(content)" }
            let changes = try fold.fold(record)
            let wanted = try oracle.fold(record)
            let areSame = changes == wanted
            try #require(areSame, here("changes \(Self.firstDifference(changes, wanted))"))
            try #require(fold.clock() == oracle.clock(), here("clock"))
            try #require(fold.personCount() == oracle.personCount(), here("persons"))
            let isLast = number == log.timeline.records.count - 1
            var persons: [PersonKey] = []
            if case .event(let key, _) = content { persons = [key] }
            // The others are as they were, unless they were rolled: looked at now and then.
            if number % 16 == 0 || isLast { persons = RandomTimeline.persons }
            if isLast || number % 16 == 0 {
                let outcomes = fold.outcomes()
                try #require(oracle.outcomes().allSatisfy { outcomes[$0, default: $1] == $1 }, here("outcomes"))
                try #require(fold.waiting() == oracle.waiting() && fold.repeats() == oracle.repeats(), here("waits"))
            }
            for person in persons {
                guard let state = fold.state else { break }
                let day = fold.clock().map { log.timeline.properties.dayOffset.day(of: $0, for: person) } ?? 0
                let got = state(person, features)?.keptWithin(day - log.timeline.properties.horizonDays)
                let wanted = oracle.state!(person, features)?.keptWithin(day - log.timeline.properties.horizonDays)
                let isSame = got == wanted
                try #require(isSame, here("person \(person.high >> 60) is \(got, default: "gone"), wanted \(wanted, default: "gone")"))
            }
        }
    }

    private static func firstDifference(_ changes: [PlainChange], _ wanted: [PlainChange]) -> String {
        var number = 0
        while number < min(changes.count, wanted.count), changes[number] == wanted[number] { number += 1 }
        func text(_ list: [PlainChange]) -> String { number < list.count ? "\(list[number])" : "none" }
        return "number \(number): got \(text(changes)), wanted \(text(wanted))"
    }
}

extension PersonState {
    /// Without what has left the horizon on the clock, which a fold may drop when it comes by.
    fileprivate func keptWithin(_ first: Int32) -> PersonState {
        var state = self
        state.kept = kept.filter { $0.day > first }
        return state
    }
}

extension RandomTimeline {
    /// A card drawn from the grammar, its bins around what these persons show.
    func card(seed: UInt64) throws -> PlainCard {
        var random = SeededRandom(seed: seed)
        let histories = try histories(using: &random)
        return PlainCard.random(seenIn: histories, currency: Currency("TWD")!, using: &random)
    }

    /// What some persons' features would read on some days: where a card's bins are drawn.
    private func histories(using random: inout SeededRandom) throws -> [PlainHistory] {
        let offset = timeline.properties.dayOffset
        var events: [PersonKey: [PlainEvent]] = [:]
        for record in timeline.records {
            guard case .event(let key, let event) = try TimelineRecord(record).content, event.isFinancial else { continue }
            events[key, default: []].append(PlainEvent(event, day: offset.day(of: event.occurredAt, for: key)))
        }
        let persons = events.keys.sorted()
        return (0..<12).map { _ in
            let list = events[persons.randomElement(using: &random)!]!.sorted { $0.order < $1.order }
            return PlainHistory(list, on: list.randomElement(using: &random)!.day, currency: Currency("TWD")!)
        }
    }
}
