import Events
import Scoring

/// A PMML scorecard as the standard has it: fields of any name, numbers or text; points that may be fractional or
/// computed. `Lowering` makes a card of it that runs; `evaluate` is the reference that such a card is compared with.
public struct ScorecardDocument: Sendable {
    public let name: String
    /// The header's modelVersion.
    public let version: String
    /// All that are declared but the target.
    public let fields: [DocumentField]
    public let initialScore: ExactNumber
    public let usesReasonCodes: Bool
    public let reasonCodeAlgorithm: Scorecard.ReasonCodeAlgorithm
    /// max, min, mean, neutral or other.
    public let baselineMethod: String
    public let characteristics: [DocumentCharacteristic]
    public let extensions: ModelExtensions
    /// Of the Scorecard element.
    public let place: Place
}

public struct DocumentField: Sendable {
    public let name: String
    public let isText: Bool
    public let place: Place
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
