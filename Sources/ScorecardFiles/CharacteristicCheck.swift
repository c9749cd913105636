import Scoring

/// Whether the attributes of one characteristic cover what its features can be, once each, and give points that make
/// sense. Exact: it looks at every combination of ranges that the thresholds make.
struct CharacteristicCheck {
    private(set) var findings: [ModelFinding] = []
    private let characteristic: DocumentCharacteristic
    private let coverage: Coverage
    private let features: [Feature]
    /// The attributes that give the points of some value.
    private var wins: Set<Int> = []

    /// nil where another refusal comes first: an unknown feature, too many ranges.
    init?(_ characteristic: DocumentCharacteristic, _ document: ScorecardDocument) {
        guard characteristic.isWhole, let coverage = try? Coverage(characteristic, document.fields),
            !coverage.fields.isEmpty
        else { return nil }
        let features = coverage.fields.compactMap { name in
            document.fields.first { $0.name == name }.flatMap { try? Feature($0.featureName) }
        }
        guard features.count == coverage.fields.count else { return nil }
        self.characteristic = characteristic
        self.coverage = coverage
        self.features = features
        wins = Set(reachable(\.attributes.first).map(\.label))
        checkGaps()
        checkOverlaps()
        checkReach()
        checkOrder()
        checkBaseline(document.baselineMethod)
    }

    private mutating func checkGaps() {
        for box in reachable({ $0.attributes.isEmpty && !$0.isRefused ? 0 : nil }) {
            if box.values.contains(.missing) {
                findings.append(
                    .warning(
                        characteristic.place,
                        "no score while \(text(box, onlyMissing: true)): add an Attribute with isMissing, or leave it so on purpose"
                    ))
            } else {
                findings.append(
                    .error(characteristic.place, "no Attribute covers \(text(box)): add one, or widen its neighbour"))
            }
        }
    }

    /// The first attribute that is true wins, so an overlap changes no score; whoever meant disjoint ranges hears of the
    /// first one. An attribute that says "the rest" (True, isNotMissing) overlaps nothing; one that is never reached is
    /// told once, by `checkReach`.
    private mutating func checkOverlaps() {
        let attributes = characteristic.attributes
        var cut: [(second: Int, first: Int, box: Coverage.Box)] = []
        for second in attributes.indices where !attributes[second].isRest && wins.contains(second) {
            let boxes = reachable { match in match.attributes.contains(second) ? match.attributes.first : nil }
            if let box = boxes.first(where: { $0.label < second }) { cut.append((second, box.label, box)) }
        }
        guard let (second, first, box) = cut.first else { return }
        let more = cut.count == 1 ? "" : "; so it is with \(cut.count - 1) more"
        findings.append(
            .warning(
                attributes[second].place,
                "\(name(second)) covers \(text(box)), which \(name(first)) takes: the first that is true gives the points\(more)"
            ))
    }

    private mutating func checkReach() {
        for index in characteristic.attributes.indices where !wins.contains(index) {
            let attribute = characteristic.attributes[index]
            let holds = reachable { $0.attributes.contains(index) ? 0 : nil }
            if !holds.isEmpty {
                findings.append(
                    .warning(
                        attribute.place,
                        "\(name(index)) is never reached: those before it take all that it covers; move it up or take it out"
                    ))
            } else if coverage.boxes({ $0.attributes.contains(index) ? 0 : nil }).isEmpty {
                findings.append(
                    .warning(attribute.place, "\(name(index)) is true of no value: mend its predicate or take it out"))
            } else {
                findings.append(
                    .warning(
                        attribute.place, "\(name(index)) covers nothing that \(ranges) can be: take it out"))
            }
        }
    }

