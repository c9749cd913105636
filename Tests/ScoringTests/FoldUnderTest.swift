import Events
import Oracle
import Scoring
import TestTimeline

/// What a comparison asks of a fold, whichever it is: the fold itself or the oracle.
struct FoldUnderTest {
    /// Folds the next record and returns the score changes that it brings.
    let fold: (TimelineBuilder.Record) throws -> [PlainChange]
    let clock: () -> Int64?
    let personCount: () -> Int
    /// How many records ended in each class.
    let outcomes: () -> [BruteForce.Outcome: Int]
    let waiting: () -> Int
    let repeats: () -> Int
    /// One person, nil without a live grant; `names` are those that may be among what is kept. nil where the fold does
    /// not show its persons.
    let state: ((PersonKey, _ names: [EventName]) -> PersonState?)?
}

/// One person after a record.
struct PersonState: Equatable {
    var day: Int32
    /// Values on that day; nil is missing.
    var features: [Int64?]
    var score: Int32?
    var grants: [GrantNumber]
    /// The days on which events and corrections are kept, in order; of those that have left the horizon on the
    /// clock some may still be there.
    var keptDays: [Int32]
    /// The day on which each of the names asked for is kept.
    var kept: [EventName: Int32]

    struct GrantNumber: Equatable {
        var grant: Identifier
        var number: UInt64
    }
}

struct EventName: Hashable {
    var producer: Identifier
    var id: Identifier

    init(_ event: Event) {
        producer = event.producer
        id = event.id
    }
}

extension FoldUnderTest {
    /// The oracle; a person's state shows the values of `features`.
    static func oracle(_ properties: TimelineProperties, _ card: PlainCard, features: [PlainFeature]) -> FoldUnderTest {
        final class Box {
            var oracle: BruteForce
            init(_ oracle: BruteForce) { self.oracle = oracle }
        }
        let box = Box(BruteForce(properties: properties, card: card))
        return FoldUnderTest(
            fold: { record in
                let decoded = try TimelineRecord(record)
                return box.oracle.take(decoded)
            },
            clock: { box.oracle.clock },
            personCount: { box.oracle.people.count },
            outcomes: { box.oracle.outcomes },
            waiting: { box.oracle.waitingCount },
            repeats: { box.oracle.repeats },
            state: { key, names in
                box.oracle.people[key].map { person in
                    let kept = person.events + person.notices
                    let days = Dictionary(uniqueKeysWithValues: kept.map { (EventName($0.event), $0.day) })
                    return PersonState(
                        day: person.standingDay, features: box.oracle.values(of: features, for: key)!,
                        score: person.evaluation.score,
                        grants: person.grants.map { .init(grant: $0.id, number: $0.number) },
                        keptDays: kept.map(\.day).sorted(), kept: days.filter { names.contains($0.key) })
                }
            })
    }
}

extension TimelineRecord {
    init(_ record: TimelineBuilder.Record) throws {
        try self.init(key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: 0)
    }
}
