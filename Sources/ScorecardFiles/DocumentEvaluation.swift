/// A field's value; a field that is not given is missing.
public enum FieldValue: Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral
{
    case number(Double)
    case text(String)

    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .number(Double(value)) }
    public init(floatLiteral value: Double) { self = .number(value) }
}

/// What a document makes of one row of values.
public struct DocumentEvaluation: Equatable, Sendable {
    /// nil where a characteristic has no attribute that is true, or computes with a missing value.
    public let score: Double?
    /// The attribute that gave the points of each characteristic, counted from 0.
    public let attributes: [Int?]
    /// Code and difference from the baseline, summed over the characteristics that share the code; strictly positive ones,
    /// largest first, equal ones in order of first appearance. Empty without a score or without reason codes.
    public let reasons: [DocumentReason]

    /// The reason code of a rank, counted from 1; nil where there are fewer.
    public func reasonCode(rank: Int) -> String? { rank <= reasons.count ? reasons[rank - 1].code : nil }
}

public struct DocumentReason: Equatable, Sendable {
    public let code: String
    public internal(set) var difference: Double
}

extension ScorecardDocument {
    /// The reference evaluator: in doubles, straight from the standard's scoring procedure.
    public func evaluate(_ values: [String: FieldValue]) -> DocumentEvaluation {
        var score: Double? = initialScore.double
        var attributes: [Int?] = []
        var reasons: [DocumentReason] = []
        for characteristic in characteristics {
            let prepared = prepared(values, for: characteristic)
            let found = prepared.flatMap { values in
                characteristic.attributes.firstIndex { attribute in
                    attribute.predicate.truth { $0.truth(of: values[$0.field]) } == true
                }
            }
            attributes.append(found)
            guard let found, let points = characteristic.attributes[found].points.value(prepared ?? values) else {
                score = nil
                continue
            }
            score = score.map { $0 + points }
            let baseline = characteristic.baselineScore?.double ?? points
            let difference = reasonCodeAlgorithm == .pointsBelow ? baseline - points : points - baseline
            let code = characteristic.attributes[found].reasonCode ?? characteristic.reasonCode
            guard let code else { continue }
            if let shared = reasons.firstIndex(where: { $0.code == code }) {
                reasons[shared].difference += difference
            } else {
                reasons.append(DocumentReason(code: code, difference: difference))
            }
        }
        // Sums are ranked, so that what one characteristic takes from a shared code counts too.
        let ranked = reasons.enumerated().filter { $0.element.difference > 0 }.sorted {
            ($1.element.difference, $0.offset) < ($0.element.difference, $1.offset)
        }
        let areTold = usesReasonCodes && score != nil
        return DocumentEvaluation(score: score, attributes: attributes, reasons: areTold ? ranked.map(\.element) : [])
    }
}

extension ScorecardDocument {
    /// The values that a characteristic weighs, as their fields say; nil where the standard gives no result.
    private func prepared(_ values: [String: FieldValue], for characteristic: DocumentCharacteristic)
        -> [String: FieldValue]?
    {
        var prepared = values
        let names = characteristic.fieldNames
        for field in fields where names.contains(field.name) && !field.isText {
            var number: ExactNumber?
            if case .number(let value) = values[field.name] { number = ExactNumber("\(value)") }
            switch field.domain.prepare(number) {
            case .noResult: return nil
            case .missing: prepared[field.name] = nil
            case .number(let number): prepared[field.name] = .number(number.double)
            }
        }
        return prepared
    }
}

extension FieldTest {
    fileprivate func truth(of value: FieldValue?) -> Bool? {
        switch condition {
        case .isMissing: return value == nil
        case .isNotMissing: return value != nil
        case .compare(let comparison, let constant):
            return value.map { constant.compare($0, comparison) }
        case .isIn(let constants):
            return value.map { value in constants.contains { $0.compare(value, .equal) } }
        case .isNotIn(let constants):
            return value.map { value in !constants.contains { $0.compare(value, .equal) } }
        }
    }
}

extension FieldTest.Constant {
    /// Whether `value` stands so to this constant; a text never stands anyhow to a number.
    fileprivate func compare(_ value: FieldValue, _ comparison: FieldTest.Operator) -> Bool {
        switch (value, self) {
        case (.number(let value), .number(let constant)): comparison.holds(value, constant.double)
        case (.text(let value), .text(let constant)): comparison.holds(value, constant)
        case (.number, .text), (.text, .number): comparison == .notEqual
        }
    }
}

extension FieldTest.Operator {
    func holds<T: Comparable>(_ left: T, _ right: T) -> Bool {
        switch self {
        case .equal: left == right
        case .notEqual: left != right
        case .lessThan: left < right
        case .lessOrEqual: left <= right
        case .greaterThan: left > right
        case .greaterOrEqual: left >= right
        }
    }
}

extension DocumentAttribute.Points {
    fileprivate func value(_ values: [String: FieldValue]) -> Double? {
        switch self {
        case .constant(let number): number.double
        case .computed(let expression): expression.value(values)
        }
    }
}

extension Expression {
    fileprivate func value(_ values: [String: FieldValue]) -> Double? {
        switch self {
        case .constant(let number): return number
        case .field(let name):
            guard case .number(let number) = values[name] else { return nil }
            return number
        case .apply(let function, let left, let right):
            guard let left = left.value(values), let right = right.value(values) else { return nil }
            switch function {
            case .add: return left + right
            case .subtract: return left - right
            case .multiply: return left * right
            case .divide: return right == 0 ? nil : left / right
            }
        }
    }
}
