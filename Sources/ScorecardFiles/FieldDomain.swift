/// How the value of a field is prepared before any predicate sees it, as its DataField (`Interval`, `Value`) and its
/// MiningField (treatments and replacements) say: https://dmg.org/pmml/v4-4-1/MiningSchema.html.
public struct FieldDomain: Sendable {
    public enum InvalidTreatment: String, CaseIterable, Sendable { case returnInvalid, asIs, asMissing, asValue }

    public struct Interval: Sendable {
        /// nil where it has no end on that side.
        let left: ExactNumber?
        let right: ExactNumber?
        let isLeftOpen: Bool
        let isRightOpen: Bool
        let place: Place
    }

    /// What a value is once it is prepared.
    enum Prepared: Equatable {
        case missing
        case number(ExactNumber)
        /// The standard gives no result at all for it.
        case noResult
    }

    /// Where there are any, a value outside all of them is invalid.
    var intervals: [Interval] = []
    /// Where there are any, another value is invalid, and intervals say nothing.
    var validValues: [ExactNumber] = []
    var invalidValues: [ExactNumber] = []
    var missingValues: [ExactNumber] = []
    var invalidTreatment = InvalidTreatment.returnInvalid
    /// With `asValue`.
    var invalidReplacement: ExactNumber?
    var missingReplacement: ExactNumber?
    /// missingValueTreatment is returnInvalid.
    var isMissingRefused = false

    /// Where a value begins or ceases to be valid, or to be missing.
    var numbers: [ExactNumber] {
        intervals.flatMap { [$0.left, $0.right].compactMap(\.self) } + validValues + invalidValues + missingValues
    }

    /// Whether some values of the field are declared invalid.
    var declaresInvalid: Bool { !intervals.isEmpty || !validValues.isEmpty || !invalidValues.isEmpty }

    /// nil is missing.
    func prepare(_ value: ExactNumber?) -> Prepared {
        guard let value, !missingValues.contains(where: { value.stands(.equal, to: $0) }) else {
            return isMissingRefused ? .noResult : missing
        }
        if isValid(value) { return .number(value) }
        switch invalidTreatment {
        case .returnInvalid: return .noResult
        case .asIs: return .number(value)
        case .asMissing: return missing
        case .asValue: return invalidReplacement.map { .number($0) } ?? .noResult
        }
    }

    private var missing: Prepared { missingReplacement.map { .number($0) } ?? .missing }

    private func isValid(_ value: ExactNumber) -> Bool {
        let isEqual = { value.stands(.equal, to: $0) }
        if invalidValues.contains(where: isEqual) { return false }
        if !validValues.isEmpty { return validValues.contains(where: isEqual) }
        return intervals.isEmpty || intervals.contains { $0.contains(value) }
    }
}

extension FieldDomain.Interval {
    func contains(_ value: ExactNumber) -> Bool {
        (left.map { value.stands(isLeftOpen ? .greaterThan : .greaterOrEqual, to: $0) } ?? true)
            && (right.map { value.stands(isRightOpen ? .lessThan : .lessOrEqual, to: $0) } ?? true)
    }
}

extension ExactNumber {
    /// Whether this number stands so to `other`. Exact where this one is whole; two fractions are compared as doubles.
    func stands(_ comparison: FieldTest.Operator, to other: ExactNumber) -> Bool {
        guard isWhole else { return comparison.holds(double, other.double) }
        return switch comparison {
        case .equal: other.isWhole && floor == other.floor
        case .notEqual: !other.isWhole || floor != other.floor
        case .lessThan: other.isWhole ? floor < other.floor : floor <= other.floor
        case .lessOrEqual: floor <= other.floor
        case .greaterThan: floor > other.floor
        case .greaterOrEqual: other.isWhole ? floor >= other.floor : floor > other.floor
        }
    }

    /// A whole number.
    init(_ whole: Int64) {
        text = "\(whole)"
        double = Double(whole)
        floor = Int128(whole)
        fraction = .none
    }
}

extension FieldTest {
    /// The truth of a test of a prepared number, nil being missing; nil is unknown.
    func truth(of value: ExactNumber?) -> Bool? {
        switch condition {
        case .isMissing: value == nil
        case .isNotMissing: value != nil
        case .compare(let comparison, .number(let number)): value.map { $0.stands(comparison, to: number) }
        case .compare: value.map { _ in false }
        case .isIn: value.map { value in numbers.contains { value.stands(.equal, to: $0) } }
        case .isNotIn: value.map { value in !numbers.contains { value.stands(.equal, to: $0) } }
        }
    }
}
