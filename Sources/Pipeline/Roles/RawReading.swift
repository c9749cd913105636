import Events
import ScorecardFiles
import Scoring
import Wire

/// What a raw record says: the one reading of the consumers that write the timeline, and of the operator who checks it.
struct RawReading {
    let topic: RawTopic
    let properties: TimelineProperties
    /// Names the secret under which the timeline's persons are known.
    let fingerprint: UInt64
    private let decoder = EventDecoder()

    init(topic: RawTopic, properties: TimelineProperties, fingerprint: UInt64) {
        self.topic = topic
        self.properties = properties
        self.fingerprint = fingerprint
    }

    /// The value decoded, and checked against all that the decoder alone cannot know; `key` names the person. nil for a
    /// record of `control` that says nothing to the timeline.
    func content(of value: RawSpan, isNull: Bool, appendedAt: Int64, key: (Identifier) -> PersonKey) throws(Refusal)
        -> TimelineRecord.Content?
    {
        guard !isNull else { throw Refusal.null }
        if topic == .control { return try controlContent(value) }
        switch try decoder.decode(value) {
        case .tick(let time):
            guard topic == .consents else { throw Refusal.tickOnOtherTopic }
            switch properties.mode {
            case .live where time != nil: throw Refusal.tickStatesTime
            case .history where time == nil: throw Refusal.tickWithoutTime
            case .live, .history:
                return .tick(time: time ?? appendedAt, secretFingerprint: fingerprint, properties)
            }
        case .event(let person, let event):
            guard event.type.topic == topic else {
                throw Refusal.wrongTopic(type: event.type.name, belongs: event.type.topic.name)
            }
            switch event.type {
            case .erasure, .dispute: throw Refusal.notSupportedYet(type: event.type.name)
            case .repayment, .bill, .statement, .cashFlow, .rental, .consent, .correction:
                return .event(key(person), event)
            }
        }
    }

    /// Models are carried only where they load: what stops the fold must never come to it.
    private func controlContent(_ value: RawSpan) throws(Refusal) -> TimelineRecord.Content? {
        let record: ControlRecord?
        do {
            record = try ControlRecord(value)
        } catch {
            throw Refusal(.damagedControl, "", "write to control with `plainscore` alone: this is no record of it")
        }
        switch record {
        case .clock(let accepted): return .clock(accepted: accepted)
        case .models(let activation):
            do {
                _ = try loadModels(activation)
            } catch {
                throw Refusal(.unusableModels, "", "mend it and switch again: \("\(error)".prefix(Self.reasonMax))")
            }
            return .models(activation)
        case .properties, .secret, .shifts, nil: return nil
        }
    }

    private static let reasonMax = 400
}
