import Events
import Scoring

/// A card made in place: each feature is cut before each of `cuts`, and each bin gives 10 points more than the one below.
/// A feature that can be missing has a bin for that where `coversMissing` says so.
func shortCard(
    _ number: UInt64, currency: String = "TWD", coversMissing: Bool = true,
    _ weighed: [(feature: String, cuts: [Int64])]
) throws -> Scorecard {
    let characteristics = try weighed.enumerated().map { index, weighed in
        let feature = try Feature(weighed.feature)
        let starts = [Int64.min] + weighed.cuts
        let ends = weighed.cuts.map { $0 - 1 } + [Int64.max]
        var bins = zip(starts, ends).enumerated().map { place, ends in
            Bin(values: .range(ends.0...ends.1), points: Int32(place * 10))
        }
        if coversMissing, feature.canBeMissing { bins.append(Bin(values: .missing, points: -5)) }
        return Characteristic(
            name: weighed.feature, feature: feature, reasonCode: "R\(index)", baselinePoints: 10, bins: bins)
    }
    return Scorecard(
        name: "short-\(number)", version: "1", hash: .init(high: 0, low: number), currency: Currency(currency)!,
        initialScore: 100, reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other", characteristics: characteristics,
        reasonTexts: [:])
}
