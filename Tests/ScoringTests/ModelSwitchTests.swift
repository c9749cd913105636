import Checksums
import Events
import Scoring
import TestTimeline
import Testing

/// Another model takes effect: who is told what, and when.
@Suite struct ModelSwitchTests {
    let make = EventMaker()
    /// In the order of their keys.
    let persons = (1...4).map { PersonKey(high: UInt64($0) << 60, low: UInt64($0)) }
    /// 100, and 10 points for each statement of the last 30 days, up to two; 100, and 10 when a payment was late.
    let byCount: Scorecard
    let byLateness: Scorecard
    let shelf: CardShelf

    init() throws {
        byCount = try shortCard(1, [("statement.count.30d", [1, 2])])
        byLateness = try shortCard(2, [("statement.days_past_due.max.90d", [30]), ("person.tenure_days", [400])])
        shelf = CardShelf(cards: [byCount, byLateness])
    }

    @Test func `of four persons those whose score differs are told, each once, in the order of their keys`() throws {
        var timeline = try fourPersons(.history)
        let control = Coordinates(topic: .control, partition: 0, offset: 2)
        timeline.append(.models(shelf.activation(Models(byLateness))), from: control, appendedAt: 77)
        timeline.tick(day(13_012))
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        let results = try fold.fold(timeline.records).decoded()

        // The first has one statement, in time: 110 before, 100 now. The second has one that is late: 110 twice. The third
        // has none: 100, and 95 where nothing is known of lateness. The fourth has two, one of them late: 120 and 110.
        let told = results.filter { $0.cause.kind == .model }
        #expect(told.map { $0.recipients[0].grant.text } == ["g1", "g3", "g4"])
        #expect(told.map(\.previousScore) == [110, 100, 120])
        #expect(told.map(\.score) == [100, 95, 110])
        #expect(told.map { $0.recipients[0].number } == [3, 2, 4])
        for result in told {
            // All the characteristics of the new card, and nothing of the old one's, which had others.
            #expect(result.movements.count == 2 && result.movements.allSatisfy { $0.pointsBefore == nil })
            #expect(result.score! - 100 == result.movements.compactMap(\.pointsAfter).reduce(0, +))
            #expect(result.model == byLateness.hash)
            #expect(result.cause.event?.source == control && result.cause.event?.occurredAt == 77)
            #expect(result.day == 13_011)
        }
        #expect(fold.scorecard.hash == byLateness.hash && fold.beginning.speaking.hash == byCount.hash)
        #expect(fold.behind == 0)
        // The tick that follows brings nothing: all that moved has moved.
        #expect(results.last?.cause.kind == .model)
    }

    @Test func `a live timeline moves K persons with each record; who is touched goes first`() throws {
        var timeline = try fourPersons(.live)
        timeline.append(
            .models(shelf.activation(Models(byLateness))), from: Coordinates(topic: .control, partition: 0, offset: 1))
        // The record itself moves one, and this one the fourth, whom it touches, and the second, who stays at 110.
        timeline.event(try make.statement("late", at: day(13_011), daysPastDue: 90), of: persons[3])
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        let results = try fold.fold(timeline.records).decoded()
        let offset = Int64(timeline.records.count - 1)
        #expect(results.last { $0.timelineOffset == offset - 1 }?.recipients[0].grant.text == "g1")
        let last = results.filter { $0.timelineOffset == offset }
        #expect(last.map { $0.recipients[0].grant.text } == ["g4"])
        #expect(last.map(\.cause.kind) == [.model])
        #expect(fold.behind == 1)
        #expect(fold.inspection(of: persons[2], features: [])?.score == 100)
        #expect(fold.scorecard(speakingFor: persons[2])?.hash == byCount.hash)
        #expect(try fold.explanation(of: persons[2])?.score == 100)

        // What a new person gets is the new model's from the start; the third is moved with it.
        let start = timeline.records.count
        let fifth = PersonKey(high: 15 << 60, low: 5)
        timeline.event(try make.granted("c", grant: "g5", at: day(13_011), until: day(13_300)), of: fifth)
        let more = try fold.fold(timeline.records[start...]).decoded(after: try chain(timeline, start))
        #expect(more.map { $0.recipients[0].grant.text } == ["g5", "g3"])
        #expect(more.map(\.model) == [byLateness.hash, byLateness.hash])
        #expect(fold.behind == 0 && fold.content.scored == 5)
    }

