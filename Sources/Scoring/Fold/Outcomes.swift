import Events

/// Every raw record ends in exactly one of these classes (invariant 14); the consumers' refusals are the one class that
/// the fold never sees. Repeats of a record already folded are not a class: they are dropped and counted apart.
public struct Outcomes: Equatable, Sendable {
    public enum Class: Int, CaseIterable, Sendable {
        case applied
        case duplicate
        /// No grant came in time, the grant had ended, or a withdrawal of nothing, which is remembered.
        case noConsent
        /// Put out of a full waiting room.
        case waitingOverflow
        /// Refused: same id, other content.
        case conflict
        /// Refused: a named limit of events per person and day, or of grants per person.
        case limit
        case outOfHorizon
        /// A tick.
        case clock
        /// The timeline's properties, later models, and the operator's word on the clock.
        case control
        /// A correction has taken it back, before it came or since.
        case voided
        /// A consent that is older than the latest word on its grant.
        case superseded
        /// Refused: dated more than a day after it was appended.
        case datedAhead
        /// Applied, but in a currency that no model in force reads: it moves no score.
        case otherCurrency
    }

    private var counts = [UInt64](repeating: 0, count: Class.allCases.count)
    /// Events that wait now.
    public internal(set) var waiting: UInt64 = 0
    public internal(set) var repeats: UInt64 = 0

    public init() {}

    public internal(set) subscript(outcome: Class) -> UInt64 {
        get { counts[outcome.rawValue] }
        set { counts[outcome.rawValue] = newValue }
    }

    /// Timeline records folded, repeats left out: the sum of all classes and of those that wait.
    public var total: UInt64 { counts.reduce(waiting, +) }

    public static func + (left: Outcomes, right: Outcomes) -> Outcomes {
        var sum = left
        for outcome in Class.allCases { sum[outcome] += right[outcome] }
        sum.waiting += right.waiting
        sum.repeats += right.repeats
        return sum
    }
}

/// Hears what became of the event that stands at these raw coordinates.
public typealias OutcomeListener = (_ outcome: Outcomes.Class, _ source: Coordinates) -> Void
