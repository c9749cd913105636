import Events
import Scoring
import TestTimeline

/// A card that tells what features are worth: a bin for each value from −1,000 to 1,000 and for each of `near`.
struct FeatureProbe {
    let card: Scorecard

    init(_ names: [String], near: [Int64] = []) throws {
        let values = Set(Array(-1_000...1_000) + near).sorted()
        var bins = [Bin(values: .missing, points: -1)]
        var next = Int64.min
        for value in values {
            if next < value { bins.append(Bin(values: .range(next...value - 1), points: Int32(bins.count))) }
            bins.append(Bin(values: .range(value...value), points: Int32(bins.count)))
            next = value == .max ? .max : value + 1
        }
        if values.last! < .max { bins.append(Bin(values: .range(next ... .max), points: Int32(bins.count))) }
        card = Scorecard(
            name: "probe", version: "1", hash: .zero, currency: Currency("TWD")!, initialScore: 0,
            reasonCodeAlgorithm: .pointsBelow, baselineMethod: "other",
            characteristics: try names.map { name in
                Characteristic(name: name, feature: try Feature(name), reasonCode: "R", baselinePoints: 0, bins: bins)
            }, reasonTexts: [:])
    }

    /// The value of each feature after a result: a number, `missing`, or a range that holds no value asked for.
    func values(_ result: ScoreResult) -> [String] {
        zip(card.characteristics, result.movements).map { characteristic, movement in
            guard let bin = movement.binAfter else { return "no score" }
            switch characteristic.bins[Int(bin)].values {
            case .missing: return "missing"
            case .range(let range):
                return range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)"
            }
        }
    }

    /// Each value that the first feature took, and the day on which it did, as a timeline is folded.
    func course(of timeline: TimelineBuilder) throws -> [(day: Int, value: String)] {
        let fold = PartitionFold(partition: 0, scorecard: card)
        return try fold.fold(timeline.records).decoded().map { (Int($0.day), values($0)[0]) }
    }

    /// Text of a value that is wanted.
    static func text(_ value: Int64?) -> String { value.map { "\($0)" } ?? "missing" }
}

extension TimelineBuilder {
    /// Consents that keep one grant alive for 950 days from `number` on.
    mutating func grantForLong(from number: Int, to person: PersonKey) throws {
        for part in 0..<3 {
            let start = number + 300 * part
            event(try EventMaker().granted("grant-\(part)", at: day(start), until: day(start + 365)), of: person)
        }
    }

    /// So many events that the person has running totals, and that no feature reads: in another currency.
    mutating func fill(_ count: Int, on number: Int, of person: PersonKey) throws {
        for index in 0..<count {
            event(
                try EventMaker().rental(
                    "filler-\(index)", on: number, dueBack: number, returned: number, held: 0, kept: 0, currency: "USD"),
                of: person)
        }
    }
}
