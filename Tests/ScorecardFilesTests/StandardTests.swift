import Foundation
import ScorecardFiles
import Testing

/// The general evaluator against the standard's own words (dmg.org/pmml/v4-4-1/Scorecard.html).
@Suite struct StandardTests {
    /// The standard's example: department, age and income, with points computed from the income.
    static let example = """
        <PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">
        <Header copyright="none"><Timestamp>2010-11-10</Timestamp></Header>
        <DataDictionary>
        <DataField name="department" dataType="string" optype="categorical"/>
        <DataField name="age" dataType="integer" optype="continuous"/>
        <DataField name="income" dataType="double" optype="continuous"/>
        <DataField name="overallScore" dataType="double" optype="continuous"/>
        </DataDictionary>
        <Scorecard modelName="Sample" functionName="regression" initialScore="0">
        <MiningSchema>
        <MiningField name="department"/><MiningField name="age"/><MiningField name="income"/>
        <MiningField name="overallScore" usageType="target"/>
        </MiningSchema>
        <Output><OutputField name="Reason Code 3" rank="3" feature="reasonCode" dataType="string"/></Output>
        <Characteristics>
        <Characteristic name="departmentScore" reasonCode="RC1" baselineScore="19">
        <Attribute partialScore="-9"><SimplePredicate field="department" operator="isMissing"/></Attribute>
        <Attribute partialScore="19"><SimplePredicate field="department" operator="equal" value="marketing"/></Attribute>
        <Attribute partialScore="3"><SimplePredicate field="department" operator="equal" value="engineering"/></Attribute>
        <Attribute partialScore="0"><True/></Attribute>
        </Characteristic>
        <Characteristic name="ageScore" reasonCode="RC2" baselineScore="18">
        <Attribute partialScore="-1"><SimplePredicate field="age" operator="isMissing"/></Attribute>
        <Attribute partialScore="-3"><SimplePredicate field="age" operator="lessOrEqual" value="18"/></Attribute>
        <Attribute partialScore="0"><CompoundPredicate booleanOperator="and">
        <SimplePredicate field="age" operator="greaterThan" value="18"/>
        <SimplePredicate field="age" operator="lessOrEqual" value="29"/>
        </CompoundPredicate></Attribute>
        <Attribute partialScore="18"><SimplePredicate field="age" operator="greaterThan" value="29"/></Attribute>
        </Characteristic>
        <Characteristic name="incomeScore" reasonCode="RC3" baselineScore="10">
        <Attribute partialScore="26"><SimplePredicate field="income" operator="lessOrEqual" value="1000"/></Attribute>
        <Attribute><SimplePredicate field="income" operator="greaterThan" value="1000"/><ComplexPartialScore>
        <Apply function="-"><Apply function="*"><Constant>0.01</Constant><FieldRef field="income"/></Apply>
        <Constant>18</Constant></Apply></ComplexPartialScore></Attribute>
        </Characteristic>
        </Characteristics>
        </Scorecard>
        </PMML>
        """

    @Test func `an engineer of 25 with an income of 500 gets 29, for RC2 and then RC1`() throws {
        let document = try ScorecardDocument(Array(Self.example.utf8))
        let result = document.evaluate(["department": "engineering", "age": 25, "income": 500])
        #expect(result.score == 29)
        #expect(result.reasons.map(\.code) == ["RC2", "RC1"] && result.reasons.map(\.difference) == [18, 16])
        #expect(result.reasonCode(rank: 2) == "RC1")
        #expect(result.reasonCode(rank: 3) == nil, "an absent rank is absent")
    }

