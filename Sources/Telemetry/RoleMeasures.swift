/// What a role says of itself once a second: its counters, and how each of its partitions stands.
public struct RoleMeasures: Sendable {
    public var counters: RoleCounters
    /// What it reads.
    public var topic: String
    /// What the stamps are of from which `counters.latency` runs.
    public var latencyStart: LatencyStart
    /// Has partitions (or has been told that it gets none), and has caught up with what was committed before.
    public var isReady: Bool
    /// Whether a clock runs in the timeline; nil where the role does not know.
    public var isLive: Bool?
    public var partitions: [PartitionMeasures]

    public enum LatencyStart: String, Sendable {
        case rawAppend = "raw_append"
        case scoresAppend = "scores_append"
    }

    public init(
        counters: RoleCounters, topic: String, latencyStart: LatencyStart, isReady: Bool, isLive: Bool? = nil,
        partitions: [PartitionMeasures]
    ) {
        self.counters = counters
        self.topic = topic
        self.latencyStart = latencyStart
        self.isReady = isReady
        self.isLive = isLive
        self.partitions = partitions
    }
}

/// How one partition of a role's input stands; what a role does not know is nil.
public struct PartitionMeasures: Sendable {
    public var partition: Int32
    /// Records that the partition holds beyond those read.
    public var lagRecords: Int64?
    /// Since the stamp of the last record read, while there are more; 0 while there are none.
    public var lagMilliseconds: Int64?
    /// Of an aggregator.
    public var state: StateMeasures?

    public init(partition: Int32) { self.partition = partition }
}

/// The fold of one partition.
public struct StateMeasures: Sendable {
    public var isRecovering: Bool
    /// Of the timeline, ms since the epoch.
    public var clock: Int64?
    /// How far a tick is ahead that is not followed, ms; 0 as a rule.
    public var clockDoubtMilliseconds: Int64
    public var persons: Int
    /// Records by what became of them.
    public var outcomes: [NamedCount]
    public var repeatsDropped: UInt64
    /// Records folded that are in no class: anything but 0 is a fault of the program.
    public var unaccounted: Int64
    public var snapshot: SnapshotMeasures?
    /// Records folded since the newest snapshot.
    public var recordsSinceSnapshot: Int64

    public init(
        isRecovering: Bool, clock: Int64?, clockDoubtMilliseconds: Int64, persons: Int, outcomes: [NamedCount],
        repeatsDropped: UInt64, unaccounted: Int64, snapshot: SnapshotMeasures?, recordsSinceSnapshot: Int64
    ) {
        self.isRecovering = isRecovering
        self.clock = clock
        self.clockDoubtMilliseconds = clockDoubtMilliseconds
        self.persons = persons
        self.outcomes = outcomes
        self.repeatsDropped = repeatsDropped
        self.unaccounted = unaccounted
        self.snapshot = snapshot
        self.recordsSinceSnapshot = recordsSinceSnapshot
    }
}

/// The newest snapshot of one partition, as it lies on the disk.
public struct SnapshotMeasures: Equatable, Sendable {
    /// ms since the epoch.
    public var writtenAt: Int64
    public var fileBytes: Int

    public init(writtenAt: Int64, fileBytes: Int) {
        self.writtenAt = writtenAt
        self.fileBytes = fileBytes
    }
}
