import Events

/// One score change as the rules want it: a score that moved, first came, ceased, or a grant that ended.
public struct PlainChange: Equatable, Sendable {
    public enum Cause: Equatable, Sendable { case event, rollOff, correction, consent, expiry }

    /// The raw record behind a cause.
    public struct Origin: Equatable, Sendable {
        public var source: Coordinates
        public var id: Identifier
        public var occurredAt: Int64

        public init(source: Coordinates, id: Identifier, occurredAt: Int64) {
            self.source = source
            self.id = id
            self.occurredAt = occurredAt
        }
    }

    public struct Recipient: Equatable, Sendable {
        public var grant: Identifier
        public var purpose: Purpose
        public var reference: Identifier
        public var opening: Coordinates
        public var number: UInt64

        public init(grant: Identifier, purpose: Purpose, reference: Identifier, opening: Coordinates, number: UInt64) {
            self.grant = grant
            self.purpose = purpose
            self.reference = reference
            self.opening = opening
            self.number = number
        }
    }

    /// The day that the person stands at.
    public var day: Int32
    public var cause: Cause
    /// nil for a roll-off and an expiry, which a day brings.
    public var origin: Origin?
    public var previousScore: Int32?
    public var score: Int32?
    /// Of each characteristic; empty without a score, and where a grant ends.
    public var pointsBefore: [Int32]
    public var pointsAfter: [Int32]
    /// Of the new score.
    public var reasons: [PlainCard.Reason]
    /// The first characteristic without points, when that is why there is no score.
    public var missing: Int?
    /// The one last record of a grant.
    public var isEnd: Bool
    public var recipients: [Recipient]

    public init(
        day: Int32, cause: Cause, origin: Origin?, previousScore: Int32?, score: Int32?, pointsBefore: [Int32],
        pointsAfter: [Int32], reasons: [PlainCard.Reason], missing: Int?, isEnd: Bool, recipients: [Recipient]
    ) {
        self.day = day
        self.cause = cause
        self.origin = origin
        self.previousScore = previousScore
        self.score = score
        self.pointsBefore = pointsBefore
        self.pointsAfter = pointsAfter
        self.reasons = reasons
        self.missing = missing
        self.isEnd = isEnd
        self.recipients = recipients
    }
}