    @Test(
        arguments: [
            (["department": "art", "age": 30, "income": 2500], 25, ["RC1", "RC3"]),
            (["age": 18, "income": 1000], 14, ["RC1", "RC2"]),
            (["department": "marketing", "income": 1000.5], 10.005, ["RC2", "RC3"]),
            (["department": "marketing", "age": 40], nil, []),
        ] as [([String: FieldValue], Double?, [String])])
    func `rows of the example`(_ values: [String: FieldValue], _ score: Double?, _ reasons: [String]) throws {
        let result = try ScorecardDocument(Array(Self.example.utf8)).evaluate(values)
        #expect(result.score.map { ($0 * 1000).rounded() } == score.map { ($0 * 1000).rounded() })
        #expect(result.reasons.map(\.code) == reasons)
    }

    /// Code and points of characteristics whose baseline is 0; the codes that come of them.
    @Test(
        arguments: [
            ([("R1", -3), ("R2", -4), ("R1", -2)], "R1 5.0, R2 4.0"),
            ([("R1", -3), ("R2", -2), ("R1", 2)], "R2 2.0, R1 1.0"),
            ([("R1", -3), ("R1", 3)], ""), ([("R1", 2), ("R2", -1), ("R1", -3)], "R1 1.0, R2 1.0"),
        ] as [([(String, Int)], String)])
    func `differences of a shared code are summed before they are ranked`(_ rows: [(String, Int)], _ reasons: String)
        throws
    {
        let characteristics = rows.map { code, points in
            "<Characteristic reasonCode=\"\(code)\" baselineScore=\"0\"><Attribute partialScore=\"\(points)\"><True/>"
                + "</Attribute></Characteristic>"
        }
        let text = """
            <PMML version="4.4"><DataDictionary><DataField name="a" dataType="double"/></DataDictionary>
            <Scorecard functionName="regression"><MiningSchema><MiningField name="a"/></MiningSchema>
            <Characteristics>\(characteristics.joined())</Characteristics></Scorecard></PMML>
            """
        let result = try ScorecardDocument(Array(text.utf8)).evaluate([:])
        #expect(result.reasons.map { "\($0.code) \($0.difference)" }.joined(separator: ", ") == reasons)
    }

