import Checksums
import Events
import Kafka
import Log
import Scoring
import Wire

/// Raw topics, timeline and dead letters held against each other record by record (invariant 14): what stands below the
/// consumers' committed offsets is exactly once in the timeline, decoded again equal, or in dead letters with its original
/// bytes (of a long one with prefix, length and hash); and nothing is in the timeline that is in no raw topic.
///
/// ```
/// raw topics ─▶ decoded as the consumers do ─▶ a hash of what each must have become
/// timeline, dead letters ─▶ each record looked up there ─▶ what was never met is missing
/// ```
public struct RawVerification: Sendable {
    public struct Topic: Sendable {
        public let topic: RawTopic
        /// Raw records compared: below the committed offsets, and still kept.
        public internal(set) var records: Int64 = 0
        /// Of these, found in the timeline: events and ticks.
        public internal(set) var events: Int64 = 0
        /// Each once, though every partition has it.
        public internal(set) var ticks: Int64 = 0
        /// Of these, found in dead letters.
        public internal(set) var refused: Int64 = 0
        /// Of the refused, those that this version of the program would accept.
        public internal(set) var acceptedNow: Int64 = 0
        /// Timeline records and dead letters whose raw record is not kept any more.
        public internal(set) var rawNotKept: Int64 = 0
        /// Timeline records and dead letters at or above the committed offsets.
        public internal(set) var ahead: Int64 = 0
        /// Refused records whose dead letter has been deleted with age.
        public internal(set) var lettersNotKept: Int64 = 0
    }

    public internal(set) var topics: [Topic]
    /// Whether persons' keys were made again, too.
    public let isPersonCompared: Bool
    public internal(set) var timelineRecords: Int64 = 0
    public internal(set) var deadLetters: Int64 = 0
    /// Of these, refused by the fold, of records that are in the timeline.
    public internal(set) var foldRefusals: Int64 = 0
    /// The same record once more, sent again after a crash: the fold drops it, and readers of dead letters do.
    public internal(set) var repeats: Int64 = 0
    /// The first ones, and how many there are.
    public var differences: [RecordDifference] { found.kept }
    public var differenceCount: Int { found.count }
    var found = RecordDifferences()
}

extension RawVerification {
    /// Compares, changing nothing. `progress` hears how many records more were read, and may throw to stop it.
    ///
    /// - Parameters:
    ///   - hasher: of the timeline's secret; nil compares all but the persons' keys.
    ///   - only: these raw topics.
    /// - Throws: `RoleError`, `SetupError`, `LogError`. Complexity: linear in raw topics, timeline and dead letters.
    ///   Memory: 14 bytes a raw record that is kept.
    public init(
        _ log: KafkaLog, names: TopicNames, identity: TimelineIdentity, hasher: PersonHasher?, only: [RawTopic],
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        let committed = try RawOffsets(log, names, identity.shifts)
        var comparison = RawComparison(log, names, identity, PersonKeys(hasher: hasher), only)
        try comparison.readRaw(committed, progress)
        for partition in 0..<identity.properties.partitions { try comparison.readTimeline(partition, progress) }
        for partition in 0..<(try log.partitionCount(topic: names.deadLetters)) {
            try comparison.readLetters(partition, progress)
        }
        try comparison.tellMissing()
        try comparison.checkAhead()
        try comparison.fetchRaw()
        self = comparison.report
    }

    /// The records that it reads, at most.
    public static func recordCount(
        _ log: KafkaLog, names: TopicNames, identity: TimelineIdentity, only: [RawTopic]
    ) throws -> Int64 {
        try (only.map(names.raw) + [names.timeline, names.deadLetters]).reduce(0) { count, topic in
            try (0..<(try log.partitionCount(topic: topic))).reduce(count) { count, partition in
                let kept = try log.watermarks(topic: topic, partition: partition)
                return count + kept.upperBound - kept.lowerBound
            }
        }
    }
}
