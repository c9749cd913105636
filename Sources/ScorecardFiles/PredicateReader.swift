import Scoring

/// From a predicate on one field to the values that it holds, as bins: ranges of integers, and missing.
enum PredicateReader {
    /// `field` is the one field of the characteristic: set by the first predicate that names one, held to by the others.
    static func values(of predicate: XMLTree, field: inout String?) throws(ScorecardFileError) -> [Bin.Values] {
        let set = try set(of: predicate, field: &field)
        var values: [Bin.Values] = []
        if let range = set.range { values.append(.range(range)) }
        if set.missing { values.append(.missing) }
        guard !values.isEmpty else { throw predicate.error("no value satisfies this predicate") }
        return values
    }

    private struct ValueSet {
        var range: ClosedRange<Int64>?
        var missing: Bool

        static let all = ValueSet(range: .min ... .max, missing: true)

        func intersection(_ other: ValueSet) -> ValueSet {
            var common: ClosedRange<Int64>?
            if let range, let theirs = other.range, range.overlaps(theirs) { common = range.clamped(to: theirs) }
            return ValueSet(range: common, missing: missing && other.missing)
        }
    }

    private static func set(of predicate: XMLTree, field: inout String?) throws(ScorecardFileError) -> ValueSet {
        switch predicate.name {
        case "True":
            return .all
        case "SimplePredicate":
            return try simple(predicate, field: &field)
        case "CompoundPredicate":
            try predicate.expect("CompoundPredicate", attributes: ["booleanOperator"])
            guard predicate["booleanOperator"] == "and" else {
                throw predicate.error(
                    "booleanOperator '\(predicate["booleanOperator"] ?? "")' is not supported yet: use 'and', or split the attribute"
                )
            }
            var result = ValueSet.all
            for child in predicate.children { result = result.intersection(try set(of: child, field: &field)) }
            return result
        default:
            throw predicate.error("'\(predicate.name)' is not supported as a predicate")
        }
    }

    private static func simple(_ predicate: XMLTree, field: inout String?) throws(ScorecardFileError) -> ValueSet {
        try predicate.expect("SimplePredicate", attributes: ["field", "operator", "value"])
        guard let name = predicate["field"] else { throw predicate.error("a predicate names its field") }
        guard field == nil || field == name else {
            throw predicate.error("a characteristic weighs one feature: '\(field!)' or '\(name)'")
        }
        field = name
        let operation = predicate["operator"] ?? ""
        switch operation {
        case "isMissing": return ValueSet(range: nil, missing: true)
        case "isNotMissing": return ValueSet(range: .min ... .max, missing: false)
        default: break
        }
        guard let value = predicate["value"].flatMap({ Int64($0) }), value > .min, value < .max else {
            throw predicate.error("value must be a whole number: features are integers")
        }
        let range: ClosedRange<Int64>
        switch operation {
        case "lessThan": range = .min...value - 1
        case "lessOrEqual": range = .min...value
        case "greaterThan": range = value + 1 ... .max
        case "greaterOrEqual": range = value ... .max
        case "equal": range = value...value
        default: throw predicate.error("operator '\(operation)' is not supported")
        }
        return ValueSet(range: range, missing: false)
    }
}