    /// Points of one feature rise with its value, or fall.
    private mutating func checkOrder() {
        guard features.count == 1, !characteristic.isAnyOrder else { return }
        let boxes = reachable(\.attributes.first).filter { $0.values[0] != .missing }.sorted { $0.lowest < $1.lowest }
        let points = boxes.compactMap { box -> (ExactNumber, Coverage.Box)? in
            if case .constant(let number) = characteristic.attributes[box.label].points { (number, box) } else { nil }
        }
        let steps = zip(points, points.dropFirst()).map { ($0.0.double, $1.0.double, $1.1) }
        guard steps.contains(where: { $0.0 < $0.1 }), steps.contains(where: { $0.0 > $0.1 }) else { return }
        let rises = steps.first { $0.0 != $0.1 }.map { $0.0 < $0.1 }!
        let turn = steps.first { rises ? $0.0 > $0.1 : $0.0 < $0.1 }!
        findings.append(
            .warning(
                characteristic.place,
                "points \(rises ? "rise" : "fall") with \(features[0].name), then \(rises ? "fall" : "rise") at \(text(turn.2)): mend them, or say <Extension name=\"plainscore.points\" value=\"anyOrder\"/> in the Characteristic"
            ))
    }

    private mutating func checkBaseline(_ method: String) {
        let points = characteristic.attributes.compactMap { attribute in
            if case .constant(let number) = attribute.points { number.double } else { nil }
        }
        guard let baseline = characteristic.baselineScore, let least = points.min(), let most = points.max() else {
            return
        }
        let fault: String? =
            switch method {
            case "max" where baseline.double != most: "the most points are \(short(most))"
            case "min" where baseline.double != least: "the least points are \(short(least))"
            case "mean" where !(least...most).contains(baseline.double):
                "a mean lies within the points, \(short(least)) to \(short(most))"
            default: nil
            }
        guard let fault else { return }
        findings.append(
            .warning(
                characteristic.place,
                "baselineScore \(baseline.text) does not go with baselineMethod \(method): \(fault)"))
    }

    // MARK: - In words

    /// Boxes of what `label` picks, cut down to what the features can be.
    private func reachable(_ label: (Coverage.Match) -> Int?) -> [Coverage.Box] {
        coverage.boxes(label).compactMap { box in
            var box = box
            for (index, feature) in features.enumerated() {
                switch box.values[index] {
                case .missing:
                    if !feature.canBeMissing { return nil }
                case .range(let range):
                    guard range.overlaps(feature.range) else { return nil }
                    box.values[index] = .range(range.clamped(to: feature.range))
                }
            }
            return box
        }
    }

    private func name(_ index: Int) -> String {
        "Attribute \(index + 1) (line \(characteristic.attributes[index].place.line))"
    }

    private func text(_ box: Coverage.Box, onlyMissing: Bool = false) -> String {
        zip(features, box.values).compactMap { feature, values in
            switch values {
            case .missing: "\(feature.name) is missing"
            case .range(let range): onlyMissing ? nil : "\(feature.name) \(text(range, of: feature))"
            }
        }.joined(separator: ", ")
    }

    private var ranges: String {
        features.map { "\($0.name) (\(text($0.range, of: $0)))" }.joined(separator: ", ")
    }

    /// `12…∞`; one number where the range has one. ∞ is the end of a feature's own range where nobody counts its digits.
    private func text(_ range: ClosedRange<Int64>, of feature: Feature) -> String {
        let far: Int64 = 1_000_000_000
        let (least, most) = (feature.range.lowerBound, feature.range.upperBound)
        let low = range.lowerBound == least && least < -far ? "-∞" : "\(range.lowerBound)"
        let high = range.upperBound == most && most > far ? "∞" : "\(range.upperBound)"
        return range.lowerBound == range.upperBound ? low : "\(low)…\(high)"
    }

    private func short(_ number: Double) -> String {
        number == number.rounded() ? "\(Int64(number))" : "\(number)"
    }
}

extension DocumentAttribute {
    /// Whether it covers whatever those before it left.
    fileprivate var isRest: Bool {
        switch predicate {
        case .always: true
        case .test(let test): test.condition == .isNotMissing
        default: false
        }
    }
}

extension Coverage.Box {
    fileprivate var lowest: Int64 { if case .range(let range) = values[0] { range.lowerBound } else { .max } }
}
