import Foundation
import ScorecardFiles
import Scoring
import Testing

/// A card that runs is the document, exactly, on integers.
@Suite struct LoweringTests {
    @Test func `a small card: ranges in document order, missing as a bin of its own`() throws {
        let card = try ScorecardFile.parse(CardText().bytes)
        let characteristic = card.characteristics[0]
        #expect(characteristic.bins.map(\.values) == [.range(.min...29), .range(30 ... .max), .missing])
        #expect(characteristic.bins.map(\.points) == [10, -5, 0])
        #expect([29, 30, nil].map { characteristic.bin(of: $0) } == [0, 1, 2])
    }

    /// Whole numbers on either side of a threshold that may be fractional.
    static let thresholds: [(String, String, [Int64], [Int64])] = [
        ("lessThan", "2.5", [2], [3]), ("lessOrEqual", "2.5", [2], [3]), ("greaterThan", "2.5", [3], [2]),
        ("greaterOrEqual", "2.5", [3], [2]), ("equal", "2.5", [], [2, 3]), ("notEqual", "2.5", [2, 3], []),
        ("lessThan", "-2.5", [-3], [-2]), ("greaterOrEqual", "-2.5", [-2], [-3]), ("lessThan", "2", [1], [2]),
        ("lessOrEqual", "2.0", [2], [3]), ("greaterThan", "25e-1", [3], [2]), ("greaterOrEqual", " 2 ", [2], [1]),
        ("lessThan", "1e30", [.max, 0], []), ("greaterThan", "-1e30", [.min, 0], []),
        ("lessOrEqual", "9223372036854775806", [.max - 1], [.max]), ("equal", "-9223372036854775808", [.min], [0]),
    ]

    @Test(arguments: thresholds)
    func `a threshold on whole numbers is exact`(
        _ operation: String, _ value: String, _ inside: [Int64], _ outside: [Int64]
    ) throws {
        var text = CardText()
        text.characteristics[1] = CardText.attribute(1, operation, value)
        text.characteristics[2] = "<Attribute partialScore=\"0\"><True/></Attribute>"
        text.characteristics.remove(at: 3)
        let characteristic = try ScorecardFile.parse(text.bytes).characteristics[0]
        let points = { (value: Int64) in characteristic.bin(of: value).map { characteristic.bins[$0].points } }
        #expect(inside.allSatisfy { points($0) == 1 } && outside.allSatisfy { points($0) == 0 })
    }

    @Test func `a surrogate stands in where the first feature is missing`() throws {
        var text = CardText()
        text.fields.append("statement.days_past_due.max.365d")
        let parts = { (operation: String) in
            "<CompoundPredicate booleanOperator=\"surrogate\">"
                + text.fields.map { "<SimplePredicate field=\"\($0)\" operator=\"\(operation)\" value=\"30\"/>" }
                .joined()
                + "<True/></CompoundPredicate>"
        }
        text.characteristics[1] = "<Attribute partialScore=\"10\">\(parts("lessThan"))</Attribute>"
        text.characteristics[2] = "<Attribute partialScore=\"-5\">\(parts("greaterOrEqual"))</Attribute>"
        text.characteristics.remove(at: 3)
        let characteristic = try ScorecardFile.parse(text.bytes).characteristics[0]
        #expect(characteristic.features.map(\.name) == text.fields)
        let points = { (first: Int64?, second: Int64?) in
            let bin = characteristic.bin { $0 == 0 ? first : second }
            return bin.map { characteristic.bins[$0].points }
        }
        #expect(
            [points(29, 90), points(30, 0), points(nil, 29), points(nil, 30), points(nil, nil)] == [10, -5, 10, -5, 10])
    }

    @Test func `a model carries scale and validity`() throws {
        var text = CardText()
        text.extensions += [
            ("scale.base", "600"), ("scale.odds", "30:1"), ("scale.pointsToDouble", "20"), ("validUntil", "2027-12-31"),
        ].map { "<Extension name=\"plainscore.\($0)\" value=\"\($1)\"/>" }
        let card = try ScorecardFile.parse(text.bytes)
        #expect(card.scale == Scale(base: 600, good: 30, bad: 1, pointsToDouble: 20))
        #expect(card.validUntil?.description == "2027-12-31" && card.version == "7" && card.name == "small")
    }

    /// Random cards over one or two features, with every predicate there is, overlaps, gaps and shared codes.
    @Test(arguments: 0..<400 as Range<UInt64>)
    func `a lowered card equals the general evaluator`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = RandomCard.text(&random)
        let document = try ScorecardDocument(Array(text.utf8))
        let card = try ScorecardFile.parse(Array(text.utf8))
        for _ in 0..<200 {
            var values: [String: Int64] = [:]
            for field in RandomCard.fields where !random.isTrue(oneIn: 4) {
                values[field] = Int64.random(in: -4...14, using: &random)
            }
            let expected = document.evaluate(values.mapValues { .number(Double($0)) })
            let bins = card.characteristics.map { characteristic in
                characteristic.bin { values[characteristic.features[$0].name] }
            }
            let attributes = zip(card.characteristics, bins).map { $0.bins[safe: $1]?.attribute }
            #expect(attributes == expected.attributes, "seed \(seed), \(values)")
            // The bin found is the only one that holds these values.
            for (characteristic, bin) in zip(card.characteristics, bins) {
                let holding = characteristic.bins.indices.filter { characteristic.holds($0, values) }
                #expect(holding == (bin.map { [$0] } ?? []), "seed \(seed), \(values)")
            }
            guard let score = expected.score else { continue }
            let points = zip(card.characteristics, bins).map { Int($0.bins[$1!].points) }
            #expect(Int(card.initialScore) + points.reduce(0, +) == Int(score))
            let reasons = card.reasons(bins: bins.map { Int16($0!) })
            #expect(reasons.map(\.code) == expected.reasons.prefix(4).map(\.code), "seed \(seed), \(values)")
            #expect(reasons.map { Double($0.difference) } == expected.reasons.prefix(4).map(\.difference))
        }
    }
}

extension Characteristic {
    /// Whether a bin holds these values, from what it says of itself.
    fileprivate func holds(_ bin: Int, _ values: [String: Int64]) -> Bool {
        zip(features, [bins[bin].values] + bins[bin].others).allSatisfy { feature, wanted in
            switch wanted {
            case .missing: values[feature.name] == nil
            case .range(let range): values[feature.name].map { range.contains($0) } ?? false
            }
        }
    }
}

extension Array {
    fileprivate subscript(safe index: Int?) -> Element? { index.map { self[$0] } }
}
