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
    /// One person, nil without a live grant; nil where the fold does not show its persons.
    let state: ((PersonKey, _ features: [PlainFeature]) -> PersonState?)?
}

/// One person after a record.
struct PersonState: Equatable {
    var day: Int32
    /// Values on that day; nil is missing.
    var features: [Int64?]
    var score: Int32?
    var grants: [GrantNumber]
    /// Of events, consents and corrections; those that have left the horizon on the clock may be among them.
    var kept: Set<KeptID>

    struct GrantNumber: Equatable {
        var grant: Identifier
        var number: UInt64
    }

    struct KeptID: Hashable {
        var producer: Identifier
        var id: Identifier
        /// The day it is kept on.
        var day: Int32
    }
}

extension FoldUnderTest {
    static func oracle(_ properties: TimelineProperties, _ card: PlainCard) -> FoldUnderTest {
        final class Box { var oracle: BruteForce; init(_ oracle: BruteForce) { self.oracle = oracle } }
        let box = Box(BruteForce(properties: properties, card: card))
        return FoldUnderTest(
            fold: { record in
                let decoded = try TimelineRecord(record)
                return box.oracle.take(decoded.content, from: decoded.source)
            },
            clock: { box.oracle.clock },
            personCount: { box.oracle.people.count },
            outcomes: { box.oracle.outcomes },
            waiting: { box.oracle.waitingCount },
            repeats: { box.oracle.repeats },
            state: { key, features in
                box.oracle.people[key].map { person in
                    PersonState(
                        day: person.standingDay, features: box.oracle.values(of: features, for: key)!,
                        score: person.evaluation.score,
                        grants: person.grants.map { .init(grant: $0.id, number: $0.number) },
                        kept: Set(
                            (person.events + person.notices).map {
                                .init(producer: $0.event.producer, id: $0.event.id, day: $0.day)
                            }))
                }
            })
    }
}

extension TimelineRecord {
    init(_ record: TimelineBuilder.Record) throws {
        try self.init(key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: 0)
    }
}
