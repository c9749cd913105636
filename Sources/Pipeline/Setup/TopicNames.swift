import Events

/// The topics and consumer groups of one pipeline. A prefix puts the whole set under another name; names inside
/// records omit it.
public struct TopicNames: Equatable, Sendable {
    /// Empty, or letters, digits, `.`, `_`, `-` (checked by the command line).
    public let prefix: String

    public init(prefix: String) { self.prefix = prefix }

    public func raw(_ topic: RawTopic) -> String { prefix + topic.name }
    public var timeline: String { prefix + "timeline" }
    public var scores: String { prefix + "scores" }
    public var deadLetters: String { prefix + "dead-letters" }
    public func scoreChanges(_ purpose: Purpose) -> String { prefix + "score-changes." + purpose.name }

    /// One group per raw topic, that of `control` among them; it reads that topic alone.
    public func consumerGroup(_ topic: RawTopic) -> String { prefix + topic.name + "-consumer" }
    /// Reads the timeline.
    public var aggregatorGroup: String { prefix + "aggregator" }
    /// Reads the scores.
    public var publisherGroup: String { prefix + "publisher" }
}
