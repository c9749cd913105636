import Events
import Scoring
import TestTimeline
import Testing

/// The memory of persons' arrays: all grow together, and yet little of it is dead; what moves stays what it was.
@Suite struct StateMemoryTests {
    private static let persons = (0..<200).map { PersonKey(high: UInt64($0) << 56 | 3, low: UInt64($0)) }
    private static let features = [
        "statement.count.730d", "statement.balance.sum.30d", "statement.balance.max.365d", "repayment.count.730d",
        "repayment.obligations_open.90d", "person.tenure_days", "person.events.180d",
    ]

    @Test func `a state that grew by small steps holds little more than what lives`() throws {
        let features = try Self.features.map { try Feature($0) }
        let sample = [0, 7, 127, 150].map { Self.persons[$0] }
        var all = try Growth(Self.persons)
        var few = try Growth(sample)
        for days in stride(from: 0, to: 900, by: 30).map({ $0..<$0 + 30 }) {
            try all.live(days)
            try few.live(days)
            // The memory of the few is a page that nobody cleans.
            for person in sample {
                let read = few.fold.inspection(of: person, features: features)
                #expect(all.fold.inspection(of: person, features: features) == read, "\(days)")
            }
            // Besides the twentieth: the segment that is filled, the one that is cleaned, and an empty one.
            let use = all.fold.personMemory
            #expect(use.heldBytes - use.liveBytes <= use.heldBytes / 20 + 3 << 21, "\(use) after \(days)")
        }
        #expect(all.fold.personMemory.liveBytes > 8 << 21)
        var state: [UInt8] = []
        all.fold.encodeState(into: &state)
        let restored = try PartitionFold(
            state: unsafe state.span.bytes, partition: 0, scorecard: try shippedCard("stripped"))
        #expect(restored.stateDigest == all.fold.stateDigest)
    }

    @Test func `what persons held who have gone is given back while the others go on`() throws {
        var all = try Growth(Self.persons)
        try all.live(0..<300)
        #expect(all.fold.personMemory.heldBytes > 4 << 21)
        try all.withdraw(Self.persons[10...])
        #expect(all.fold.personCount == 10)
        try all.live(300..<330)
        let use = all.fold.personMemory
        #expect(use.liveBytes < 1 << 20 && use.heldBytes <= 2 << 21, "\(use)")
    }
}

/// Persons who have something every day; one in ten has on 60 days about as much as the largest block holds, some less and
/// some more, and then nothing, until all of it leaves.
private struct Growth {
    private static let firstDay = 19_000

    let fold: PartitionFold
    private let make = EventMaker()
    private var persons: [PersonKey]
    private var timeline = TimelineBuilder()

    init(_ persons: [PersonKey]) throws {
        fold = PartitionFold(partition: 0, scorecard: try shippedCard("stripped"))
        self.persons = persons
        timeline.tick(day(Self.firstDay))
        for person in persons {
            for renewal in 0..<3 {
                let time = day(Self.firstDay + renewal * 360)
                timeline.event(try make.granted("c\(renewal)", at: time, until: time + day(365)), of: person)
            }
        }
        try foldAll()
    }

    mutating func live(_ days: Range<Int>) throws {
        for number in days {
            let today = Self.firstDay + number
            for person in persons {
                let isHeavy = person.low % 10 == 7
                if isHeavy, number >= 60 { continue }
                for statement in 0..<(isHeavy ? 117 + Int(person.low / 10 % 6) : 2) {
                    // Some on a whole second, where names are kept.
                    let time = day(today) + Int64(statement) * 1_000 + Int64(number % 5)
                    let balance = Int64(number) * 7 + Int64(person.low)
                    timeline.event(
                        try make.statement("s\(number)-\(statement)", at: time, balance: balance), of: person)
                }
                let loan = "loan-\(number / 20)"
                timeline.event(
                    try make.repayment(
                        "r\(number)", on: today, obligation: loan, due: today, paid: nil, amount: 0, of: 5, .missed),
                    of: person)
            }
            timeline.tick(day(today + 1))
        }
        try foldAll()
    }

    mutating func withdraw(_ leaving: ArraySlice<PersonKey>) throws {
        // After the last of the renewals, which were sent ahead.
        for person in leaving { timeline.event(try make.withdrawn("w", at: day(Self.firstDay + 721)), of: person) }
        persons.removeAll { leaving.contains($0) }
        try foldAll()
    }

    private func foldAll() throws { _ = try fold.fold(timeline.records[Int(fold.nextOffset)...]) }
}
