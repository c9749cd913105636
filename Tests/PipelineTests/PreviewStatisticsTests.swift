import Foundation
import Pipeline
import TestTimeline
import Testing

struct PreviewStatisticsTests {
    // MARK: - Differences

    @Test func `differences are counted in steps of one width, 0 by itself`() {
        let histogram = DifferenceHistogram([-3, -3, 0, 1, 2, 2])
        #expect(histogram.width == 1)
        #expect(histogram.steps.map(\.differences) == [-3 ... -3, -2 ... -2, -1 ... -1, 0...0, 1...1, 2...2])
        #expect(histogram.steps.map(\.persons) == [2, 0, 0, 1, 1, 2])
    }

    @Test(
        arguments: [
            ([0], 1), ([15], 1), ([-15], 1), ([16], 2), ([30], 2), ([31], 5), ([75], 5), ([76], 10), ([150], 10),
            ([151], 20),
            ([-301], 50), ([750], 50), ([751], 100), ([4_000_000], 500_000),
        ] as [([Int32], Int32)])
    func `the width is the least of 1, 2, 5, 10 … with at most 15 steps on a side`(differences: [Int32], width: Int32) {
        let histogram = DifferenceHistogram(differences)
        #expect(histogram.width == width)
        #expect(histogram.steps.count == 1)
        #expect(histogram.steps[0].differences.contains(differences[0]))
    }

    @Test func `every difference is in one step, and the steps leave no gap`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let reach = Int32.random(in: 1...2_000, using: &random)
            let differences = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                Int32.random(in: -reach...reach, using: &random)
            }
            let histogram = DifferenceHistogram(differences)
            for step in histogram.steps {
                #expect(step.persons == differences.count { step.differences.contains($0) }, "seed \(seed)")
                let isZero = step.differences == 0...0
                #expect(isZero || step.differences.count == Int(histogram.width), "seed \(seed)")
                #expect(isZero || !step.differences.contains(0), "seed \(seed)")
            }
            for (left, right) in zip(histogram.steps, histogram.steps.dropFirst()) {
                #expect(left.differences.upperBound + 1 == right.differences.lowerBound, "seed \(seed)")
            }
            #expect(histogram.steps.reduce(0) { $0 + $1.persons } == differences.count, "seed \(seed)")
        }
        #expect(DifferenceHistogram([]).steps.isEmpty)
    }

    // MARK: - Population stability index

    @Test func `scores that stay give 0, and ten persons who move a tenth each give what a pocket calculator does`() {
        let scores = (1...10).map { Int32($0 * 10) }
        #expect(PopulationStability(before: scores, after: scores).tenThousandths == 0)
        // One from each tenth to the next: the first is left by one (half a person: 0.05), the last holds two.
        let moved = PopulationStability(before: scores, after: scores.map { min($0 + 10, 100) })
        #expect(moved.bins.map(\.before) == Array(repeating: 1, count: 10))
        #expect(moved.bins.map(\.after) == [0, 1, 1, 1, 1, 1, 1, 1, 1, 2])
        // (0.05 − 0.1) ln 0.5 + (0.2 − 0.1) ln 2 = 0.15 ln 2
        #expect(moved.tenThousandths == 1_040)
    }

    @Test func `it is the formula over the tenths, as plain floating point has it`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let count = Int.random(in: 1...500, using: &random)
            let reach = Int32.random(in: 0...400, using: &random)
            let before = (0..<count).map { _ in Int32.random(in: -reach...reach, using: &random) }
            let after = before.map { $0 + Int32.random(in: -reach / 3...reach, using: &random) }
            let stability = PopulationStability(before: before, after: after)
            for bin in stability.bins {
                let range = (bin.from ?? .min)...(bin.through ?? .max)
                #expect(bin.before == before.count { range.contains($0) }, "seed \(seed)")
                #expect(bin.after == after.count { range.contains($0) }, "seed \(seed)")
            }
            #expect(stability.bins.map(\.through).dropLast() == plainCuts(before)[...], "seed \(seed)")
            let expected = stability.bins.reduce(0.0) { sum, bin in
                let (old, new) = (max(0.5, Double(bin.before)), max(0.5, Double(bin.after)))
                return sum + (new - old) / Double(count) * log(new / old)
            }
            let got = Double(stability.tenThousandths!)
            #expect(abs(got - expected * 10_000) <= 0.500001, "seed \(seed)")
        }
        #expect(PopulationStability(before: [], after: []).tenThousandths == nil)
    }

    /// Where the tenths of sorted scores end, each once, and none with nobody above it.
    private func plainCuts(_ scores: [Int32]) -> [Int32?] {
        let sorted = scores.sorted()
        var cuts: [Int32] = []
        for tenth in 1...9 {
            let rank = Int((Double(tenth * scores.count) / 10).rounded(.up))
            if cuts.last != sorted[rank - 1], sorted[rank - 1] < sorted.last! { cuts.append(sorted[rank - 1]) }
        }
        return cuts
    }

    // MARK: - The cut

    @Test func `the cut is reached from its own score on, and is the present median unless it is given`() throws {
        let (before, after): ([Int32], [Int32]) = ([10, 20, 30, 40], [20, 20, 10, 40])
        let median = try #require(CutShares(nil, before: before, after: after))
        #expect(median.cut == 20 && median.isMedian)
        #expect(median.before == 3 && median.after == 3 && median.risen == 1 && median.fallen == 1)
        #expect(median.beforeBasisPoints == 7_500)
        let given = try #require(CutShares(31, before: before, after: after))
        #expect(given.before == 1 && given.after == 1 && !given.isMedian)
        #expect(CutShares(nil, before: [], after: []) == nil)
        #expect(CutShares(5, before: [], after: [])?.beforeBasisPoints == 0)
        #expect(basisPoints(1, of: 3) == 3_333 && basisPoints(2, of: 3) == 6_667 && basisPoints(1, of: 16) == 625)
    }
}
