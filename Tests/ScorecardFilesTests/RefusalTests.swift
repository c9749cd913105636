import Foundation
import ScorecardFiles
import Testing

/// Files that are refused: each by what is wrong, at its line and column.
@Suite struct RefusalTests {
    /// What to change in the small card, and what the refusal must say; it must name the line of the change.
    static let atTheChange: [(String, String, String)] = [
        // Of PMML what is not read.
        ("<Characteristics>", "<LocalTransformations/><Characteristics>", "LocalTransformations is not supported"),
        ("<MiningSchema>", "<Targets/><MiningSchema>", "Targets is not supported in Scorecard"),
        (
            "<DataDictionary>", "<TransformationDictionary/><DataDictionary>",
            "TransformationDictionary is not supported"
        ),
        ("<DataDictionary>", "<DataDictionary><DerivedField/>", "DerivedField is not supported"),
        (
            "<MiningField name", "<MiningField missingValueTreatment=\"asBefore\" name",
            "missingValueTreatment 'asBefore' is not supported"
        ),
        (
            "<MiningField name", "<MiningField missingValueReplacement=\"none\" name",
            "missingValueReplacement must be a number"
        ),
        (
            "<MiningField name", "<MiningField invalidValueTreatment=\"asValue\" name",
            "invalidValueReplacement goes with invalidValueTreatment asValue"
        ),
        ("<MiningField name", "<MiningField outliers=\"asExtremeValues\" name", "'outliers' of MiningField"),
        ("<MiningField name", "<MiningField usageType=\"group\" name", "usageType 'group' is not supported"),
        (
            "dataType=\"integer\"/>", "dataType=\"integer\"><Value value=\"-1\" property=\"odd\"/></DataField>",
            "property is valid, invalid or missing, not 'odd'"
        ),
        (
            "dataType=\"integer\"/>",
            "dataType=\"integer\"><Interval closure=\"closed\" leftMargin=\"0\"/></DataField>",
            "closure of an Interval is openOpen, openClosed, closedOpen, closedClosed"
        ),
        (
            "dataType=\"integer\"/>", "dataType=\"integer\"><Interval closure=\"openOpen\"/></DataField>",
            "an Interval needs leftMargin, rightMargin, or both"
        ),
        (
            "dataType=\"integer\"/>",
            "dataType=\"integer\"><Interval closure=\"openOpen\" leftMargin=\"2\" rightMargin=\"1\"/></DataField>",
            "leftMargin 2 lies above rightMargin 1"
        ),
        (
            "optype=\"continuous\" dataType=\"integer\"/>",
            "optype=\"ordinal\" dataType=\"integer\"><Interval closure=\"openOpen\" leftMargin=\"2\"/></DataField>",
            "an Interval stands in a continuous field"
        ),
        ("dataType=\"integer\"", "dataType=\"date\"", "dataType is string, integer, float or double, not 'date'"),
        (
            "<Attribute partialScore=\"10\">", "<Attribute partialScore=\"10\" weight=\"2\">",
            "attribute 'weight' of Attribute"
        ),
        ("<Attribute partialScore=\"10\">", "<Attribute partialScore=\"10\">ten", "text is not wanted in Attribute"),
        ("<Attribute partialScore=\"10\">", "<Attribute partialScore=\"10\"><True/>", "exactly one predicate"),
        ("<Attribute partialScore=\"10\">", "<Attribute>", "an Attribute needs partialScore"),
        ("<Scorecard ", "<Scorecard isScorable=\"false\" ", "isScorable is false"),
        ("<Scorecard ", "<Scorecard useReasonCodes=\"false\" ", "each score explains itself"),
        ("<Scorecard ", "<Scorecard useReasonCodes=\"maybe\" ", "useReasonCodes is true or false"),
        (
            "<Scorecard ", "<Scorecard reasonCodeAlgorithm=\"best\" ",
            "reasonCodeAlgorithm is pointsBelow or pointsAbove"
        ),
        ("baselineMethod=\"max\"", "baselineMethod=\"median\"", "baselineMethod is max, min, mean, neutral or other"),
        ("functionName=\"regression\"", "functionName=\"classification\"", "functionName must be regression"),
        ("version=\"4.4\"", "version=\"3.2\"", "version must be 4.x"),
        // Predicates.
        ("operator=\"lessThan\"", "operator=\"like\"", "operator 'like' is not supported"),
        ("operator=\"isMissing\"", "operator=\"isMissing\" value=\"1\"", "isMissing takes no value"),
        ("value=\"30\"", "value=\"thirty\"", "'thirty' is no number"),
        ("value=\"30\"", "value=\"0x1E\"", "'0x1E' is no number"),
        ("value=\"30\"", "", "lessThan needs a value"),
        (
            "<SimplePredicate field=\"statement.days_past_due.latest\"", "<SimplePredicate field=\"age\"",
            "'age' is no active field"
        ),
        ("<SimplePredicate ", "<SimpleRule ", "SimpleRule is not supported in Attribute"),
        // Extensions.
        ("plainscore.currency", "plainscore.mood", "extension 'plainscore.mood' is not known"),
        ("value=\"EUR\"", "value=\"euro\"", "'euro' is no ISO 4217 currency"),
        (
            "<MiningSchema>", "<Extension name=\"plainscore.validUntil\" value=\"2027-02-29\"/><MiningSchema>",
            "is no date"
        ),
        ("<MiningSchema>", "<Extension name=\"plainscore.scale.odds\" value=\"30\"/><MiningSchema>", "give all three"),
        (
            "<MiningSchema>", "<Extension name=\"plainscore.currency\" value=\"EUR\"/><MiningSchema>",
            "stands here twice"
        ),
        // What a card that runs cannot have.
        ("partialScore=\"-5\"", "partialScore=\"-5.5\"", "partialScore must be a whole number"),
        ("partialScore=\"-5\"", "partialScore=\"3e9\"", "must lie within ±2,147,483,647"),
        ("partialScore=\"-5\"", "partialScore=\"many\"", "partialScore must be a number, not 'many'"),
        ("initialScore=\"500\"", "initialScore=\"0.5\"", "initialScore must be a whole number"),
        ("initialScore=\"500\"", "initialScore=\"2147483640\"", "the sum of points leaves Int32"),
        (
            "name=\"due\" reasonCode=\"R1\" baselineScore=\"10\"", "name=\"due\" reasonCode=\"R1\"",
            "baselineScore is wanted"
        ),
        ("baselineScore=\"10\"", "baselineScore=\"NaN\"", "baselineScore must be a number"),
        // What could hurt.
        ("<PMML ", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><PMML ", "a DOCTYPE is refused"),
        ("<PMML ", "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x.dtd\"><PMML ", "a DOCTYPE is refused"),
        ("<PMML ", "<!-- a comment --><!DOCTYPE x><PMML ", "a DOCTYPE is refused"),
        ("<PMML ", "<?php evil?><PMML ", "a processing instruction is refused"),
        ("encoding=\"UTF-8\"", "encoding=\"UTF-16\"", "the encoding must be UTF-8"),
        ("encoding=\"UTF-8\"", "encoding=\"UTF-7\"", "the encoding must be UTF-8"),
        ("EUR", "&euro;", "an entity is refused"),
        ("Days past due", "Days & nights", "an entity is refused"),
        ("name=\"due\"", "name=\"due\" name=\"due\"", "an attribute stands twice"),
        ("</Characteristic>", "</Character>", "a closing tag does not fit"),
    ]

    @Test(arguments: atTheChange)
    func `what is not understood is refused by name and line`(_ old: String, _ new: String, _ problem: String) throws {
        let changed = try #require(CardText().replacing(old, new))
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(changed.text.utf8)) }
        #expect(error?.problem.contains(problem) == true, "\(error?.description ?? "")")
        #expect(error?.line == changed.line, "\(error?.description ?? "")")
    }

    /// What is wrong by what is not there: the line is that of the element that lacks it.
    @Test(arguments: [
        ("<Extension name=\"plainscore.currency\" value=\"EUR\"/>", "<Scorecard", "name the currency"),
        (
            "<Extension name=\"plainscore.reason.R1\" value=\"Days past due\"/>", "<Scorecard",
            "reason code R1 has no text"
        ),
        (" reasonCode=\"R1\"", "partialScore=\"10\"", "a reasonCode is wanted"),
        (
            "<MiningField name=\"statement.days_past_due.latest\"/>", "lessThan",
            "is no active field of DataDictionary and MiningSchema"
        ),
    ])
    func `what is missing is named where it is missing`(_ gone: String, _ place: String, _ problem: String) throws {
        let changed = try #require(CardText().replacing(gone, ""))
        let line = try #require(CardText().replacing(place, "")?.line)
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(changed.text.utf8)) }
        #expect(error?.problem.contains(problem) == true && error?.line == line, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("statement.postcode.latest", "no measure or field 'postcode'"),
        ("person.religion.latest", "no measure or field 'religion'"),
        ("statement.days_past_due.max.364d", "comes one window of"),
    ])
    func `a field that is no feature is refused where it is declared`(_ name: String, _ problem: String) throws {
        let text = CardText().text.replacingOccurrences(of: "statement.days_past_due.latest", with: name)
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(text.utf8)) }
        #expect(error?.problem.contains(problem) == true && error?.line == 5 && error?.unknownFeature == name)
        #expect(error?.description.hasPrefix("line 5, column 1: '\(name)' is not a feature") == true)
    }

    @Test func `points that are computed are refused`() throws {
        let computed = "<ComplexPartialScore><Constant>3</Constant></ComplexPartialScore></Attribute>"
        let changed = try #require(CardText().replacing("</Attribute>", computed))
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(changed.text.utf8)) }
        #expect(error?.problem.contains("ComplexPartialScore is not supported") == true && error?.line == changed.line)
    }

    @Test func `a file that ends early is refused`() throws {
        let text = CardText().text
        for end in ["</PMML>", "</Scorecard>", "</Characteristics>", "value=\"30\"", "<Header"] {
            let cut = text[..<(try #require(text.range(of: end))).lowerBound]
            let error = #expect(throws: ScorecardFileError.self, "\(end)") { try ScorecardFile.parse(Array(cut.utf8)) }
            #expect(error?.problem.contains("no XML") == true, "\(error?.description ?? "")")
        }
    }

    @Test func `an oversize file and deep nesting are refused, in a moment`() throws {
        let spaces = Array(repeating: UInt8(ascii: " "), count: ScorecardFile.sizeMax - CardText().bytes.count)
        #expect(throws: Never.self) { try ScorecardFile.parse(CardText().bytes + spaces) }
        let large = #expect(throws: ScorecardFileError.self) {
            try ScorecardFile.parse(CardText().bytes + spaces + [32])
        }
        #expect(large?.problem == "the file is larger than 1048576 bytes")
        let opening = Array("<a>\n".utf8)
        let deep = Array((0..<ScorecardFile.sizeMax / opening.count).map { _ in opening }.joined())
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(deep) }
        #expect(error?.problem.contains("nested deeper than 32") == true && error?.line == 33)
    }

    @Test func `predicates may nest as deep as 32 elements reach`() throws {
        // PMML, Scorecard, Characteristics, Characteristic and Attribute are five of them; the test is the last.
        for (depth, loads) in [(26, true), (27, false)] {
            var predicate =
                "<SimplePredicate field=\"statement.days_past_due.latest\" operator=\"lessThan\" value=\"30\"/>"
            for _ in 0..<depth {
                predicate = "<CompoundPredicate booleanOperator=\"and\">\(predicate)<True/></CompoundPredicate>"
            }
            var text = CardText()
            text.characteristics[1] = "<Attribute partialScore=\"10\">\(predicate)</Attribute>"
            let card = try? ScorecardFile.parse(text.bytes)
            #expect((card != nil) == loads)
        }
    }

    @Test func `a UTF-16 file cannot hide a DTD`() throws {
        let text = "<!DOCTYPE x [<!ENTITY e \"y\">]>" + CardText().text
        for encoding in [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian] {
            let bytes = Array(try #require(text.data(using: encoding)))
            let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(bytes) }
            #expect(error?.problem.contains("UTF-8") == true)
        }
    }

    /// One load is bounded: in attributes, in features, in combinations of ranges.
    @Test func `too large a characteristic is refused`() throws {
        let problem = { (fields: [String], attributes: [String]) in
            var text = CardText()
            text.fields = fields
            text.characteristics.replaceSubrange(1...3, with: attributes)
            return #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(text.bytes) }?.problem
        }
        let due = "statement.days_past_due.latest"
        let many = (0...500).map { CardText.attribute(0, "equal", "\($0)") }
        #expect(problem([due], many)?.contains("at most 500 attributes") == true)
        let wide = (0..<5).map { part in
            "<Attribute partialScore=\"1\"><SimpleSetPredicate field=\"\(due)\" booleanOperator=\"isIn\"><Array type=\"int\">"
                + (0..<1000).map { "\(($0 * 5 + part) * 2)" }.joined(separator: " ")
                + "</Array></SimpleSetPredicate></Attribute>"
        }
        #expect(problem([due], wide)?.contains("more than 4096 combinations") == true)
        let fields = ["30d", "90d", "180d", "365d", "730d"].flatMap {
            ["statement.limit.min.\($0)", "repayment.due.max.\($0)"]
        }
        let nine = fields.prefix(9).map { CardText.attribute(0, "lessThan", "1", field: $0) }
        #expect(problem(fields, nine)?.contains("at most 8 features") == true)
        let eight = fields.prefix(8).map { CardText.attribute(0, "lessThan", "1", field: $0) }
        #expect(problem(fields, eight)?.contains("more than 4096 combinations") == true)
    }
}
