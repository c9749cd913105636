import Events
import Oracle
import TestTimeline
import Testing

/// What must hold of any timeline, whatever the values: of the oracle, and of the fold where it shows its persons.
@Suite struct OraclePropertyTests {
    @Test(arguments: 0..<150 as Range<UInt64>)
    func `a correction equals never having sent the event`(_ seed: UInt64) throws {
        let without = try Rewriting(seed: seed, events: 150)
        var random = SeededRandom(seed: ~seed)
        var with = without
        var names = without.names
        for number in 0..<12 {
            // A wrong event beside a right one; its correction before or after it, the wrong one perhaps once more.
            let place = try #require(
                with.entries.indices.filter { with.entries[$0].isFinancial }.randomElement(using: &random))
            let right = with.entries[place].event!
            let wrong = try right.event.copy(id: "wrong-\(number)", movedBy: Int64.random(in: -3...3, using: &random))
            names[right.person]!.insert(EventName(wrong))
            let correction = try Event(
                id: Identifier("correction-\(number)")!, producer: wrong.producer, occurredAt: right.event.occurredAt,
                currency: nil, body: .correction(Correction(correctedEvent: wrong.id)))
            var sent = [wrong, correction]
            if Bool.random(using: &random) { sent.swapAt(0, 1) }
            if Bool.random(using: &random) { sent.append(wrong) }
            var next = place
            for event in sent {
                next = Int.random(in: next...min(with.entries.count, next + 10), using: &random)
                with.entries.insert(.init(event, of: right.person), at: next)
                next += 1
            }
        }
        let (card, features) = try drawn(seed)
        let ends = zip(try with.ends(card, features, names: names), try without.ends(card, features, names: names))
        for (with, without) in ends {
            // Corrections are kept for their ids, so the days on which anything is kept differ by theirs.
            let areSame = with.mapValues(\.withoutKeptDays) == without.mapValues(\.withoutKeptDays)
            #expect(areSame, "seed \(seed): \(with) is not \(without)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `taking back everything equals an empty person`(_ seed: UInt64) throws {
        var all = try Rewriting(seed: seed, events: 120)
        var random = SeededRandom(seed: ~seed)
        var empty = all
        empty.entries.removeAll(where: \.isFinancial)
        let corrections = try all.entries.filter(\.isFinancial).enumerated().map { number, entry in
            let (person, event) = entry.event!
            return Rewriting.Entry(
                try Event(
                    id: Identifier("correction-\(number)")!, producer: event.producer, occurredAt: event.occurredAt,
                    currency: nil, body: .correction(Correction(correctedEvent: event.id))), of: person)
        }
        all.entries += corrections.shuffled(using: &random)
        let (card, features) = try drawn(seed)
        let ends = zip(
            try all.ends(card, features, names: all.names), try empty.ends(card, features, names: all.names))
        for (all, empty) in ends {
            let areSame = all.mapValues(\.withoutKeptDays) == empty.mapValues(\.withoutKeptDays)
            #expect(areSame, "seed \(seed): \(all) is not \(empty)")
        }
    }

    @Test(arguments: 0..<60 as Range<UInt64>)
    func `the order in which events arrive between two ticks changes nothing in the end`(_ seed: UInt64) throws {
        let log = try Rewriting(seed: seed, events: 200)
        var random = SeededRandom(seed: ~seed)
        var shuffled = log
        for run in log.entries.indices.split(whereSeparator: { !log.entries[$0].isFinancial }) {
            shuffled.entries[run.first!...run.last!].shuffle(using: &random)
        }
        let (card, features) = try drawn(seed)
        let ends = zip(
            try log.ends(card, features, names: log.names), try shuffled.ends(card, features, names: log.names))
        for (inOrder, shuffled) in ends {
            #expect(inOrder == shuffled, "seed \(seed)")
        }
    }

    @Test func `the order of events within a day changes no feature but those that say so`() throws {
        var random = SeededRandom(seed: 3)
        var moved: Set<String> = []
        for seed in 0..<40 as Range<UInt64> {
            let log = try RandomTimeline(seed: seed, events: 300)
            for history in try log.histories(using: &random) {
                for _ in 0..<100 {
                    let feature = PlainFeature(RandomFeature.name(using: &random))
                    let shuffled = history.withDaysShuffled(using: &random)
                    if history.value(of: feature) == shuffled.value(of: feature) { continue }
                    moved.insert(Self.saysSo.first { feature.name.contains(".\($0)") } ?? feature.name)
                }
            }
        }
        // Each of these is seen to depend on it, and nothing else is.
        #expect(moved == Set(Self.saysSo))
    }

    /// `paid_to_limit_bp` reads the limit of the last statement.
    private static let saysSo = ["longest_streak", "obligations_open", "paid_to_limit_bp", "latest"]

    private func drawn(_ seed: UInt64) throws -> (PlainCard, [PlainFeature]) {
        let log = try RandomTimeline(seed: seed, events: 100)
        var random = SeededRandom(seed: seed)
        return (try log.card(seed: seed), (0..<20).map { _ in PlainFeature(RandomFeature.name(using: &random)) })
    }
}

extension PersonState {
    fileprivate var withoutKeptDays: PersonState {
        var state = self
        state.keptDays = []
        return state
    }
}

extension Event {
    fileprivate func copy(id: String, movedBy days: Int64) throws -> Event {
        try Event(
            id: Identifier(id)!, producer: producer, occurredAt: occurredAt + days * Timestamp.dayMilliseconds,
            currency: currency, body: body)
    }
}

extension PlainHistory {
    /// The same events on the same days, in another order within each.
    fileprivate func withDaysShuffled(using random: inout SeededRandom) -> PlainHistory {
        var shuffled: [PlainEvent] = []
        for day in Set(events.map(\.day)).sorted() {
            shuffled += events.filter { $0.day == day }.shuffled(using: &random)
        }
        return PlainHistory(shuffled, on: today, currency: Currency("TWD")!)
    }
}
