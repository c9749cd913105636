import Events
import Scoring
import TestTimeline
import Testing

/// The gate: no consent, no state, nothing published.
@Suite struct ConsentTests {
    let person = PersonKey(high: 1, low: 1)
    let make = EventMaker()
    let fold: PartitionFold

    init() throws { fold = PartitionFold(partition: 0, scorecard: try card("max")) }

    @Test func `an event before its consent waits and is applied when the consent comes`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.statement("s", at: day(13_000)), of: person)
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100)), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map(\.cause.kind) == [.consent])
        #expect(
            results[0].score != nil && results[0].previousScore == nil && results[0].recipients.map(\.number) == [1])
        #expect(fold.outcomes[.applied] == 2 && fold.outcomes.waiting == 0)
    }

    @Test(arguments: [(60_000, true), (60_001, false)])
    func `a wait ends more than 60 s on the clock after it began`(_ passed: Int64, _ isApplied: Bool) throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(13_000))
        timeline.event(try make.statement("s", at: day(13_000)), of: person)
        timeline.tick(day(13_000) + passed)
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100)), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.count == (isApplied ? 1 : 0))
        #expect(fold.outcomes[.noConsent] == (isApplied ? 0 : 1))
        #expect(fold.outcomes.total == UInt64(timeline.records.count))
    }

    @Test func `no wait ends before the first tick`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.statement("s", at: day(13_000)), of: person)
        timeline.tick(day(13_100))
        timeline.event(try make.granted("c", at: day(13_099), until: day(13_200)), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.count == 1)
    }

    @Test func `a withdrawal sends one final record and the person's state goes`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100)), of: person)
        timeline.event(try make.statement("s", at: day(13_000)), of: person)
        timeline.event(try make.withdrawn("w", at: day(13_001)), of: person)
        timeline.event(try make.statement("s2", at: day(13_002)), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.count == 2)
        #expect(results[1].isEnd && results[1].score == nil && results[1].recipients.map(\.number) == [2])
        #expect(fold.personCount == 0 && fold.outcomes.waiting == 1)
    }

    @Test(arguments: [(-1, 0), (0, 1), (1, 1)])
    func `a grant ends when the clock reaches its expiry`(_ past: Int64, _ ends: Int) throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_100) + 5), of: person)
        timeline.tick(day(13_100) + 5 + past)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.filter(\.isEnd).map(\.cause.kind) == Array(repeating: .expiry, count: ends))
        #expect(fold.personCount == 1 - ends)
        // The day that brings the end, though nothing else came since the consent.
        #expect(results.filter(\.isEnd).map(\.day) == Array(repeating: 13_100, count: ends))
    }

    @Test func `a renewal continues the numbers, a new opening begins at 1`() throws {
        var timeline = TimelineBuilder()
        let opening = timeline.event(try make.granted("c1", at: day(13_000), until: day(13_100)), of: person)
        timeline.event(try make.statement("s1", at: day(13_000)), of: person)
        timeline.event(try make.granted("c2", at: day(13_050), until: day(13_200)), of: person)
        timeline.tick(day(13_150))
        timeline.event(try make.statement("s2", at: day(13_150), daysPastDue: 90), of: person)
        timeline.event(try make.withdrawn("w", at: day(13_151)), of: person)
        let reopening = timeline.event(try make.granted("c3", at: day(13_152), until: day(13_200)), of: person)
        timeline.event(try make.statement("s3", at: day(13_152)), of: person)
        let recipients = try fold.fold(timeline.records).decoded().flatMap(\.recipients)
        #expect(recipients.map(\.number) == [1, 2, 3, 1])
        #expect(recipients.map(\.opening) == [opening, opening, opening, reopening])
    }

    @Test func `a second subscriber gets the score that is there, and changes from then on`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c1", grant: "g1", at: day(13_000), until: day(13_100)), of: person)
        timeline.event(try make.statement("s1", at: day(13_000)), of: person)
        timeline.event(
            try make.granted("c2", grant: "g2", at: day(13_001), until: day(13_100), purpose: .tenancy), of: person)
        timeline.event(try make.statement("s2", at: day(13_002), daysPastDue: 90), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map { $0.recipients.map(\.grant.text) } == [["g1"], ["g2"], ["g1", "g2"]])
        #expect(results[1].previousScore == nil && results[1].score == results[0].score)
        #expect(results[2].recipients.map(\.number) == [2, 2])
    }

    @Test func `when the first of two grants ends, the second goes on under its own name and number`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c1", grant: "g1", at: day(13_000), until: day(13_002)), of: person)
        timeline.event(
            try make.granted("c2", grant: "g2", at: day(13_000), until: day(13_100), purpose: .tenancy), of: person)
        timeline.event(try make.statement("s1", at: day(13_001)), of: person)
        timeline.tick(day(13_002))
        timeline.event(try make.statement("s2", at: day(13_002), daysPastDue: 90), of: person)
        // The consents are still known: the same ones sent again are duplicates.
        timeline.event(
            try make.granted("c2", grant: "g2", at: day(13_000), until: day(13_100), purpose: .tenancy), of: person)
        let results = try fold.fold(timeline.records).decoded()
        #expect(results.map { $0.recipients.map(\.grant.text) } == [["g1", "g2"], ["g1"], ["g2"]])
        #expect(results.map(\.isEnd) == [false, true, false])
        #expect(results[2].recipients[0].number == 2 && results[2].recipients[0].purpose == .tenancy)
        #expect(results[2].recipients[0].subscriberReference == results[0].recipients[1].subscriberReference)
        #expect(fold.outcomes[.duplicate] == 1)
    }

    @Test func `a grant id with another purpose is a conflict, refused with its coordinates`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c1", at: day(13_000), until: day(13_100)), of: person)
        let source = timeline.event(
            try make.granted("c2", at: day(13_000), until: day(13_100), purpose: .utilities), of: person)
        let output = try fold.fold(timeline.records)
        #expect(output.refusals == [FoldRefusal(source: source, reason: .conflict)])
    }

    @Test func `a grant that is over when it comes opens nothing`() throws {
        var timeline = TimelineBuilder()
        timeline.tick(day(13_200))
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_200)), of: person)
        timeline.event(try make.granted("d", at: day(13_000) + 1, until: day(13_200) + 1), of: person)
        _ = try fold.fold(timeline.records)
        #expect(fold.outcomes[.noConsent] == 1 && fold.personCount == 1)
    }
}
