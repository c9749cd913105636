import Events
import Oracle
import Scoring
import TestTimeline

/// A random timeline as a list that can be changed and written again: what happened, in which raw partition. Every person
/// has a live grant throughout, ids are used once, and each tick rolls everyone.
struct Rewriting {
    struct Entry {
        var content: TimelineRecord.Content
        var topic: RawTopic
        var partition: Int32

        init(_ content: TimelineRecord.Content, _ topic: RawTopic, _ partition: Int32) {
            self.content = content
            self.topic = topic
            self.partition = partition
        }

        init(_ event: Event, of person: PersonKey) { self.init(.event(person, event), event.type.topic, 0) }

        var event: (person: PersonKey, event: Event)? {
            if case .event(let person, let event) = content { (person, event) } else { nil }
        }

        var isFinancial: Bool { event?.event.isFinancial ?? false }
    }

    let properties: TimelineProperties
    var entries: [Entry] = []
    private(set) var names: [PersonKey: Set<EventName>] = [:]

    init(seed: UInt64, events: Int) throws {
        var options = RandomTimeline.Options()
        options.corrections = false
        options.steadyGrants = true
        options.bursts = false
        options.mode = .history
        let log = try RandomTimeline(seed: seed, events: events, options: options)
        properties = log.timeline.properties
        for record in log.timeline.records.dropFirst() {
            let record = try TimelineRecord(record)
            if case .properties = record.content { continue }
            if case .event(let person, let event) = record.content {
                guard names[person, default: []].insert(EventName(event)).inserted else { continue }
            }
            entries.append(Entry(record.content, record.source.topic, record.source.partition))
        }
    }

    var persons: [PersonKey] { names.keys.sorted() }

    /// The states at the end of `entries`, a last tick and a last word to each person, of the oracle and, where it shows
    /// its persons, of the fold. `names` are asked for; numbers of changes are left out.
    func ends(_ card: PlainCard, _ features: [PlainFeature], names: [PersonKey: Set<EventName>]) throws
        -> [[PersonKey: PersonState]]
    {
        var timeline = TimelineBuilder(properties: properties)
        var offsets: [Coordinates: Int64] = [:]
        for entry in entries + (try closing()) {
            let place = Coordinates(topic: entry.topic, partition: entry.partition, offset: 0)
            var source = place
            source.offset = offsets[place, default: 0]
            offsets[place] = source.offset + 1
            timeline.append(entry.content, from: source)
        }
        let folds = [
            FoldUnderTest.oracle(properties, card, features: features),
            try .scoring(try Scorecard(card), features: features),
        ]
        return try folds.compactMap { fold in
            for record in timeline.records { _ = try fold.fold(record) }
            guard let state = fold.state else { return nil }
            var ends: [PersonKey: PersonState] = [:]
            for person in persons {
                var end = state(person, Array(names[person, default: []]))
                end?.grants.removeAll()
                ends[person] = end
            }
            return ends
        }
    }

    /// A tick that all agree on, and a consent of each person, so that all have been rolled to the clock.
    private func closing() throws -> [Entry] {
        let times = entries.compactMap { if case .tick(let time, _, _) = $0.content { time } else { nil } }
        let last = times.max()! + day(3)
        let ticks = (0..<properties.consentPartitions).map {
            Entry(.tick(time: last, secretFingerprint: 7, properties), .consents, $0)
        }
        return try ticks
            + persons.map { person in
                let grant = "steady-\(person.high >> 60)"
                return Entry(try EventMaker().granted("last", grant: grant, at: last, until: last + day(1)), of: person)
            }
    }
}
