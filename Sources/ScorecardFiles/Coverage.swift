import Scoring

/// Which attributes of a characteristic hold which values of its fields, exactly. Each field's integers are cut where a
/// threshold or a declared interval lies, one more place is for missing; within a combination of places no predicate changes, so evaluating
/// them once for each combination says all.
struct Coverage {
    let fields: [String]
    /// Per field the first value of each place but the first, ascending.
    private let starts: [[Int64]]
    /// Per combination of places, the last field's side by side.
    private var matches: [Match] = []

    /// What holds in one combination of places.
    struct Match {
        /// Those that are true, in document order.
        var attributes: [Int]
        /// Whether a value is one for which the card gives no result, as its field declares.
        var isRefused: Bool
    }

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

    /// `declared` are the fields of its document.
    init(_ characteristic: DocumentCharacteristic, _ declared: [DocumentField]) throws(ScorecardFileError) {
        guard characteristic.attributes.count <= Self.attributesMax else {
            throw ScorecardFileError(
                characteristic.place, "a characteristic has at most \(Self.attributesMax) attributes: take wider ranges"
            )
        }
        let tests = characteristic.attributes.flatMap(\.predicate.tests)
        let fields = characteristic.fieldNames
        guard fields.count <= Self.fieldsMax else {
            throw ScorecardFileError(
                characteristic.place, "a characteristic weighs at most \(Self.fieldsMax) features: split it")
        }
        let domains = fields.map { name in declared.first { $0.name == name }?.domain ?? FieldDomain() }
        starts = zip(fields, domains).map { field, domain in
            var starts: Set<Int64> = []
            for number in tests.lazy.filter({ $0.field == field }).flatMap(\.numbers) + domain.numbers {
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
            let prepared = zip(domains, values(of: combination)).map { $0.prepare($1.map { ExactNumber($0) }) }
            let isRefused = prepared.contains(.noResult)
            let values = prepared.map { if case .number(let number) = $0 { number } else { ExactNumber?.none } }
            let attributes = characteristic.attributes.indices.filter { index in
                characteristic.attributes[index].predicate.truth { test in
                    test.truth(of: values[fields.firstIndex(of: test.field)!])
                } == true
            }
            matches.append(Match(attributes: isRefused ? [] : attributes, isRefused: isRefused))
        }
    }

    /// Boxes of all combinations that `label` gives a number, merged where neighbours have the same; ascending.
    func boxes(_ label: (Match) -> Int?) -> [Box] {
        boxes(axis: 0, at: 0, label)
    }

    private func boxes(axis: Int, at base: Int, _ label: (Match) -> Int?) -> [Box] {
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
