import Events
import Scoring

/// A PMML scorecard as the standard has it: fields of any name, numbers or text; points that may be fractional or
/// computed. `Lowering` makes a card of it that runs; `evaluate` is the reference that such a card is compared with.
public struct ScorecardDocument: Sendable {
    public let name: String
    /// The header's modelVersion.
    public let version: String
    /// All that it takes: neither the target nor what is supplementary.
    public let fields: [DocumentField]
    public let initialScore: ExactNumber
    public let usesReasonCodes: Bool
    public let reasonCodeAlgorithm: Scorecard.ReasonCodeAlgorithm
    /// max, min, mean, neutral or other.
    public let baselineMethod: String
    let statesBaselineMethod: Bool
    public let characteristics: [DocumentCharacteristic]
    public let extensions: ModelExtensions
    /// Of the Scorecard element.
    public let place: Place
}

public struct DocumentField: Sendable {
    public let name: String
    /// The feature of the catalogue that it stands for: its extension says it, else its name is the feature's.
    public let featureName: String
    public let dataType: String
    /// Whether it is no number: a string or a boolean.
    public let isText: Bool
    public let domain: FieldDomain
    public let place: Place
    /// Of its MiningField.
    let miningPlace: Place
}

public struct DocumentCharacteristic: Sendable {
    public let name: String?
    public let reasonCode: String?
    /// Its own, else the card's; nil where neither states one.
    public let baselineScore: ExactNumber?
    /// In document order: the first whose predicate is true gives its points.
    public let attributes: [DocumentAttribute]
    /// Whether the model says that its points need not rise or fall with the value.
    public let isAnyOrder: Bool
    public let place: Place
    /// Whether all of it could be read; else its attributes are not all that the file has.
    let isWhole: Bool

    /// The fields that its predicates name, in order of first appearance.
    var fieldNames: [String] {
        var names: [String] = []
        for test in attributes.flatMap(\.predicate.tests) where !names.contains(test.field) { names.append(test.field) }
        return names
    }
}

public struct DocumentAttribute: Sendable {
    public let predicate: Predicate
    public let points: Points
    public let reasonCode: String?
    public let place: Place

    public enum Points: Sendable {
        case constant(ExactNumber)
        case computed(Expression)
    }
}

/// How a ComplexPartialScore computes points.
public indirect enum Expression: Sendable {
    public enum Function: String, CaseIterable, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
    }

    case constant(Double)
    case field(String)
    case apply(Function, Expression, Expression)
}
