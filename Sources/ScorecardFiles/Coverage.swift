import Scoring

/// Which attributes of a characteristic hold which values of its fields, exactly. Each field's integers are cut where a
/// threshold lies, one more place is for missing; within a combination of places no predicate changes, so evaluating
/// them once for each combination says all.
struct Coverage {
    let fields: [String]
    /// Per field the first value of each place but the first, ascending.
    private let starts: [[Int64]]
    /// Per combination of places, the last field's side by side: the attributes that are true, in document order.
    private var matches: [[Int]] = []

    /// Combinations at most: a load takes well below a second.
    static let combinationsMax = 4096
    static let fieldsMax = 8
    static let attributesMax = 500

    /// A part of the space of values.
    struct Box: Equatable {
        /// One per field.
        var values: [Bin.Values]
        /// What it was asked for.
        var label: Int
    }

    init(_ characteristic: DocumentCharacteristic) throws(ScorecardFileError) {
        guard characteristic.attributes.count <= Self.attributesMax else {
            throw ScorecardFileError(
                characteristic.place, "a characteristic has at most \(Self.attributesMax) attributes: take wider ranges"
            )
        }
        let tests = characteristic.attributes.flatMap(\.predicate.tests)
        var fields: [String] = []
        for test in tests where !fields.contains(test.field) {
            fields.append(test.field)
            guard fields.count <= Self.fieldsMax else {
                throw ScorecardFileError(
                    characteristic.place, "a characteristic weighs at most \(Self.fieldsMax) features: split it")
            }
        }
        starts = fields.map { field in
            var starts: Set<Int64> = []
            for number in tests.lazy.filter({ $0.field == field }).flatMap(\.numbers) {
                if number.isWhole, let start = Int64(exactly: number.floor), start > .min { starts.insert(start) }
                if let start = Int64(exactly: number.floor + 1), start > .min { starts.insert(start) }
            }
            return starts.sorted()
        }
        self.fields = fields
        let combinations = starts.reduce(1) { min($0 * ($1.count + 2), Self.combinationsMax + 1) }
        guard combinations <= Self.combinationsMax else {
            throw ScorecardFileError(
                characteristic.place,
                "more than \(Self.combinationsMax) combinations of ranges: split the characteristic, or take fewer ranges"
            )
        }
        for combination in 0..<combinations {
            let values = values(of: combination)
            matches.append(
                characteristic.attributes.indices.filter { index in
                    characteristic.attributes[index].predicate.truth { test in
                        test.truth(of: values[fields.firstIndex(of: test.field)!])
                    } == true
                })
        }
    }

    /// The attributes before `attribute` that are true somewhere where it is, ascending.
    func attributes(before attribute: Int) -> [Int] {
        var before: Set<Int> = []
        for match in matches where match.contains(attribute) { before.formUnion(match.prefix { $0 < attribute }) }
        return before.sorted()
    }

    /// Boxes of all combinations that `label` gives a number, merged where neighbours have the same; ascending.
    func boxes(_ label: ([Int]) -> Int?) -> [Box] {
        boxes(axis: 0, at: 0, label)
    }

    private func boxes(axis: Int, at base: Int, _ label: ([Int]) -> Int?) -> [Box] {
        guard axis < starts.count else {
            return label(matches[base]).map { [Box(values: [], label: $0)] } ?? []
        }
        let count = starts[axis].count + 2
        var result: [Box] = []
        var open: (first: Int, inner: [Box])?
        func close(before end: Int) {
            guard let run = open else { return }
            let range = Bin.Values.range(span(axis, run.first, through: end - 1))
            result += run.inner.map { Box(values: [range] + $0.values, label: $0.label) }
        }
        for place in 0..<count - 1 {
            let inner = boxes(axis: axis + 1, at: base * count + place, label)
            if open?.inner == inner { continue }
            close(before: place)
            open = (place, inner)
        }
        close(before: count - 1)
        let missing = boxes(axis: axis + 1, at: base * count + count - 1, label)
        return result + missing.map { Box(values: [.missing] + $0.values, label: $0.label) }
    }

    private func span(_ axis: Int, _ first: Int, through last: Int) -> ClosedRange<Int64> {
        let starts = starts[axis]
        return (first == 0 ? .min : starts[first - 1])...(last == starts.count ? .max : starts[last] - 1)
    }

    /// A value of each field in this combination; nil is missing.
    private func values(of combination: Int) -> [Int64?] {
        var rest = combination
        var values: [Int64?] = []
        for starts in starts.reversed() {
            let (next, place) = rest.quotientAndRemainder(dividingBy: starts.count + 2)
            values.append(place == starts.count + 1 ? nil : place == 0 ? .min : starts[place - 1])
            rest = next
        }
        return values.reversed()
    }
}

extension FieldTest {
    /// The exact truth for an integer feature; nil is unknown.
    fileprivate func truth(of value: Int64?) -> Bool? {
        switch condition {
        case .isMissing: value == nil
        case .isNotMissing: value != nil
        case .compare(let comparison, .number(let number)): value.map { number.compare(Int128($0), comparison) }
        case .compare: value.map { _ in false }
        case .isIn: value.map { value in numbers.contains { $0.compare(Int128(value), .equal) } }
        case .isNotIn: value.map { value in !numbers.contains { $0.compare(Int128(value), .equal) } }
        }
    }
}

extension ExactNumber {
    /// Whether `value` stands so to this number: `x < 2.5` is `x ≤ 2` for whole x.
    fileprivate func compare(_ value: Int128, _ comparison: FieldTest.Operator) -> Bool {
        switch comparison {
        case .equal: isWhole && value == floor
        case .notEqual: !isWhole || value != floor
        case .lessThan: isWhole ? value < floor : value <= floor
        case .lessOrEqual: value <= floor
        case .greaterThan: value > floor
        case .greaterOrEqual: isWhole ? value >= floor : value > floor
        }
    }
}
