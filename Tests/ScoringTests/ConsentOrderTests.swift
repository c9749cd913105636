import Events
import Scoring
import TestTimeline
import Testing

/// A withdrawal always works, and holds (invariant 22): whatever else was sent, in whatever order, however often.
@Suite struct ConsentOrderTests {
    let person = PersonKey(high: 0x1234_5678_9ABC_DEF0, low: 42)
    let make = EventMaker()
    let start = day(13_000)

    @Test func `a consent that is sent again after the withdrawal opens nothing`() throws {
        let fold = try fold { timeline in
            let granted = try make.granted("c", at: start, until: start + day(300))
            timeline.event(granted, of: person)
            timeline.event(try make.withdrawn("w", at: start + day(40)), of: person)
            timeline.tick(start + day(41))
            timeline.event(granted, of: person)
        }
        #expect(fold.personCount == 0 && fold.outcomes[.superseded] == 1)
    }

    @Test func `a new consent after a withdrawal works where it names a later time`() throws {
        let fold = try fold { timeline in
            timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
            timeline.event(try make.withdrawn("w", at: start + day(1)), of: person)
            timeline.event(try make.granted("c", at: start + day(1), until: start + day(300)), of: person)
            #expect(try folded(timeline).personCount == 0, "at one time the withdrawal is the last word")
            timeline.event(try make.granted("c2", at: start + day(1) + 1, until: start + day(300)), of: person)
        }
        #expect(fold.personCount == 1)
    }

    /// What stands before the withdrawal `w`, and when that is dated.
    private enum Obstacle: CaseIterable {
        case sameIdOfAPayment, twoHundredCorrectionsOfTheDay, datedIn1970, datedTenDaysAhead, theIdOfTheConsent
    }

    @Test(arguments: Obstacle.allCases)
    private func `nothing refuses a withdrawal`(_ obstacle: Obstacle) throws {
        var time = start + day(1)
        let fold = try fold { timeline in
            timeline.stamp = start + day(1)
            timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
            timeline.tick(start + day(1))
            switch obstacle {
            case .sameIdOfAPayment: timeline.event(try make.repayment("w", at: start), of: person)
            case .twoHundredCorrectionsOfTheDay:
                for number in 0..<FoldLimits.eventsPerPersonAndDay {
                    timeline.event(try make.correction("k\(number)", of: "nothing\(number)", at: time), of: person)
                }
            case .datedIn1970: time = 1
            case .datedTenDaysAhead: time = start + day(11)
            case .theIdOfTheConsent: break
            }
            let id = obstacle == .theIdOfTheConsent ? "c" : "w"
            timeline.event(try make.withdrawn(id, at: time), of: person)
            #expect(try folded(timeline).personCount == 0)
            // What was sent again after a wrong date opens nothing, and a consent given now does.
            timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
            #expect(try folded(timeline).personCount == 0)
            timeline.event(try make.granted("d", at: start + day(1) + 1, until: start + day(300)), of: person)
        }
        #expect(fold.personCount == 1)
    }

