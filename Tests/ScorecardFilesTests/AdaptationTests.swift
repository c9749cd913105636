import Foundation
import ScorecardFiles
import Scoring
import Testing

/// `model adapt`: small cards of the shapes that other tools write.
@Suite struct AdaptationTests {
    /// As optbinning writes a card through sklearn2pmml: no codes, no baselines, a target, foreign field names.
    private static let bare = """
        <?xml version="1.0" encoding="US-ASCII" standalone="yes"?>
        <PMML xmlns="http://www.dmg.org/PMML-4_4" xmlns:data="http://jpmml.org/jpmml-model/InlineTable" version="4.4">
        <Header modelVersion="1"><Application name="a tool"/></Header>
        <MiningBuildTask><Extension name="repr">anything</Extension></MiningBuildTask>
        <DataDictionary>
        <DataField name="bad" optype="categorical" dataType="string"><Value value="0"/></DataField>
        <DataField name="DaysLate" optype="continuous" dataType="double"/>
        <DataField name="idle" optype="continuous" dataType="double"/>
        </DataDictionary>
        <Scorecard functionName="regression" useReasonCodes="false">
        <MiningSchema><MiningField name="bad" usageType="target"/><MiningField name="DaysLate"/>
        <MiningField name="idle"/></MiningSchema>
        <Characteristics>
        <Characteristic name="bins(DaysLate)">
        <Attribute partialScore="20.0"><SimplePredicate field="DaysLate" operator="isMissing"/></Attribute>
        <Attribute partialScore="30.0"><Extension name="cellRef" value="$C$10"/>
        <CompoundPredicate booleanOperator="or"><Extension name="note"/><False/>
        <SimplePredicate field="DaysLate" operator="lessThan" value="2.5"/></CompoundPredicate></Attribute>
        <Attribute partialScore="10.0"><SimplePredicate field="DaysLate" operator="lessThan" value="21"/></Attribute>
        <Attribute partialScore="5.0"><True/></Attribute>
        </Characteristic>
        </Characteristics>
        </Scorecard>
        </PMML>
        """

    private static let map = """
        currency = "EUR"   # of every amount
        [fields]
        DaysLate = 'statement.days_past_due.latest'
        [texts]
        R1 = "Days \\"past\\" due"
        """

    private func adapt(_ text: String, _ map: String = map, round: Rounding? = nil) throws -> CardAdaptation {
        CardAdaptation(Array(text.utf8), map: try CardMap(map), round: round)
    }

    @Test func `a card without codes, baselines and features gets them, and loads`() throws {
        let adaptation = try adapt(Self.bare)
        let bytes = try #require(adaptation.bytes, "\(adaptation.findings) \(adaptation.mapErrors)")
        let card = try ScorecardFile.parse(bytes)
        let characteristic = card.characteristics[0]
        #expect(characteristic.features.map(\.name) == ["statement.days_past_due.latest"])
        let points = [0, 2, 3, 20, 21, nil].map { value in characteristic.bins[characteristic.bin(of: value)!].points }
        #expect(points == [30, 30, 10, 10, 5, 20])
        #expect(characteristic.baselinePoints == 30 && card.baselineMethod == "max")
        #expect(characteristic.reasonCode == "R1" && card.reasonTexts["R1"] == "Days \"past\" due")
        #expect(adaptation.notes.contains("field 'idle': no characteristic weighs it; it is supplementary"))
    }

    @Test func `without a map each cause is one error, and the proposal names features near by name`() throws {
        let adaptation = try adapt(Self.bare, "")
        #expect(adaptation.bytes == nil)
        #expect(adaptation.findings.map(\.problem).count == 2)
        #expect(adaptation.findings.contains { $0.problem.contains("field 'DaysLate' has no feature") })
        #expect(adaptation.findings.contains { $0.problem.contains("the currency is wanted") })
        let proposed = try CardMap(adaptation.proposal.text)
        #expect(CardAdaptation(Array(Self.bare.utf8), map: proposed, round: nil).bytes == nil)
        #expect(Feature.near("DaysLate").count == 3)
        #expect(Feature.near("DaysLate").allSatisfy { $0.contains("days") && $0.contains("late") })
        #expect(Feature.near("zzz") == [])
    }

