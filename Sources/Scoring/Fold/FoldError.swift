import Events

/// A broken invariant: the fold stops before anything wrong is sent, and starting again does not help.
public enum FoldError: Error, Equatable {
    /// A record of the partition is missing: offset wanted, offset got.
    case gap(expected: Int64, got: Int64)
    case record(offset: Int64, TimelineError)
    /// The first record does not say what the timeline is.
    case noProperties(offset: Int64)
    /// A record says that this is another timeline.
    case otherTimeline(offset: Int64)
    /// Records were keyed with another secret.
    case otherSecret(offset: Int64)
    /// A repeat is stamped later than all before it: the raw topic was made again and counts anew.
    case rawTopicRemade(Coordinates)
    /// A record names a raw partition that the properties do not have.
    case unknownSource(Coordinates)
    /// Brings models that this program cannot load.
    case models(offset: Int64, reason: String)
}
