import Scoring
import Testing

/// Which bin holds a value: both ends are inside, and what no bin holds has none.
@Suite struct BinTests {
    @Test(
        arguments: [
            (Int64.min, nil), (-1, nil), (0, 0), (10, 0), (11, nil), (19, nil), (20, 1), (29, 1), (30, 2), (31, 3),
            (.max - 1, 3), (.max, 3), (nil, 4),
        ] as [(Int64?, Int?)])
    func `a bin holds its first and its last value`(_ value: Int64?, _ bin: Int?) throws {
        let values: [Bin.Values] = [.range(0...10), .range(20...29), .range(30...30), .range(31 ... .max), .missing]
        let characteristic = Characteristic(
            name: "c", feature: try Feature("statement.balance.latest"), reasonCode: "R", baselinePoints: 0,
            bins: values.map { Bin(values: $0, points: 0) })
        #expect(characteristic.bin(of: value) == bin)
    }

    @Test func `of two features both must lie in the bin`() throws {
        let bins = [
            Bin(values: .range(0...9), others: [.range(0...4)], points: 0),
            Bin(values: .range(0...9), others: [.missing], points: 0),
            Bin(values: .missing, others: [.range(5...9)], points: 0),
        ]
        let names = ["statement.balance.latest", "statement.limit.latest"]
        let characteristic = Characteristic(
            name: "c", features: try names.map { try Feature($0) }, reasonCode: "R", baselinePoints: 0, bins: bins)
        for (first, second, bin) in [
            (9, 4, 0), (9, 5, nil), (10, 4, nil), (0, nil, 1), (nil, 5, 2), (nil, 4, nil), (nil, nil, nil),
        ] as [(Int64?, Int64?, Int?)] {
            #expect(characteristic.bin { $0 == 0 ? first : second } == bin)
        }
    }
}
