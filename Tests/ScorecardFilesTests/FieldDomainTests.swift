import Foundation
import ScorecardFiles
import Scoring
import Testing

/// What DataField and MiningField say of a value before any predicate sees it.
@Suite struct FieldDomainTests {
    /// Points of 4, 5, 10, 11 and missing where below 8 is 1, 8 and more is 2, and missing is 3; `-` is no score.
    static let cases: [(field: String, mining: String, points: String)] = [
        ("", "", "1 1 2 2 3"),
        (#"<Interval closure="closedClosed" leftMargin="5" rightMargin="10"/>"#, "", "- 1 2 - 3"),
        (#"<Interval closure="openOpen" leftMargin="4" rightMargin="11"/>"#, "", "- 1 2 - 3"),
        (#"<Interval closure="openClosed" leftMargin="4" rightMargin="11"/>"#, "", "- 1 2 2 3"),
        (#"<Interval closure="closedOpen" leftMargin="4" rightMargin="10.5"/>"#, "", "1 1 2 - 3"),
        (#"<Interval closure="closedOpen" leftMargin="9.5"/>"#, "", "- - 2 2 3"),
        (
            #"<Interval closure="closedClosed" rightMargin="4"/><Interval closure="closedClosed" leftMargin="11"/>"#,
            "", "1 - - 2 3"
        ),
        (
            #"<Interval closure="closedClosed" leftMargin="5" rightMargin="10"/>"#,
            #"invalidValueTreatment="asMissing""#, "3 1 2 3 3"
        ),
        (
            #"<Interval closure="closedClosed" leftMargin="5" rightMargin="10"/>"#, #"invalidValueTreatment="asIs""#,
            "1 1 2 2 3"
        ),
        (
            #"<Interval closure="closedClosed" leftMargin="5" rightMargin="10"/>"#,
            #"invalidValueTreatment="asValue" invalidValueReplacement="8""#, "2 1 2 2 3"
        ),
        (
            #"<Interval closure="closedClosed" leftMargin="5" rightMargin="10"/>"#,
            #"invalidValueTreatment="asMissing" missingValueReplacement="7.5""#, "1 1 2 1 1"
        ),
        ("", #"missingValueReplacement="8" missingValueTreatment="asMean""#, "1 1 2 2 2"),
        ("", #"missingValueTreatment="asIs""#, "1 1 2 2 3"),
        ("", #"missingValueTreatment="returnInvalid""#, "1 1 2 2 -"),
        (#"<Value value="4"/><Value value="10"/>"#, "", "1 - 2 - 3"),
        (#"<Value value="10" property="missing"/>"#, "", "1 1 3 2 3"),
        (#"<Value value="5" property="invalid"/>"#, #"invalidValueTreatment="asMissing""#, "1 3 2 2 3"),
        ("", #"outliers="asIs""#, "1 1 2 2 3"),
    ]

    @Test(arguments: cases)
    func `a value is prepared as the file says, by the card and by the reference`(
        _ field: String, _ mining: String, _ points: String
    ) throws {
        var text = CardText()
        text.characteristics.replaceSubrange(
            1...3,
            with: [
                CardText.attribute(1, "lessThan", "8"), CardText.attribute(2, "greaterOrEqual", "8"),
                CardText.attribute(3, "isMissing", nil),
            ])
        let bytes = Array(
            text.text.replacingOccurrences(
                of: "dataType=\"integer\"/>", with: "dataType=\"integer\">\(field)</DataField>"
            )
            .replacingOccurrences(of: "<MiningField ", with: "<MiningField \(mining) ").utf8)
        let characteristic = try ScorecardFile.parse(bytes).characteristics[0]
        let document = try ScorecardDocument(bytes)
        let values: [Int64?] = [4, 5, 10, 11, nil]
        let found = values.map { value in
            characteristic.bin(of: value).map { "\(characteristic.bins[$0].points)" } ?? "-"
        }
        #expect(found.joined(separator: " ") == points)
        let reference = values.map { value in
            let result = document.evaluate(value.map { [text.fields[0]: .number(Double($0))] } ?? [:])
            return result.score.map { "\(Int($0) - 500)" } ?? "-"
        }
        #expect(reference.joined(separator: " ") == points)
        // A gap that the file declares is no gap that somebody forgot.
        #expect(!ModelCheck(bytes).hasErrors)
    }

    @Test(arguments: ["US-ASCII", "ascii", "ANSI_X3.4-1968", "ISO-8859-1", "windows-1252", "us", "utf8", "UTF-8"])
    func `a declaration of an encoding that has ASCII's bytes is read where there are no others`(_ name: String) throws
    {
        let text = CardText().text.replacingOccurrences(of: "UTF-8", with: name)
        #expect(try ScorecardFile.parse(Array(text.utf8)).name == "small")
        let other = text.replacingOccurrences(of: "Days past due", with: "Überfällig")
        let isUTF8 = name.lowercased().hasPrefix("utf")
        let error =
            isUTF8 ? nil : #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(other.utf8)) }
        #expect(isUTF8 || error?.problem.contains("declare encoding=\"UTF-8\"") == true)
    }

    @Test func `PMML's elements may have a prefix, and an adapted card keeps it`() throws {
        let text = CardText().text.replacingOccurrences(of: "</", with: "</p:")
            .replacing(/<([A-Z])/) { "<p:\($0.output.1)" }.replacingOccurrences(of: "xmlns=", with: "xmlns:p=")
        #expect(try ScorecardFile.parse(Array(text.utf8)).name == "small")
        let bytes = try #require(
            CardAdaptation(Array(text.utf8), map: try CardMap("[texts]\nR1 = 'Other'\n"), round: nil).bytes)
        #expect(try ScorecardFile.parse(bytes).reasonTexts == ["R1": "Other"])
        let foreign = text.replacingOccurrences(of: "http://www.dmg.org", with: "http://other.org")
        #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(foreign.utf8)) }
    }

    @Test func `a field may say which feature it is`() throws {
        let feature = "statement.days_past_due.latest"
        var text = CardText().text.replacingOccurrences(of: feature, with: "dpd")
        let mapped = "dataType=\"integer\"><Extension name=\"plainscore.feature\" value=\"\(feature)\"/></DataField>"
        text = text.replacingOccurrences(of: "dataType=\"integer\"/>", with: mapped)
        let card = try ScorecardFile.parse(Array(text.utf8))
        #expect(card.characteristics[0].features.map(\.name) == [feature])
        #expect(!ModelCheck(Array(text.utf8)).hasErrors)
        let wrong = text.replacingOccurrences(of: feature, with: "person.religion.latest")
        #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(wrong.utf8)) }
    }

    /// Of each kind of error one, in a card with many of each.
    @Test func `every kind of error is told at once, each once`() throws {
        var text = CardText()
        text.fields = ["age"]
        text.extensions = []
        let many = (0..<6).map { CardText.attribute(0, "equal", "\($0)", field: "age") }
        text.characteristics.replaceSubrange(
            0...3,
            with: ["<Characteristic>", CardText.attribute(1, "like", "1", field: "age")]
                + many.map { $0.replacingOccurrences(of: "\"0\">", with: "\"0.5\">") })
        let bytes = Array(text.text.replacingOccurrences(of: "<MiningSchema>", with: "<Targets/><MiningSchema>").utf8)
        let problems = ModelCheck(bytes).findings.filter { $0.severity == .error }.map(\.problem)
        let kinds = [
            "'age' is not a feature", "Targets is not supported", "operator 'like'", "name the currency",
            "a reasonCode is wanted", "baselineScore is wanted", "must be a whole number",
        ]
        for kind in kinds { #expect(problems.count { $0.contains(kind) } == 1, "\(kind): \(problems)") }
        #expect(problems.count == kinds.count, "\(problems)")
    }
}