    @Test func `every byte that is not adapted stays`() throws {
        let bytes = try #require(try adapt(Self.bare).bytes)
        let added = String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { line in
            !Self.bare.split(separator: "\n").contains(line)
        }
        #expect(added.count == 8, "\(added)")
    }

    @Test func `rounding is told in points and in order`() throws {
        // 30.4, 30.3 and 10.4 go down and 5.5 goes to its even neighbour; 30.4 and 30.3 become equal.
        var text = Self.bare
        for (old, new) in [("20.0", "30.3"), ("30.0", "30.4"), ("10.0", "10.4"), ("5.0", "5.5")] {
            text = text.replacingOccurrences(of: "partialScore=\"\(old)\"", with: "partialScore=\"\(new)\"")
        }
        #expect(try adapt(text).findings.map(\.problem).contains { $0.contains("model adapt --round halfEven") })
        let adaptation = try adapt(text, round: .halfEven)
        let card = try ScorecardFile.parse(try #require(adaptation.bytes))
        #expect(card.characteristics[0].bins.map(\.points).sorted() == [6, 10, 30, 30])
        let cost = try #require(adaptation.cost)
        #expect(cost.rounded == 4 && cost.most == "0.5" && cost.tied == 1 && cost.turned == 0)
        #expect(cost.compared == 4 && cost.combinations == 4 && cost.pairs == 6)
    }

    /// A part of the card to change; then what the refusal says.
    @Test(arguments: [
        ("dataType=\"double\"/>", "dataType=\"string\"/>", "is a string"),
        ("<Scorecard ", "<TransformationDictionary/><Scorecard ", "TransformationDictionary is not supported"),
        (
            "partialScore=\"20.0\">", "><ComplexPartialScore><Constant>1</Constant></ComplexPartialScore>",
            "ComplexPartialScore is not supported"
        ),
        ("dataType=\"double\"/>", "dataType=\"boolean\"/>", "is a boolean"),
    ])
    func `a card that cannot be one here is refused, and why is named`(_ old: String, _ new: String, _ why: String)
        throws
    {
        let range = try #require(Self.bare.range(of: old))
        let map = why.hasPrefix("is a") ? "currency = \"EUR\"" : Self.map
        let adaptation = try adapt(Self.bare.replacingCharacters(in: range, with: new), map)
        #expect(adaptation.bytes == nil && adaptation.findings.contains { $0.problem.contains(why) })
    }

    @Test(arguments: [
        ("a.b = \"x\"", 1, "key = value is wanted"), ("\n[rows]", 2, "'rows' is no section"),
        ("[[fields]]", 1, "letters, digits"), ("colour = \"red\"", 1, "'colour' is not known"),
        ("name = 1.5", 1, "a string in quotes or a whole number"), ("name = \"x", 1, "no closing"),
        ("name = \"\"\"", 1, "several lines"), ("name = \"a\"\nname = \"b\"", 2, "twice"),
        ("name = \"\\q\"", 1, "after \\ stands"), ("name = 'x' y", 1, "after the value is not read"),
    ])
    func `a map says which line it cannot read`(_ text: String, _ line: Int, _ problem: String) {
        let error = #expect(throws: CardMapError.self) { try CardMap(text) }
        #expect(error?.line == line && error?.problem.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test func `a map that names what the card does not have is refused by line`() throws {
        let map = Self.map + "\n[codes]\nnone = \"R9\"\n[baselines]\n'bins(DaysLate)' = 7\n"
        let adaptation = try adapt(Self.bare, map)
        #expect(adaptation.mapErrors.map(\.problem) == ["'none' is no characteristic of the card"])
        #expect(adaptation.mapErrors.map(\.line) == [7] && adaptation.bytes == nil)
    }
}