    @Test func `a withdrawal from before the consent that holds is refused aloud`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: start + day(2), until: start + day(300)), of: person)
        let source = timeline.event(try make.withdrawn("w", at: start + day(1)), of: person)
        timeline.event(try make.withdrawn("w", at: start + day(1)), of: person)
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        let output = try fold.fold(timeline.records)
        #expect(output.refusals == [FoldRefusal(source: source, reason: .superseded)])
        #expect(fold.personCount == 1 && fold.outcomes[.superseded] == 1 && fold.outcomes[.duplicate] == 1)
    }

    @Test func `a later consent for another purpose ends the grant for the former one`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.granted("c", at: start, until: start + day(300)), of: person)
        timeline.event(try make.statement("s", at: start), of: person)
        timeline.event(
            try make.granted("d", at: start + 1, until: start + day(300), purpose: .tenancy), of: person)
        let results = try PartitionFold(partition: 0, scorecard: try card("max")).fold(timeline.records).decoded()
        #expect(results.map(\.isEnd) == [false, true, false])
        #expect(results.map { $0.recipients[0].purpose } == [.lending, .lending, .tenancy])
        #expect(results.map { $0.recipients[0].number } == [1, 2, 1])
    }

    @Test func `a mark is let go of when every consent from before it would have expired`() throws {
        var timeline = TimelineBuilder()
        timeline.event(try make.withdrawn("w", at: start), of: person)
        timeline.tick(start + EventRules.grantMilliseconds - 1)
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        #expect(fold.content.marks == 1)
        let folded = timeline.records.count
        timeline.tick(start + EventRules.grantMilliseconds)
        _ = try fold.fold(timeline.records[folded...])
        #expect(fold.content.marks == 0)
    }

    /// Consents of one person as a set: the last word on each grant, by time, the withdrawal after the consent, then the
    /// consent that ends sooner.
    @Test func `whatever order the consents come in, and however often, the same grants are open`() throws {
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let consents = try (0..<Int.random(in: 1...8, using: &random)).map { try consent($0, using: &random) }
            let end = start + day(Int.random(in: 1...500, using: &random))
            let expected = openGrants(consents, at: end)
            for _ in 0..<3 {
                var sent = consents + consents.filter { _ in Bool.random(using: &random) }
                sent.shuffle(using: &random)
                var timeline = TimelineBuilder()
                var clock = start
                for event in sent {
                    if Int.random(in: 0..<3, using: &random) == 0 {
                        clock = Int64.random(in: clock...end, using: &random)
                        timeline.tick(clock)
                    }
                    timeline.event(event, of: person)
                }
                timeline.tick(end)
                let grants = try folded(timeline).inspection(of: person, features: [])?.grants ?? []
                let open = Set(grants.map { "\($0.id) \($0.purpose) \($0.expiresAt)" })
                try #require(open == expected, "seed \(seed)")
            }
        }
    }

    private func consent(_ number: Int, using random: inout SeededRandom) throws -> Event {
        let grant = ["g", "h"].randomElement(using: &random)!
        // Few moments, so that several fall on one.
        let time = start + day(50 * Int.random(in: 0...8, using: &random)) + Int64.random(in: 0...1, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
            return try make.withdrawn("w\(number)", grant: grant, at: time)
        }
        let days = [1, 30, 200, 366].randomElement(using: &random)!
        return try make.granted(
            "c\(number)", grant: grant, at: time, until: time + day(days),
            purpose: Int.random(in: 0..<4, using: &random) == 0 ? .tenancy : .lending)
    }

    private func openGrants(_ consents: [Event], at end: Int64) -> Set<String> {
        var last: [Identifier: (time: Int64, rank: Int64, consent: Consent)] = [:]
        for event in consents {
            guard case .consent(let consent) = event.body else { continue }
            // Above every consent of its time; the sooner a consent ends the higher, and the lesser its purpose.
            let rank = consent.expiresAt.map { -($0 * 4 + Int64(consent.purpose.rawValue)) } ?? .max
            if let known = last[consent.grant], (known.time, known.rank) >= (event.occurredAt, rank) { continue }
            last[consent.grant] = (event.occurredAt, rank, consent)
        }
        let open = last.values.map(\.consent).filter { $0.expiresAt.map { $0 > end } ?? false }
        return Set(open.map { "\($0.grant) \($0.purpose) \($0.expiresAt!)" })
    }

    private func fold(_ build: (inout TimelineBuilder) throws -> Void) throws -> PartitionFold {
        var timeline = TimelineBuilder()
        try build(&timeline)
        return try folded(timeline)
    }

    private func folded(_ timeline: TimelineBuilder) throws -> PartitionFold {
        let fold = PartitionFold(partition: 0, scorecard: try card("max"))
        _ = try fold.fold(timeline.records)
        return fold
    }
}
