import Foundation
import ScorecardFiles
import Scoring
import Testing

/// Cards of other tools, adapted, beside rows with JPMML's scores: `Tests/RealCards/run` makes them.
@Suite struct RealCardTests {
    private static let folder = ProcessInfo.processInfo.environment["PLAINSCORE_REAL_CARDS"]

    private static let cards: [String] =
        (try? FileManager.default.contentsOfDirectory(atPath: folder ?? ""))?.filter { $0.hasSuffix(".csv") }.sorted()
        ?? []

    @Test(.enabled(if: folder != nil, "no cards of other tools"))
    func `there are cards of other tools that load`() { #expect(!Self.cards.isEmpty) }

    @Test(arguments: cards)
    func `an adapted card gives JPMML's scores`(_ name: String) throws {
        let base = URL(fileURLWithPath: try #require(Self.folder)).appendingPathComponent(name)
        let bytes = try ModelFile.bytes(base.deletingPathExtension().appendingPathExtension("pmml").path)
        let card = try ScorecardFile.parse(bytes)
        let document = try ScorecardDocument(bytes)
        let lines = try String(contentsOf: base, encoding: .utf8).split(whereSeparator: \.isNewline)
        let columns = lines[0].split(separator: ",").map(String.init)
        let features = Dictionary(uniqueKeysWithValues: document.fields.map { ($0.featureName, $0.name) })
        var scored = 0
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
            let row = Dictionary(uniqueKeysWithValues: zip(columns, cells))
            let bins = card.characteristics.map { characteristic in
                characteristic.bin { features[characteristic.features[$0].name].flatMap { row[$0] ?? nil } }
            }
            let points = zip(card.characteristics, bins).map { characteristic, bin in
                bin.map { Int64(characteristic.bins[$0].points) }
            }
            let score = points.contains(nil) ? nil : points.reduce(Int64(card.initialScore)) { $0 + $1! }
            #expect(score == cells[columns.count - 1], "\(name): \(line)")
            scored += score == nil ? 0 : 1
        }
        #expect(scored > 0, "\(name): no row has a score")
    }
}
