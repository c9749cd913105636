import Events
import Foundation
import Oracle
import Scoring
import TestTimeline
import Testing

/// The fold against a brute-force scan over raw lists, on timelines drawn from seeds: equal after every record.
@Suite struct OracleTests {
    /// At most so many seeds of each, where one is enough to see whether a fault is found (Tests/Mutations/run).
    private static let most = ProcessInfo.processInfo.environment["PLAINSCORE_ORACLE_SEEDS"].flatMap { UInt64($0) }

    private static func seeds(_ count: UInt64) -> Range<UInt64> { 0..<min(count, most ?? count) }

    @Test(arguments: seeds(1000))
    func `after every record the fold's changes are those of a plain scan, for a card drawn from the grammar`(
        _ seed: UInt64
    ) throws {
        let log = try RandomTimeline.doubtful(seed: seed, events: 500)
        let card = try log.card(seed: ~seed)
        var random = SeededRandom(seed: seed)
        let features = (0..<3).map { _ in PlainFeature(RandomFeature.name(using: &random)) }
        try compare(log, try Scorecard(card), features, seed)
    }

    @Test(arguments: seeds(200))
    func `the same for the card that ships`(_ seed: UInt64) throws {
        let log = try RandomTimeline.doubtful(seed: seed, events: 400)
        try compare(log, try card("max"), [], seed)
    }

    @Test(arguments: seeds(200))
    func `the same for the cash-flow card, in the timelines' currency`(_ seed: UInt64) throws {
        var plain = PlainCard(try shippedCard("cash-flow"))
        plain.currency = Currency("TWD")!
        try compare(try RandomTimeline.doubtful(seed: seed, events: 400), try Scorecard(plain), [], seed)
    }

    /// Stops at the first record after which the two differ; looks at the features of the card and at `others`.
    private func compare(_ log: RandomTimeline, _ card: Scorecard, _ others: [PlainFeature], _ seed: UInt64) throws {
        let plain = PlainCard(card)
        let features = plain.characteristics.map(\.feature) + others
        let fold = try FoldUnderTest.scoring(card, features: features)
        let oracle = FoldUnderTest.oracle(log.timeline.properties, plain, features: features)
        var names: [PersonKey: Set<EventName>] = [:]
        for (number, record) in log.timeline.records.enumerated() {
            let content = try TimelineRecord(record).content
            func here(_ what: String) -> Comment {
                "seed \(seed), record \(number), \(what), after \(content), features \(features)"
            }
            let changes = try fold.fold(record)
            let wanted = try oracle.fold(record)
            let areSame = changes == wanted
            try #require(areSame, here("changes \(Self.firstDifference(changes, wanted))"))
            try #require(fold.clock() == oracle.clock(), here("clock"))
            try #require(fold.personCount() == oracle.personCount(), here("persons"))
            var persons: [PersonKey] = []
            if case .event(let key, let event) = content {
                persons = [key]
                names[key, default: []].insert(EventName(event))
            }
            // The others are as they were unless they were rolled: all are looked at now and then.
            if number % 16 == 0 || number == log.timeline.records.count - 1 {
                persons = RandomTimeline.persons
                let outcomes = fold.outcomes()
                try #require(oracle.outcomes().allSatisfy { outcomes[$0, default: $1] == $1 }, here("outcomes"))
                try #require(fold.waiting() == oracle.waiting() && fold.repeats() == oracle.repeats(), here("waits"))
            }
            guard let state = fold.state else { continue }
            for person in persons {
                let day = fold.clock().map { log.timeline.properties.dayOffset.day(of: $0, for: person) } ?? 0
                let horizon = day - log.timeline.properties.horizonDays
                let asked = Array(names[person, default: []])
                let got = state(person, asked)?.kept(after: horizon)
                let wanted = oracle.state!(person, asked)?.kept(after: horizon)
                let isSame = got == wanted
                try #require(
                    isSame,
                    here("person \(person.high >> 60) is \(got, default: "gone"), not \(wanted, default: "gone")"))
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
    fileprivate func kept(after day: Int32) -> PersonState {
        var state = self
        state.keptDays = keptDays.filter { $0 > day }
        state.kept = kept.filter { $0.value > day }
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
    func histories(using random: inout SeededRandom) throws -> [PlainHistory] {
        let offset = timeline.properties.dayOffset
        var events: [PersonKey: [PlainEvent]] = [:]
        for record in timeline.records {
            guard case .event(let key, let event) = try TimelineRecord(record).content, event.isFinancial else {
                continue
            }
            events[key, default: []].append(PlainEvent(event, of: key, day: offset.day(of: event.occurredAt, for: key)))
        }
        let persons = events.keys.sorted()
        return (0..<12).map { _ in
            let list = events[persons.randomElement(using: &random)!]!.sorted { $0.precedes($1) }
            return PlainHistory(list, on: list.randomElement(using: &random)!.day, currency: Currency("TWD")!)
        }
    }
}
