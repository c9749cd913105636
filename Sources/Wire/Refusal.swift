import Events

/// Why one raw record is refused, and how to mend it: what its dead letter says.
public struct Refusal: Error, Equatable, Sendable {
    public let reason: RefusalReason
    /// Field path in the event's JSON, as in `repayment.dueDate`; empty where no field is to blame. In Protobuf an
    /// unknown field has no name: its number stands here. At most 160 printable ASCII characters.
    public let field: String
    /// One sentence: what to send instead.
    public let mend: String

    public init(_ reason: RefusalReason, _ field: String, _ mend: String) {
        self.reason = reason
        self.field = field
        self.mend = mend
    }

    init(_ violation: RuleViolation) {
        let reason: RefusalReason =
            switch violation.kind {
            case .outOfRange: .outOfRange
            case .contradiction: .contradiction
            }
        self.init(reason, violation.field, violation.mend)
    }
}

// What a consumer refuses for reasons that the bytes alone do not tell.
extension Refusal {
    public static let null = Refusal(.null, "", "send an event as value: a tombstone carries none")

    public static func wrongTopic(type: String, belongs topic: String) -> Refusal {
        Refusal(.wrongTopic, type, "send \(type) events to the topic \(topic)")
    }

    public static let datedAhead = Refusal(.datedAhead, "occurredAt", EventRules.datedAheadMend)

    public static func notSupportedYet(type: String) -> Refusal {
        Refusal(.notSupportedYet, type, "keep \(type) events back: this version does not act on them yet")
    }

    public static let tickOnOtherTopic = Refusal(.tickNotAllowed, "tick", "send ticks to the topic consents")

    public static let tickStatesTime = Refusal(
        .tickNotAllowed, "tick", "send {\"tick\":null}: in a live timeline a tick's time is its append stamp")

    public static let tickWithoutTime = Refusal(
        .tickNotAllowed, "tick", "give the tick its time in ms: a timeline made for history has no clock of its own")
}

extension Refusal: CustomStringConvertible {
    /// `reason field: mend`.
    public var description: String { "\(reason.rawValue)\(field.isEmpty ? "" : " \(field)"): \(mend)" }
}
