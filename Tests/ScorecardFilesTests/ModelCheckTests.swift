import Events
import Foundation
import ScorecardFiles
import Testing

/// What `plainscore model check` says of a file.
@Suite struct ModelCheckTests {
    @Test func `the small card has nothing to find`() {
        let check = ModelCheck(CardText().bytes)
        #expect(check.findings == [] && check.card?.name == "small")
    }

    @Test(arguments: ["uci-max", "uci-mean"])
    func `a shipped card has no error`(_ name: String) throws {
        let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/models").standardizedFileURL
        let check = ModelCheck(try ModelFile.bytes(models.appendingPathComponent("\(name).pmml").path))
        #expect(!check.hasErrors && check.card != nil, "\(check.findings.map(\.problem))")
        // It leaves persons without a statement without a score, on purpose; nothing else is to be said of it.
        #expect(check.findings.allSatisfy { $0.problem.contains("no score while") })
    }

    /// What to change in the small card; then the one finding, at the line of the change unless another place is named.
    static let cases: [(String, String, ModelFinding.Severity, String)] = [
        (
            "\"greaterOrEqual\" value=\"30\"", "\"greaterOrEqual\" value=\"35\"", .error,
            "no Attribute covers statement.days_past_due.latest 30…34"
        ),
        (
            "\"greaterOrEqual\" value=\"30\"", "\"greaterThan\" value=\"30\"", .error,
            "no Attribute covers statement.days_past_due.latest 30:"
        ),
        (
            "\"greaterOrEqual\" value=\"30\"", "\"greaterOrEqual\" value=\"28\"", .warning,
            "Attribute 2 (line 16) covers statement.days_past_due.latest 28…29, which Attribute 1 (line 15) takes"
        ),
        (
            "\"lessThan\" value=\"30\"", "\"lessThan\" value=\"-30\"", .error,
            "no Attribute covers statement.days_past_due.latest 0…29"
        ),
        (
            "<SimplePredicate field=\"statement.days_past_due.latest\" operator=\"isMissing\"/>", "<False/>", .warning,
            "Attribute 3 (line 17) is true of no value"
        ),
        (
            "<SimplePredicate field=\"statement.days_past_due.latest\" operator=\"isMissing\"/>", "<False/>", .warning,
            "no score while statement.days_past_due.latest is missing: add an Attribute with isMissing"
        ),
        (
            "<Attribute partialScore=\"10\">",
            "<Attribute partialScore=\"10\"><True/></Attribute>\n<Attribute partialScore=\"10\">",
            .warning, "Attribute 2 (line 16) is never reached"
        ),
        (
            "baselineScore=\"10\"", "baselineScore=\"9\"", .warning,
            "baselineScore 9 does not go with baselineMethod max: the most points are 10"
        ),
        (
            "<MiningSchema>", "<Extension name=\"plainscor.validUntil\" value=\"2020-01-01\"/>\n<MiningSchema>",
            .warning, "extension 'plainscor.validUntil' is not read"
        ),
        ("baselineMethod=\"max\"", "baselineMethod=\"min\"", .warning, "the least points are -5"),
        (" modelName=\"small\"", "", .warning, "the model has no name"),
        (" modelVersion=\"7\"", "", .warning, "the model has no version"),
        (
            "<MiningSchema>", "<Extension name=\"plainscore.reason.R9\" value=\"Never\"/>\n<MiningSchema>", .warning,
            "no attribute gives reason code R9"
        ),
        (
            "<MiningSchema>", "<Extension name=\"plainscore.validUntil\" value=\"2020-01-01\"/>\n<MiningSchema>",
            .warning,
            "the model was valid until 2020-01-01"
        ),
        (
            "field=\"statement.days_past_due.latest\" operator=\"lessThan\"", "field=\"x\" operator=\"lessThan\"",
            .error,
            "'x' is no active field"
        ),
    ]

    @Test(arguments: cases)
    func `a fault is found`(_ old: String, _ new: String, _ severity: ModelFinding.Severity, _ problem: String) throws {
        let changed = try #require(CardText().replacing(old, new))
        let check = ModelCheck(Array(changed.text.utf8), today: CalendarDate(year: 2026, month: 1, day: 1))
        let found = check.findings.filter { $0.problem.contains(problem) && $0.severity == severity }
        #expect(found.count == 1, "\(check.findings.map(\.problem))")
        #expect(check.hasErrors == (check.card == nil))
    }

