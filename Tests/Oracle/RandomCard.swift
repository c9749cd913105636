import Events

extension PlainCard {
    /// A card of 3–8 features drawn from the whole grammar, their bins around values that `histories` show.
    public static func random(
        seenIn histories: [PlainHistory], currency: Currency, using random: inout some RandomNumberGenerator
    ) -> PlainCard {
        let characteristics = (1...Int.random(in: 3...8, using: &random)).map { _ in
            let feature = PlainFeature(RandomFeature.name(using: &random))
            let values = histories.compactMap { $0.value(of: feature) }
            return Characteristic.random(feature, around: values, using: &random)
        }
        return PlainCard(
            currency: currency, initialScore: Int32.random(in: -100...600, using: &random),
            reasonsBelow: Bool.random(using: &random), characteristics: characteristics)
    }
}

extension PlainCard.Characteristic {
    /// Bins side by side over all numbers, their edges at or just above values seen; now and then none for missing.
    fileprivate static func random(
        _ feature: PlainFeature, around values: [Int64], using random: inout some RandomNumberGenerator
    ) -> Self {
        var edges: Set<Int64> = []
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let value = values.randomElement(using: &random) ?? Int64.random(in: 0...2, using: &random)
            if value < .max { edges.insert(value + Int64.random(in: 0...1, using: &random)) }
        }
        var bins: [PlainCard.Bin] = []
        var lower = Int64.min
        for edge in edges.sorted() where edge > lower {
            bins.append(.random(lower...edge - 1, using: &random))
            lower = edge
        }
        bins.append(.random(lower...Int64.max, using: &random))
        if Int.random(in: 0..<6, using: &random) > 0 {
            bins.insert(.random(nil, using: &random), at: Int.random(in: 0...bins.count, using: &random))
        }
        return Self(
            feature: feature, reasonCode: "C\(Int.random(in: 1...5, using: &random))",
            baselinePoints: Int32.random(in: -20...40, using: &random), bins: bins)
    }
}

extension PlainCard.Bin {
    /// Few different points, so that neighbours are often equal; now and then a reason code of its own.
    fileprivate static func random(_ values: ClosedRange<Int64>?, using random: inout some RandomNumberGenerator)
        -> Self
    {
        Self(
            values: values, points: Int32.random(in: -3...6, using: &random) * 7,
            reasonCode: Int.random(in: 0..<6, using: &random) == 0 ? "B\(Int.random(in: 1...3, using: &random))" : nil)
    }
}
