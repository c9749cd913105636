import Events
import Scoring
import Testing

/// From points to reason codes, by the stated rule.
@Suite struct ReasonTests {
    @Test func `the code furthest below its baseline comes first, one at its baseline not at all`() throws {
        let card = try Self.card([("A", 10, 4), ("B", 10, 10), ("C", 10, 1)])
        let reasons = card.reasons(bins: [0, 0, 0])
        #expect(reasons == [Reason(code: "C", difference: 9), Reason(code: "A", difference: 6)])
    }

    /// Code, baseline and points of each characteristic; what comes of them.
    static let rows: [([(String, Int32, Int32)], [(String, Int32)])] = [
        ([("A", 0, 0)], []),
        ([("A", 0, -1), ("B", 0, 1)], [("A", 1)]),
        // A shared code is summed, also with what lies beyond the baseline.
        ([("A", 0, -3), ("B", 0, -4), ("A", 0, -2)], [("A", 5), ("B", 4)]),
        ([("A", 0, -3), ("B", 0, -2), ("A", 0, 2)], [("B", 2), ("A", 1)]),
        ([("A", 0, -3), ("A", 0, 3)], []),
        ([("A", 0, 5), ("A", 0, -6)], [("A", 1)]),
        // Equal ones stand in the order in which their codes first appear, were it at their baseline.
        ([("B", 0, -1), ("A", 0, -1)], [("B", 1), ("A", 1)]),
        ([("A", 0, 0), ("B", 0, -1), ("A", 0, -1)], [("A", 1), ("B", 1)]),
        ([("A", 0, 2), ("B", 0, -1), ("A", 0, -3)], [("A", 1), ("B", 1)]),
        // Four at most: the fifth goes, be it the last by size or by order.
        (
            [("A", 0, -1), ("B", 0, -2), ("C", 0, -3), ("D", 0, -4), ("E", 0, -5)],
            [("E", 5), ("D", 4), ("C", 3), ("B", 2)]
        ),
        (
            [("A", 0, -1), ("B", 0, -1), ("C", 0, -1), ("D", 0, -1), ("E", 0, -1)],
            [("A", 1), ("B", 1), ("C", 1), ("D", 1)]
        ),
    ]

    @Test(arguments: rows.indices, [Scorecard.ReasonCodeAlgorithm.pointsBelow, .pointsAbove])
    func `codes and differences`(_ row: Int, _ algorithm: Scorecard.ReasonCodeAlgorithm) throws {
        let (characteristics, expected) = Self.rows[row]
        // Above the baseline is below it, seen in a mirror.
        let sign: Int32 = algorithm == .pointsBelow ? 1 : -1
        let card = try Self.card(characteristics.map { ($0, $1 * sign, $2 * sign) }, algorithm)
        let reasons = card.reasons(bins: characteristics.map { _ in 0 })
        #expect(reasons == expected.map { Reason(code: $0, difference: $1) })
    }

    @Test func `a bin's own code goes before the characteristic's`() throws {
        let bins = [
            Bin(values: .range(.min ... -1), points: -5), Bin(values: .range(0 ... .max), points: -7, reasonCode: "Z"),
        ]
        let card = try Self.card([("A", 0, 0)], bins: bins)
        #expect(card.reasons(bins: [0]).map(\.code) == ["A"])
        #expect(card.reasons(bins: [1]).map(\.code) == ["Z"])
    }

    private static func card(
        _ characteristics: [(code: String, baseline: Int32, points: Int32)],
        _ algorithm: Scorecard.ReasonCodeAlgorithm = .pointsBelow, bins: [Bin]? = nil
    ) throws -> Scorecard {
        let feature = try Feature("statement.count.365d")
        return Scorecard(
            name: "reasons", version: "1", hash: .zero, currency: Currency("EUR")!, initialScore: 0,
            reasonCodeAlgorithm: algorithm, baselineMethod: "neutral",
            characteristics: characteristics.enumerated().map { index, row in
                Characteristic(
                    name: "c\(index)", feature: feature, reasonCode: row.code, baselinePoints: row.baseline,
                    bins: bins ?? [Bin(values: .range(.min ... .max), points: row.points)])
            }, reasonTexts: [:])
    }
}
