import Foundation
import TestBroker
import Testing

/// What people are shown of a score: dates as they were sent, tables that add up, and the least and the most that there is.
@Suite(.serialized)
struct ShownScoresTests {
    private static let persons = 8

    @Test func `in a timeline that spreads days, dates are those that were sent, and every row adds up`() throws {
        let broker = try EmbeddedBroker("--history", "--day-offset", "spread")
        let deployment = try Deployment(on: broker)
        try deployment.startAll()
        try produce(
            (0..<Self.persons).map(Self.consent).joined() + #"{"tick":"2005-06-24T00:00:00Z"}"# + "\n", deployment)
        // At 23:00 the own day of nearly everybody is the next one.
        try produce(
            (0..<Self.persons).map(Self.statement).joined() + #"{"tick":"2005-06-26T00:00:00Z"}"# + "\n", deployment)
        var shifted = 0
        for person in 0..<Self.persons {
            let words = ["explain", "p-\(person)", "--secret", deployment.secret, "--model", deployment.model]
            let text = try deployment.plainscore(words)
            shifted += text.contains("windows end with this person's day 2005-06-26: it began at ") ? 1 : 0
            let events = text.split(separator: "\n").filter { $0.contains("  statement  ") }
            #expect(!events.isEmpty && events.allSatisfy { $0.hasPrefix("      2005-06-25  statement  ") }, "\(text)")
            #expect(text.split(separator: "\n")[0].contains(", of 431 to 570 = initial score 523 "), "\(text)")
        }
        #expect(shifted > Self.persons / 2)
        let lines = try deployment.plainscore("watch", "--purpose", "lending", "--until-idle", "0").split(
            separator: "\n")
        let ofEvents = lines.filter { $0.contains("  EVENT ") }
        #expect(ofEvents.count == Self.persons && ofEvents.allSatisfy { $0.hasPrefix("2005-06-25  ") }, "\(lines)")

        let files = try TemporaryFolder()
        let other = files.path("steeper.pmml")
        try String(contentsOfFile: deployment.model, encoding: .utf8)
            .replacing(#"partialScore="-35""#, with: #"partialScore="-44""#)
            .write(toFile: other, atomically: false, encoding: .utf8)
        try deployment.plainscore("model", "switch", other)
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
        try produce(#"{"tick":"2005-06-27T00:00:00Z"}"# + "\n", deployment)
        let table = try deployment.plainscore(
            "watch", "--purpose", "lending", "--until-idle", "0", "--table", "--model", "\(deployment.model),\(other)")
        let rows = table.split(separator: "\n").map(String.init)
        #expect(Array(rows.prefix(2)) == ["431 to 570", "422 to 570"].map { "scores of plainscore-uci 1 are \($0)" })
        let changes = rows.dropFirst(3).filter { !$0.hasPrefix(" ") }
        #expect(changes.count > Self.persons)
        for change in changes { try Self.expectAddsUp(change) }
        for row in rows { #expect(row.count <= 100, "\(row)") }
        #expect(changes.contains { $0.contains(", and ") && $0.contains(" more: ") }, "\(table)")
        deployment.stopAll()
    }

    /// `s  Jun 2005  529 → 467    -62  late_now -45, … , and 3 more: -17`.
    private static func expectAddsUp(_ row: String) throws {
        let found = try #require(
            try /(?:(\d+)|    ) → (\d+) +(first|[+-]?\d+)  (.*)$/.firstMatch(in: row), "\(row)")
        let score = try #require(Int(found.output.2))
        let parts = found.output.4.split(separator: ", ").compactMap {
            $0.split(separator: " ").last.flatMap { Int($0) }
        }
        let before = found.output.1.flatMap { Int($0) } ?? 0
        let isWhole = found.output.4.hasPrefix("initial ")
        #expect(parts.reduce(0, +) == (isWhole ? score : score - before), "\(row)")
        #expect(isWhole || found.output.1 != nil, "\(row)")
    }

    private static func consent(_ person: Int) -> String {
        #"{"eventId":"c","person":"p-\#(person)","producer":"portal","occurredAt":1119571200000,"consent":{"grant":"g-\#(person)","purpose":"LENDING","subscriberReference":"s-\#(person)","action":"GRANTED","expiresAt":1146355200000}}"#
            + "\n"
    }

    /// Occurred at 2005-06-25T23:00:00Z.
    private static func statement(_ person: Int) -> String {
        #"{"eventId":"s","person":"p-\#(person)","producer":"bank","occurredAt":1119740400000,"currency":"TWD","statement":{"account":"a","periodEnd":"2005-06-25","creditLimit":5000000,"balance":1200000,"minimumDue":60000,"daysPastDue":\#(person * 20)}}"#
            + "\n"
    }

    private func produce(_ lines: String, _ deployment: Deployment) throws {
        try deployment.plainscore("produce", "-", input: lines)
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
    }
}