    @Test func `every finding is told at once, in order of line`() throws {
        var text = CardText()
        text.characteristics +=
            ["<Characteristic name=\"due\" reasonCode=\"R2\" baselineScore=\"5\">"]
            + [CardText.attribute(5, "lessThan", "10"), CardText.attribute(4, "greaterThan", "20")]
            + ["</Characteristic>"]
        let check = ModelCheck(text.bytes)
        let expected = [
            (7, "reason code R2 has no text"), (19, "a second characteristic is named 'due'"),
            (19, "no Attribute covers statement.days_past_due.latest 10…20"), (19, "no score while"),
        ]
        #expect(check.findings.map(\.place.line) == expected.map(\.0))
        for (line, problem) in expected {
            #expect(check.findings.contains { $0.place.line == line && $0.problem.contains(problem) }, "\(problem)")
        }
    }

    @Test func `points that rise and then fall are a warning, unless the model says so`() throws {
        var text = CardText()
        text.characteristics.replaceSubrange(
            1...2,
            with: [
                CardText.attribute(1, "lessThan", "30"), CardText.attribute(10, "equal", "30"),
                CardText.attribute(3, "greaterThan", "30"),
            ])
        let warning = ModelCheck(text.bytes).findings
        #expect(warning.count == 1 && warning[0].severity == .warning)
        #expect(warning[0].problem.hasPrefix("points rise with statement.days_past_due.latest, then fall at"))
        #expect(warning[0].problem.contains("31…3650"))
        text.characteristics.insert("<Extension name=\"plainscore.points\" value=\"anyOrder\"/>", at: 1)
        #expect(ModelCheck(text.bytes).findings == [])
    }

    @Test(arguments: [("11", false), ("10", true), ("-5", true), ("2.5", true), ("-6", false)])
    func `a mean baseline lies within the points`(_ baseline: String, _ isFine: Bool) throws {
        var text = CardText()
        text.header = text.header.replacingOccurrences(of: "\"max\"", with: "\"mean\"")
        text.characteristics[0] = text.characteristics[0].replacingOccurrences(of: "\"10\"", with: "\"\(baseline)\"")
        let findings = ModelCheck(text.bytes).findings
        #expect(findings.contains { $0.problem.contains("a mean lies within the points, -5 to 10") } == !isFine)
    }