    @Test func `the example does not load as a card: its fields are none of the catalogue`() throws {
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(Self.example.utf8)) }
        #expect(error?.line == 4 && error?.unknownFeature == "department")
    }

    /// The standard's own file, where the shared data lies: beside PLAINSCORE_UCI, or beside the repository.
    private static let file = [
        ProcessInfo.processInfo.environment["PLAINSCORE_UCI"].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent()
        },
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../../shared/data")
            .standardizedFileURL,
    ].compactMap { $0?.appendingPathComponent("pmml/dmg_scorecard_example.xml") }
        .first { FileManager.default.fileExists(atPath: $0.path) }

    @Test(
        .enabled(if: file != nil, "no file of the standard"))
    func `the standard's own file gives 29 with RC2 and RC1`() throws {
        let document = try ScorecardDocument(Array(try Data(contentsOf: try #require(Self.file))))
        let result = document.evaluate(["department": "engineering", "age": 25, "income": 500])
        #expect(result.score == 29 && result.reasons.map(\.code) == ["RC2", "RC1"])
    }

    /// `T` true, `F` false, `U` unknown, of two tests; the last column is what the operator makes of them.
    @Test(arguments: [
        ("and", ["TT T", "TF F", "TU U", "FU F", "UF F", "UU U"]),
        ("or", ["FF F", "TF T", "TU T", "FU U", "UT T", "UU U"]),
        ("xor", ["TT F", "TF T", "FF F", "TU U", "FU U", "UU U"]),
        ("surrogate", ["TF T", "FT F", "UT T", "UF F", "UU U"]),
    ])
    func `three-valued logic`(_ name: String, _ rows: [String]) throws {
        for row in rows {
            let letters = Array(row)
            let tests = [("a", letters[0]), ("b", letters[1])].map { field, letter in
                "<SimplePredicate field=\"\(field)\" operator=\"\(letter == "F" ? "lessThan" : "greaterThan")\" value=\"0\"/>"
            }.joined()
            let predicate = "<CompoundPredicate booleanOperator=\"\(name)\">\(tests)</CompoundPredicate>"
            var values: [String: FieldValue] = [:]
            if letters[0] != "U" { values["a"] = 1 }
            if letters[1] != "U" { values["b"] = 1 }
            #expect(try Self.truth(predicate, values) == letters[3], "\(name) of \(row)")
        }
    }

    @Test(arguments: [
        ("<SimplePredicate field=\"a\" operator=\"equal\" value=\"2\"/>", "F T F U"),
        ("<SimplePredicate field=\"a\" operator=\"notEqual\" value=\"2\"/>", "T F T U"),
        ("<SimplePredicate field=\"a\" operator=\"lessThan\" value=\"2\"/>", "T F F U"),
        ("<SimplePredicate field=\"a\" operator=\"lessOrEqual\" value=\"2\"/>", "T T F U"),
        ("<SimplePredicate field=\"a\" operator=\"greaterThan\" value=\"2\"/>", "F F T U"),
        ("<SimplePredicate field=\"a\" operator=\"greaterOrEqual\" value=\"2\"/>", "F T T U"),
        ("<SimplePredicate field=\"a\" operator=\"isMissing\"/>", "F F F T"),
        ("<SimplePredicate field=\"a\" operator=\"isNotMissing\"/>", "T T T F"),
        (
            "<SimpleSetPredicate field=\"a\" booleanOperator=\"isIn\"><Array n=\"2\" type=\"int\">1 3</Array></SimpleSetPredicate>",
            "T F T U"
        ),
        (
            "<SimpleSetPredicate field=\"a\" booleanOperator=\"isNotIn\"><Array n=\"2\" type=\"int\">1 3</Array></SimpleSetPredicate>",
            "F T F U"
        ),
        ("<True/>", "T T T T"),
        ("<False/>", "F F F F"),
    ])
    func `a predicate of 1, 2, 3 and missing`(_ predicate: String, _ truths: String) throws {
        let values: [FieldValue?] = [1, 2, 3, nil]
        let found = try values.map { value in String(try Self.truth(predicate, value.map { ["a": $0] } ?? [:])) }
        #expect(found.joined(separator: " ") == truths)
    }

    @Test func `the items of an Array may be quoted`() throws {
        let predicate =
            "<SimpleSetPredicate field=\"t\" booleanOperator=\"isIn\"><Array n=\"3\" type=\"string\">plain \"two words\" \"a \\\" quote\"</Array></SimpleSetPredicate>"
        for (value, truth) in [("plain", "T"), ("two words", "T"), ("a \" quote", "T"), ("two", "F")] {
            #expect(try Self.truth(predicate, ["t": .text(value)]) == Character(truth))
        }
    }

    /// T, F or U: one attribute for the predicate, one for its opposite (xor with True), and neither where it is unknown.
    private static func truth(_ predicate: String, _ values: [String: FieldValue]) throws -> Character {
        let fields = [("a", "double"), ("b", "double"), ("t", "string")]
        let not = "<CompoundPredicate booleanOperator=\"xor\">\(predicate)<True/></CompoundPredicate>"
        let text = """
            <PMML version="4.4"><DataDictionary>
            \(fields.map { "<DataField name=\"\($0.0)\" dataType=\"\($0.1)\"/>" }.joined())
            </DataDictionary><Scorecard functionName="regression">
            <MiningSchema>\(fields.map { "<MiningField name=\"\($0.0)\"/>" }.joined())</MiningSchema>
            <Characteristics><Characteristic>
            <Attribute partialScore="1">\(predicate)</Attribute><Attribute partialScore="0">\(not)</Attribute>
            </Characteristic></Characteristics></Scorecard></PMML>
            """
        switch try ScorecardDocument(Array(text.utf8)).evaluate(values).score {
        case 1: return "T"
        case 0: return "F"
        default: return "U"
        }
    }
}
