import Events

/// What the consumer of a raw topic refuses of a value that decodes. One place decides: for the consumers, for
/// `dead-letters resend`, for `verify`, and for `plainscore produce`, which says it beforehand.
public struct RawRules: Sendable {
    private let topic: RawTopic?
    private let mode: TimelineProperties.Mode

    /// - Parameter topic: nil where each value goes to the topic where it belongs.
    public init(on topic: RawTopic?, in mode: TimelineProperties.Mode) {
        self.topic = topic
        self.mode = mode
    }

    /// Throws why the consumer refuses it.
    public func check(_ decoded: Decoded) throws(Refusal) {
        switch decoded {
        case .tick(let time): try checkTick(time)
        case .event(_, let event): try Self.check(event.type, on: topic)
        }
    }

    /// The same of an event of which the type alone is known.
    public static func check(_ type: EventType, on topic: RawTopic?) throws(Refusal) {
        if let topic, type.topic != topic {
            throw Refusal.wrongTopic(type: type.name, belongs: type.topic.name)
        }
        switch type {
        case .erasure, .dispute: throw Refusal.notSupportedYet(type: type.name)
        case .repayment, .bill, .statement, .cashFlow, .rental, .consent, .correction: break
        }
    }

    private func checkTick(_ time: Int64?) throws(Refusal) {
        if let topic, topic != .consents { throw Refusal.tickOnOtherTopic }
        switch (mode, time) {
        case (.live, .some): throw Refusal.tickStatesTime
        case (.history, nil): throw Refusal.tickWithoutTime
        case (.live, nil), (.history, .some): break
        }
    }
}
