import Foundation
import TestBroker
import Testing

/// The score page as a phone shows it, and what it says beside what the JSON says.
@Suite(
    .serialized,
    .enabled(if: Chromium.path != nil, "no Chromium (chromium, google-chrome or Playwright's) on this machine"))
struct ScorePageTests {
    @Test func `the page shows what the JSON says, has no script, and a phone does not scroll it sideways`() throws {
        let broker = try EmbeddedBroker("--history", "--day-offset", "none")
        let deployment = try Deployment(on: broker)
        try deployment.startAll()
        var persons: [String] = []
        for month in 1...6 {
            let events = try Program.run(["sample", "uci", "--clients", "8", "--month", "\(month)"]).output
            if month == 1 { persons = events.split(separator: "\n").prefix(3).compactMap(person) }
            let more = month == 6 ? Self.tenancy(of: persons[1]) : ""
            try deployment.plainscore("produce", "-", input: events + more)
            try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
        }
        defer { deployment.stopAll() }
        #expect(persons.count == 3)
        for person in persons {
            let (json, page) = try explain(person, in: deployment)
            #expect(!page.contains("<script") && !page.contains("://") && page.contains("name=\"viewport\""))
            for width in [390, 1200] {
                let shown = try Chromium.render(page, width: width)
                #expect(shown.width <= width, "\(person) at \(width)")
                expect(shown, tells: json)
            }
        }
        try expectNoScore(of: "newcomer", in: deployment)
        try expectRefusals(of: persons[0], in: deployment)
    }

    /// A consent and no event yet.
    private func expectNoScore(of person: String, in deployment: Deployment) throws {
        try deployment.plainscore(
            "produce", "-", input: Self.tenancy(of: person).replacing("2005-10-02", with: "2005-10-03"))
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
        let files = try TemporaryFolder()
        let path = files.path("page.html")
        try deployment.plainscore(
            "explain", person, "--secret", deployment.secret, "--model", deployment.model, "--html", path)
        let shown = try Chromium.render(try String(contentsOfFile: path, encoding: .utf8), width: 390)
        #expect(shown.heading == "No score yet" && shown.width <= 390 && shown.listItems.isEmpty)
        #expect(shown.tables.last?.last?.map(plain) == ["tenancy", "flat-7", "2006-02-01T00:00:00.000Z", "none yet"])
    }

    /// Of a line that is an event.
    private func person(_ line: Substring) -> String? {
        line.range(of: "\"person\":\"").map { String(line[$0.upperBound...].prefix { $0 != "\"" }) }
    }

    /// Another grant of one person, which ends first.
    private static func tenancy(of person: String) -> String {
        """
        {"eventId":"t","person":"\(person)","producer":"uci-operator","occurredAt":1128124800000,\
        "consent":{"grant":"grant-t","purpose":"TENANCY","subscriberReference":"flat-7","action":"GRANTED",\
        "expiresAt":1138752000000}}
        {"tick":"2005-10-02T00:00:00Z"}

        """
    }

    private func explain(_ person: String, in deployment: Deployment) throws -> (ScorePageJSON, String) {
        let files = try TemporaryFolder()
        let output = try deployment.plainscore(
            "explain", person, "--secret", deployment.secret, "--model", deployment.model, "--json", "--html",
            files.path("page.html"))
        #expect(try files.permissions("page.html") == 0o600)
        let json = try JSONDecoder().decode(ScorePageJSON.self, from: Data(output.utf8))
        return (json, try String(contentsOfFile: files.path("page.html"), encoding: .utf8))
    }

    private func expect(_ shown: Chromium.Rendering, tells json: ScorePageJSON) {
        #expect(shown.heading == "Score \(json.score)")
        #expect((json.scoreMin...json.scoreMax).contains(json.score))
        #expect(
            shown.listItems.map(plain)
                == json.reasons.map { reason in
                    let points = reason.pointsBelowBaseline
                    return
                        "\(reason.text): \(points) point\(points == 1 ? "" : "s") below the baseline (\(reason.code))"
                })
        #expect(shown.tables.count == 4)
        let rows = shown.tables.map { $0.dropFirst().map { $0.map(plain) } }

