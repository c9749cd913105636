import Foundation
import ScorecardFiles
import Scoring
import Testing

/// The cards that ship load as they are.
@Suite struct ScorecardFileTests {
    private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../deploy/models").standardizedFileURL

    @Test func `the shipped card loads with its eight characteristics, currency and texts`() throws {
        let card = try ModelFile.read(Self.models.appendingPathComponent("uci-max.pmml").path)
        #expect(card.name == "plainscore-uci" && card.version == "1" && card.currency.description == "TWD")
        #expect(card.initialScore == 523 && card.baselineMethod == "max" && card.reasonCodeAlgorithm == .pointsBelow)
        #expect(card.characteristics.map(\.name).prefix(3) == ["late_now", "late_max", "late2_months"])
        #expect(card.characteristics[0].feature.name == "statement.days_past_due.latest")
        #expect(card.characteristics[0].bins.map(\.points) == [10, -10, -35])
        #expect(card.characteristics[0].bins[1].values == .range(30...59))
        #expect(card.characteristics[7].bins.last?.values == .missing)
        #expect(card.reasonTexts["U01"] == "Payment currently overdue")
    }

    /// A score change names its model by this hash, so a file that shipped must never change: what `xxhsum -H2` prints.
    @Test(arguments: [
        ("uci-max", "788d9265bfde4c7aa8509470af3c236e"), ("uci-mean", "4f96bf4b755a3478a3b356ea8e23fc30"),
    ])
    func `the hash of a shipped card stays`(_ name: String, _ hash: String) throws {
        #expect(try ModelFile.read(Self.models.appendingPathComponent("\(name).pmml").path).hash.hex == hash)
    }

    @Test func `a file that is not there is named`() {
        let error = #expect(throws: ModelFileError.self) { try ModelFile.read("no-such.pmml") }
        #expect(error?.description == "model no-such.pmml cannot be read: name a PMML scorecard")
    }
}
