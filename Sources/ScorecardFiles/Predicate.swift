/// A condition on fields, as PMML has it: true, false, or unknown where a value that it needs is missing.
public indirect enum Predicate: Equatable, Sendable {
    case always
    case never
    case test(FieldTest)
    case and([Predicate])
    case or([Predicate])
    case xor([Predicate])
    /// The first that is known decides.
    case surrogate([Predicate])

    /// Three-valued: nil is unknown. `test` says what a single test gives.
    func truth(_ test: (FieldTest) -> Bool?) -> Bool? {
        switch self {
        case .always: return true
        case .never: return false
        case .test(let leaf): return test(leaf)
        case .and(let parts):
            let truths = parts.map { $0.truth(test) }
            return truths.contains(false) ? false : truths.contains(nil) ? nil : true
        case .or(let parts):
            let truths = parts.map { $0.truth(test) }
            return truths.contains(true) ? true : truths.contains(nil) ? nil : false
        case .xor(let parts):
            let truths = parts.map { $0.truth(test) }
            return truths.contains(nil) ? nil : !truths.count { $0 == true }.isMultiple(of: 2)
        case .surrogate(let parts):
            for part in parts {
                if let truth = part.truth(test) { return truth }
            }
            return nil
        }
    }

    /// All tests in it, in document order.
    var tests: [FieldTest] {
        switch self {
        case .always, .never: []
        case .test(let leaf): [leaf]
        case .and(let parts), .or(let parts), .xor(let parts), .surrogate(let parts): parts.flatMap(\.tests)
        }
    }
}

/// A test of one field.
public struct FieldTest: Equatable, Sendable {
    public enum Operator: String, CaseIterable, Sendable {
        case equal, notEqual, lessThan, lessOrEqual, greaterThan, greaterOrEqual
    }

    public enum Condition: Equatable, Sendable {
        case isMissing
        case isNotMissing
        case compare(Operator, Constant)
        case isIn([Constant])
        case isNotIn([Constant])
    }

    public enum Constant: Equatable, Sendable {
        case number(ExactNumber)
        case text(String)
    }

    public let field: String
    public let condition: Condition

    /// The numbers that it compares with.
    var numbers: [ExactNumber] {
        let constants: [Constant] =
            switch condition {
            case .isMissing, .isNotMissing: []
            case .compare(_, let constant): [constant]
            case .isIn(let constants), .isNotIn(let constants): constants
            }
        return constants.compactMap { if case .number(let number) = $0 { number } else { nil } }
    }
}