    @Test func `of two features the gap is named by both`() throws {
        var text = CardText()
        text.fields.append("statement.count.365d")
        let both = { (due: String, count: String) in
            "<Attribute partialScore=\"1\"><CompoundPredicate booleanOperator=\"and\">"
                + "<SimplePredicate field=\"\(text.fields[0])\" operator=\"\(due)\" value=\"30\"/>"
                + "<SimplePredicate field=\"\(text.fields[1])\" operator=\"\(count)\" value=\"12\"/>"
                + "</CompoundPredicate></Attribute>"
        }
        text.characteristics.replaceSubrange(
            1...2,
            with: [
                both("lessThan", "lessThan"), both("lessThan", "greaterOrEqual"), both("greaterOrEqual", "lessThan"),
            ])
        let errors = ModelCheck(text.bytes).findings.filter { $0.severity == .error }
        #expect(
            errors.map(\.problem) == [
                "no Attribute covers statement.days_past_due.latest 30…3650, statement.count.365d 12…73000: add one, or widen its neighbour"
            ])
    }

    @Test func `True and isNotMissing are the rest, and overlap nothing`() throws {
        var text = CardText()
        text.characteristics[2] = CardText.attribute(-5, "isNotMissing", nil)
        #expect(ModelCheck(text.bytes).findings == [])
        text.characteristics[3] = "<Attribute partialScore=\"0\"><True/></Attribute>"
        #expect(ModelCheck(text.bytes).findings == [])
    }

    @Test func `a name that is no feature is told apart, for a hint`() {
        let text = CardText().text.replacingOccurrences(of: "days_past_due", with: "days_past_duw")
        let check = ModelCheck(Array(text.utf8))
        #expect(check.findings.map(\.unknownFeature) == ["statement.days_past_duw.latest"])
    }

    /// Random attributes on days past due within −2 … 12, against a look at every value there is.
    @Test(arguments: 0..<300 as Range<UInt64>)
    func `gaps, overlaps and what is never reached are those of a look at each value`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var text = CardText()
        let attributes = (0..<Int.random(in: 1...4, using: &random)).map { _ in Self.attribute(&random) }
        text.characteristics.replaceSubrange(1...3, with: attributes)
        let problems = ModelCheck(text.bytes).findings.map(\.problem)
        // Each attribute alone tells what it is true of: its document has no other.
        let holds: [[Int64]] = try attributes.map { attribute in
            var alone = text
            alone.characteristics.replaceSubrange(1...attributes.count, with: [attribute])
            let document = try ScorecardDocument(alone.bytes)
            return (0...3650).filter { document.evaluate([text.fields[0]: .number(Double($0))]).score != nil }
        }
        let covered = Set(holds.joined())
        let gaps = Self.runs((0...3650).filter { !covered.contains($0) })
        #expect(Self.told(problems, "no Attribute covers") == gaps, "seed \(seed): \(problems)")
        // Of overlaps the first is told: what an attribute that is reached covers and one before it takes.
        let isReached = holds.indices.map { !Set(holds[$0]).subtracting(holds[..<$0].joined()).isEmpty }
        let overlaps = holds.indices.filter { isReached[$0] }.compactMap { second -> String? in
            let taken = Set(holds[..<second].joined()).intersection(holds[second])
            let takers = taken.sorted().map { value in (value, holds.firstIndex { $0.contains(value) }!) }
            guard let first = takers.first else { return nil }
            let run = Self.runs(takers.prefix { $0.1 == first.1 }.map(\.0))[0]
            return "\(run), which Attribute \(first.1 + 1) "
        }
        let told = problems.filter { $0.contains("the first that is true gives the points") }
        #expect(told.count == min(1, overlaps.count), "seed \(seed): \(problems)")
        #expect(overlaps.first.map { told[0].contains("latest \($0)") } ?? true, "seed \(seed): \(problems)")
        let more = overlaps.count > 1 ? "so it is with \(overlaps.count - 1) more" : ""
        #expect(told.allSatisfy { $0.contains(more) || more.isEmpty }, "seed \(seed): \(problems)")
        for index in holds.indices {
            let isToldOf = problems.contains {
                $0.hasPrefix("Attribute \(index + 1) ")
                    && ($0.contains("is never reached") || $0.contains("true of no") || $0.contains("covers nothing"))
            }
            #expect(isToldOf == !isReached[index], "seed \(seed): \(problems)")
        }
    }

    private static func attribute(_ random: inout SeededRandom) -> String {
        let operations = ["equal", "lessThan", "lessOrEqual", "greaterThan", "greaterOrEqual"]
        let tests = (0...1).map { _ in
            let value = "\(Int.random(in: -2...12, using: &random))\(random.isTrue(oneIn: 3) ? ".5" : "")"
            let operation = operations.randomElement(using: &random)!
            return
                "<SimplePredicate field=\"statement.days_past_due.latest\" operator=\"\(operation)\" value=\"\(value)\"/>"
        }
        let operation = random.isTrue(oneIn: 3) ? "or" : "and"
        return
            "<Attribute partialScore=\"1\"><CompoundPredicate booleanOperator=\"\(operation)\">\(tests.joined())</CompoundPredicate></Attribute>"
    }

    /// `3…5` for each run of neighbours.
    private static func runs(_ values: [Int64]) -> [String] {
        var runs: [ClosedRange<Int64>] = []
        for value in values {
            if let last = runs.last, last.upperBound == value - 1 {
                runs[runs.count - 1] = last.lowerBound...value
            } else {
                runs.append(value...value)
            }
        }
        return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)…\($0.upperBound)" }
    }

    /// The ranges that the problems of one kind name.
    private static func told(_ problems: [String], _ kind: String) -> [String] {
        problems.filter { $0.contains(kind) && !$0.contains("is missing") }.compactMap { problem in
            problem.split(separator: "latest ").last?.split(separator: ":").first.map(String.init)
        }
    }
}