        #expect(
            rows[0].map { Array($0.dropFirst()) }
                == json.characteristics.map { part in
                    [part.points, part.baselinePoints, part.bestPoints].map(signed)
                })
        for (row, part) in zip(rows[0], json.characteristics) {
            #expect(row[0].contains("\(part.characteristic): \(part.value.map(grouped) ?? "missing")"), "\(row[0])")
            #expect(row[0].hasSuffix("in \(part.bin)"), "\(row[0])")
        }
        #expect(json.characteristics.reduce(json.initialScore) { $0 + $1.points } == json.score)

        #expect(json.history.last?.score == json.score && json.history.count > 1)
        #expect(
            rows[1].map { Array($0.prefix(3)) }
                == json.history.reversed().map { moment in
                    let change = moment.previousScore.map { difference(moment.score! - $0) } ?? "first"
                    return [moment.day, "\(moment.score!)", change]
                })
        for (row, moment) in zip(rows[1], json.history.reversed()) {
            for part in moment.characteristics {
                let before = part.pointsBefore.map { "\(signed($0)) → " } ?? ""
                #expect(row[3].contains("\(part.characteristic) \(before)\(signed(part.pointsAfter!))"), "\(row[3])")
            }
        }

        #expect(
            rows[2].map { Array($0.prefix(2)) }
                == json.forecast.map { [$0.day, $0.characteristics == nil ? "–" : $0.score.map { "\($0)" } ?? "none"] })
        for (row, moment) in zip(rows[2], json.forecast) {
            for grant in moment.ended { #expect(row[3].contains("ends (\(grant.grantId))"), "\(row[3])") }
        }
        #expect(
            rows[3]
                == json.grants.map {
                    [$0.purpose, $0.subscriberReference, $0.expiresAt, $0.number == 0 ? "none yet" : "#\($0.number)"]
                })
    }

    private func expectRefusals(of person: String, in deployment: Deployment) throws {
        for more in [["uci-00002"], ["--state", "x"]] {
            let words = ["explain", person, "--secret", deployment.secret, "--model", deployment.model]
            let result = try Program.run(words + ["--html", "/nowhere/p.html"] + more, bootstrap: deployment.servers)
            #expect(result.exitCode == 2 && result.errors.contains("--html is the page of one PERSON"))
        }
    }
}

/// One line, blanks as blanks.
private func plain(_ text: String) -> String {
    text.replacing("\u{A0}", with: " ").split(whereSeparator: \.isNewline).joined(separator: " ")
}

private func signed(_ number: Int) -> String { number < 0 ? "−\(-number)" : "\(number)" }
private func difference(_ number: Int) -> String { number > 0 ? "+\(number)" : signed(number) }

private func grouped(_ number: Int) -> String {
    let digits = String(abs(number))
    var text = ""
    for (index, digit) in digits.reversed().enumerated() {
        if index > 0, index % 3 == 0 { text.insert(",", at: text.startIndex) }
        text.insert(digit, at: text.startIndex)
    }
    return (number < 0 ? "-" : "") + text
}

private struct ScorePageJSON: Decodable {
    struct Part: Decodable {
        let characteristic: String
        let value: Int?
        let bin: String
        let points: Int
        let baselinePoints: Int
        let bestPoints: Int
    }
    struct Reason: Decodable {
        let code: String
        let text: String
        let pointsBelowBaseline: Int
    }
    struct Grant: Decodable {
        let purpose: String
        let grantId: String
        let subscriberReference: String
        let expiresAt: String
        let number: Int
    }
    struct Movement: Decodable {
        let characteristic: String
        let pointsBefore: Int?
        let pointsAfter: Int?
    }
    struct Moment: Decodable {
        let day: String
        let ended: [Grant]
        let score: Int?
        let characteristics: [Movement]?
    }
    struct Past: Decodable {
        let day: String
        let previousScore: Int?
        let score: Int?
        let characteristics: [Movement]
    }
    let scoreMin: Int
    let scoreMax: Int
    let score: Int
    let initialScore: Int
    let characteristics: [Part]
    let reasons: [Reason]
    let grants: [Grant]
    let forecast: [Moment]
    let history: [Past]
}
