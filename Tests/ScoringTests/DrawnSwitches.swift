import Events
import Oracle
import Scoring
import TestTimeline

/// A random timeline in which models are switched, and how often each record of that came again.
struct DrawnSwitches {
    struct Switch {
        let models: Models
        /// The timeline record that brings them.
        let offset: Int
        let source: Coordinates
        let appendedAt: Int64
    }

    let beginning: Models
    let shelf: CardShelf
    let timeline: TimelineBuilder
    /// The same in a timeline that rolls everyone who is due at once, and without the switches: each is a record that
    /// changes nothing.
    let unswitched: TimelineBuilder
    private(set) var switches: [Switch] = []

    init(seed: UInt64) throws {
        let log = try RandomTimeline(seed: seed, events: 250)
        var random = SeededRandom(seed: seed &* 31)
        let shelf = CardShelf(
            cards: try (0..<5 as Range<UInt64>).map { number in
                var card = try log.card(seed: seed &* 7 &+ number)
                if Int.random(in: 0..<6, using: &random) == 0 { card.currency = Currency("EUR")! }
                return try Scorecard(card, number: number)
            })
        self.shelf = shelf
        func models() throws -> Models {
            let cards = shelf.cards.shuffled(using: &random)
            return try Models(
                speaking: cards[0], challengers: Array(cards[1...Int.random(in: 1...3, using: &random)].dropFirst()))
        }
        beginning = try models()

        var properties = log.timeline.properties
        properties.rollsPerRecord = 1
        var unbounded = properties
        (unbounded.rollsPerRecord, unbounded.rollsPerTick) = (.max, .max)
        var timeline = TimelineBuilder(properties: properties)
        var unswitched = TimelineBuilder(properties: unbounded)
        let records = log.timeline.records
        // In pairs, the second soon after the first.
        var places: [Int] = []
        for _ in 0..<3 {
            let place = Int.random(in: 1..<records.count, using: &random)
            places += [place, min(place + Int.random(in: 0...4, using: &random), records.count - 1)]
        }
        places.sort()
        for (index, record) in records.enumerated().dropFirst() {
            while places.first == index {
                places.removeFirst()
                let source = Coordinates(topic: .control, partition: 0, offset: Int64(2 + 3 * switches.count))
                let next = try models()
                switches.append(
                    Switch(
                        models: next, offset: timeline.records.count, source: source,
                        appendedAt: Int64(switches.count)))
                timeline.append(
                    .models(shelf.activation(next)), from: source, appendedAt: Int64(switches.count - 1))
                try unswitched.repeated(0)
            }
            let record = try TimelineRecord(record)
            timeline.append(
                record.content.with(properties), from: record.source, appendedAt: record.appendedAt,
                random: UInt64(index))
            unswitched.append(
                record.content.with(unbounded), from: record.source, appendedAt: record.appendedAt,
                random: UInt64(index))
            if let last = switches.last, Int.random(in: 0..<100, using: &random) == 0 {
                try timeline.repeated(last.offset)
                try unswitched.repeated(0)
            }
        }
        // Enough that nobody is left, and nobody due, however small K is.
        let clock = PartitionFold(partition: 0, models: beginning)
        _ = try clock.fold(unswitched.records)
        for number in 0..<1_000 as Range<Int64> {
            let source = Coordinates(topic: .consents, partition: 0, offset: 1_000_000 + number)
            let time = clock.clock ?? 0
            timeline.append(.tick(time: time, secretFingerprint: 7, properties), from: source)
            unswitched.append(.tick(time: time, secretFingerprint: 7, unbounded), from: source)
        }
        self.timeline = timeline
        self.unswitched = unswitched
    }

    func fold() -> PartitionFold { PartitionFold(partition: 0, models: beginning, loader: shelf.loader) }

    func fold(_ state: [UInt8]) throws -> PartitionFold {
        try PartitionFold(state: unsafe state.span.bytes, partition: 0, models: beginning, loader: shelf.loader)
    }
}

extension TimelineRecord.Content {
    fileprivate func with(_ properties: TimelineProperties) -> Self {
        switch self {
        case .properties: .properties(properties)
        case .tick(let time, let fingerprint, _): .tick(time: time, secretFingerprint: fingerprint, properties)
        case .event, .models, .clock: self
        }
    }
}
