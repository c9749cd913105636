import Foundation
import ScorecardFiles
import Scoring
import Testing

/// A card says all that a score depends on; what is not understood is refused by name and line, never ignored.
@Suite struct ScorecardFileTests {
    private static let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../deploy/models/uci-max.pmml").standardizedFileURL

    @Test func `the shipped card loads with its eight characteristics, currency and texts`() throws {
        let card = try ModelFile.read(Self.shipped.path)
        #expect(card.name == "plainscore-uci" && card.version == "1" && card.currency.description == "TWD")
        #expect(card.initialScore == 523 && card.baselineMethod == "max" && card.reasonCodeAlgorithm == .pointsBelow)
        #expect(card.characteristics.map(\.name).prefix(3) == ["late_now", "late_max", "late2_months"])
        #expect(card.characteristics[0].feature.name == "statement.days_past_due.latest")
        #expect(card.characteristics[0].bins.map(\.points) == [10, -10, -35])
        #expect(card.characteristics[0].bins[1].values == .range(30...59))
        #expect(card.characteristics[7].bins.last?.values == .missing)
        #expect(card.reasonTexts["U01"] == "Payment currently overdue")
    }

    /// What to change in the shipped card, and what the refusal must say.
    @Test(arguments: [
        ("statement.limit.latest", "statement.postcode.latest", "no field 'postcode'"),
        ("statement.limit.latest", "person.religion.latest", "it must begin with statement or repayment"),
        ("repayment.paid.max.365d", "repayment.paid.max.364d", "the window is one of"),
        ("<PMML ", "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><PMML ", "a DOCTYPE is refused"),
        ("operator=\"lessThan\"", "operator=\"like\"", "operator 'like' is not supported"),
        ("partialScore=\"-35\"", "partialScore=\"-35.5\"", "partialScore must be a whole number"),
        (
            "<Extension name=\"plainscore.reason.U01\" value=\"Payment currently overdue\"/>", "",
            "reason code U01 has no text"
        ),
        ("<Extension name=\"plainscore.currency\" value=\"TWD\"/>", "", "name the currency"),
        ("plainscore.currency", "plainscore.mood", "extension 'plainscore.mood' is not known"),
        ("<Characteristics>", "<LocalTransformations/><Characteristics>", "LocalTransformations is not supported"),
        ("useReasonCodes=\"true\"", "useReasonCodes=\"false\"", "each score explains itself"),
        ("booleanOperator=\"and\"", "booleanOperator=\"xor\"", "booleanOperator 'xor' is not supported yet"),
        ("baselineScore=\"10\"", "", "baselineScore is wanted"),
        ("</PMML>", "", "no XML"),
    ])
    func `what is not understood is refused by name and line`(_ old: String, _ new: String, _ problem: String) throws {
        let text = try String(contentsOf: Self.shipped, encoding: .utf8)
        #expect(text.contains(old))
        let changed = text.replacingOccurrences(of: old, with: new)
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(changed.utf8)) }
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
        #expect((error?.line ?? 0) >= 1)
    }

    @Test func `an oversize file and deep nesting are refused`() {
        #expect(throws: ScorecardFileError.self) {
            try ScorecardFile.parse(Array(repeating: UInt8(ascii: " "), count: ScorecardFile.sizeMax + 1))
        }
        let deep = String(repeating: "<PMML>", count: 20) + String(repeating: "</PMML>", count: 20)
        let error = #expect(throws: ScorecardFileError.self) { try ScorecardFile.parse(Array(deep.utf8)) }
        #expect(error?.problem.contains("nested deeper") == true)
    }
}
