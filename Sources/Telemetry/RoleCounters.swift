/// What a role counts since its process began: plain numbers, owned by the thread of its loop, added to once a batch.
public struct RoleCounters: Sendable {
    public var recordsRead: UInt64 = 0
    /// By topic, in the order in which they were first written.
    public private(set) var recordsWritten: [NamedCount] = []
    /// By reason.
    public private(set) var refusals: [NamedCount] = []
    /// Events whose record has another key than their person, or none; nil in a role that reads no events.
    public var foreignKeys: UInt64?
    public var repeatsDropped: UInt64 = 0
    /// Raw records whose stamp is their producer's and not the broker's.
    public var foreignStamps: UInt64 = 0
    public var commits: UInt64 = 0
    /// Commits that the group has refused, since it has moved on without this member.
    public var fences: UInt64 = 0
    /// Transactions that were aborted, and their records sent again.
    public var aborts: UInt64 = 0
    public var assignments: UInt64 = 0
    public var snapshotsWritten: UInt64 = 0
    public var snapshotFailures: UInt64 = 0
    /// How long a commit took, from asking to the answer.
    public var commitDuration = DurationHistogram()
    /// From the stamp of an input to the commit of all that was made of it.
    public var latency = DurationHistogram()

    /// From the beginning with a 0 for each topic and each reason, so that the first of a kind shows as an increase.
    public init(topics: [String] = [], reasons: [String] = []) {
        recordsWritten = topics.map { NamedCount($0, 0) }
        refusals = reasons.map { NamedCount($0, 0) }
    }

    public mutating func wrote(_ topic: String, _ count: Int) { Self.add(topic, count, to: &recordsWritten) }
    public mutating func refused(_ reason: String, _ count: Int = 1) { Self.add(reason, count, to: &refusals) }

    /// Few names, so a scan finds them faster than a hash.
    private static func add(_ name: String, _ count: Int, to counts: inout [NamedCount]) {
        if let index = counts.firstIndex(where: { $0.name == name }) {
            counts[index].count += UInt64(count)
        } else {
            counts.append(NamedCount(name, UInt64(count)))
        }
    }
}

public struct NamedCount: Equatable, Sendable {
    public let name: String
    public var count: UInt64

    public init(_ name: String, _ count: UInt64) {
        self.name = name
        self.count = count
    }
}