    /// Their running totals are still those of a card with one window, while the card in force has five.
    @Test func `who is due and not yet moved is rolled as they are`() throws {
        var properties = TimelineProperties.example
        properties.mode = .live
        properties.rollsPerRecord = 1
        properties.rollsPerTick = 1
        var timeline = TimelineBuilder(properties: properties)
        timeline.tick(day(13_000))
        for (place, person) in persons.enumerated() {
            timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
            for number in 0..<70 {
                timeline.event(try make.statement("s\(number)", at: day(13_003 - place) + Int64(number)), of: person)
            }
        }
        let allWindows = try shortCard(3, [30, 90, 180, 365, 730].map { ("statement.count.\($0)d", [1]) })
        let shelf = CardShelf(cards: [byCount, allWindows])
        timeline.append(
            .models(shelf.activation(Models(allWindows))), from: Coordinates(topic: .control, partition: 0, offset: 1))
        // All are due, the last first, and moved in the order of their keys: each tick moves one and rolls one.
        for tick in 0..<8 { timeline.tick(day(13_040) + Int64(tick)) }
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        let results = try fold.fold(timeline.records).decoded()
        #expect(fold.behind == 0)
        #expect(results.filter { $0.cause.kind == .model }.map(\.score) == [150, 150, 150, 150])
        #expect(results.filter { $0.cause.kind == .rollOff }.map(\.score) == [140, 140, 140, 140])
    }

    @Test func `a challenger is scored for the first time in silence, and one that there was says nothing`() throws {
        var timeline = try fourPersons(.history)
        let after = try Models(speaking: byCount, challengers: [byLateness])
        for offset in 1...2 as ClosedRange<Int64> {
            timeline.append(
                .models(shelf.activation(after)), from: Coordinates(topic: .control, partition: 0, offset: offset))
            timeline.tick(day(13_011))
        }
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        let results = try fold.fold(timeline.records).decoded().filter { $0.cause.kind == .model }
        #expect(results.map(\.score) == [100, 110, 95, 110])
        #expect(results.allSatisfy { $0.isOfChallenger && $0.previousScore == nil && $0.model == byLateness.hash })
        #expect(fold.outcomes[.control] == 3)
    }

    @Test func `models that cannot be loaded stop the fold, and say where`() throws {
        var timeline = TimelineBuilder()
        let unknown = ModelActivation(files: [Array("nothing".utf8)])!
        timeline.append(.models(unknown), from: Coordinates(topic: .control, partition: 0, offset: 1))
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        #expect(throws: FoldError.models(offset: 1, reason: "no card nothing")) { try fold.fold(timeline.records) }
        let without = PartitionFold(partition: 0, models: Models(byCount))
        #expect(throws: FoldError.self) { try without.fold(timeline.records) }
    }

    @Test func `so many switches at once that the first are finished before the next begins`() throws {
        var timeline = try fourPersons(.live)
        let start = timeline.records.count
        for number in 1...20 as ClosedRange<Int64> {
            // Nothing but switches: with each record one person takes a step through all that they are behind.
            timeline.append(
                .models(shelf.activation(Models(number.isMultiple(of: 2) ? byCount : byLateness))),
                from: Coordinates(topic: .control, partition: 0, offset: number))
        }
        timeline.tick(day(13_011))
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        let results = try fold.fold(timeline.records).decoded().filter { $0.timelineOffset >= start }
        // Each switch is told to three of the four: nobody misses one, and none is left out.
        for grant in ["g1", "g3", "g4"] {
            let told = results.filter { $0.recipients[0].grant.text == grant }
            #expect(told.map { $0.cause.event!.source.offset } == Array(1...20), "\(grant)")
            #expect(told.map(\.model) == (1...20).map { ($0.isMultiple(of: 2) ? byCount : byLateness).hash })
        }
        #expect(results.count == 60 && fold.behind == 0)
    }

    private func fourPersons(_ mode: TimelineProperties.Mode) throws -> TimelineBuilder {
        var properties = TimelineProperties.example
        properties.mode = mode
        properties.rollsPerRecord = 1
        properties.rollsPerTick = 8
        var timeline = TimelineBuilder(properties: properties)
        timeline.tick(day(13_000))
        for (number, person) in persons.enumerated() {
            timeline.event(
                try make.granted("c", grant: "g\(number + 1)", at: day(13_000), until: day(13_300)), of: person)
        }
        timeline.event(try make.statement("s1", at: day(13_010)), of: persons[0])
        timeline.event(try make.statement("s1", at: day(13_010), daysPastDue: 60), of: persons[1])
        timeline.event(try make.statement("s1", at: day(13_010)), of: persons[3])
        timeline.event(try make.statement("s2", at: day(13_011), daysPastDue: 60), of: persons[3])
        timeline.tick(day(13_011))
        return timeline
    }

    /// Of the results before record `end`.
    private func chain(_ timeline: TimelineBuilder, _ end: Int) throws -> Digest128 {
        let fold = PartitionFold(partition: 0, models: Models(byCount), loader: shelf.loader)
        _ = try fold.fold(timeline.records[..<end])
        return fold.chain
    }
}
