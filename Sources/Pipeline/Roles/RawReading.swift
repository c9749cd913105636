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
    private let rules: RawRules

    init(topic: RawTopic, properties: TimelineProperties, fingerprint: UInt64) {
        self.topic = topic
        self.properties = properties
        self.fingerprint = fingerprint
        rules = RawRules(on: topic, in: properties.mode)
    }

    /// The value decoded, and checked against all that the decoder alone cannot know; `key` names the person. nil for a
    /// record of `control` that says nothing to the timeline.
    func content(of value: RawSpan, isNull: Bool, appendedAt: Int64, key: (Identifier) -> PersonKey) throws(Refusal)
        -> TimelineRecord.Content?
    {
        guard !isNull else { throw Refusal.null }
        if topic == .control { return try controlContent(value) }
        let decoded = try decoder.decode(value)
        try rules.check(decoded)
        switch decoded {
        case .tick(let time):
            return .tick(time: time ?? appendedAt, secretFingerprint: fingerprint, properties)
        case .event(let person, let event): return .event(key(person), event)
        }
    }

    /// What else is wrong with a value that `content` refused: each fault but the first. Cold, a second reading.
    func otherFaults(of value: RawSpan, isNull: Bool) -> ArraySlice<Refusal> {
        isNull || topic == .control ? [] : decoder.diagnose(value).faults.dropFirst()
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
