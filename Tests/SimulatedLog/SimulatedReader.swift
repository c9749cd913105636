import Log

/// A member of a simulated group. Misuse (a poll before the answer that the last event asks for, a commit of a
/// partition that is not assigned) throws `.fatal`: on a real log it would pass unseen.
public final class SimulatedReader: GroupReader {
    let instance: String
    let topic: String
    let group: SimulatedGroup
    private let process: SimulatedProcess
    private var phase = Phase.joined
    /// The group wants back what this reader has, and the next poll will say so.
    private var isRecalled = false
    private var isFenced = false
    private var positions: [PartitionPosition] = []

    init(process: SimulatedProcess, group: SimulatedGroup, topic: String, instance: String) {
        self.process = process
        self.group = group
        self.topic = topic
        self.instance = instance
    }

    /// Never waits: `milliseconds` is ignored.
    public func poll(into batch: inout RecordBatch, milliseconds: Int) throws(LogError) -> ReaderEvent {
        batch.removeAll()
        if let event = try groupEvent() { return event }
        return try fetch(into: &batch)
    }

    public func serve() throws(LogError) -> ReaderEvent { try groupEvent() ?? .idle }

    /// What the group has to say; nil where this member reads.
    private func groupEvent() throws(LogError) -> ReaderEvent? {
        try process.call()
        try checkInstance()
        if process.state != .paused && !group.isMember(self), let event = lose() { return event }
        switch phase {
        case .joined: return .idle
        case .offered(let partitions):
            phase = .assigned(partitions)
            return .assigned(partitions.map { group.committed(topic: topic, partition: $0) })
        case .assigned(let partitions) where partitions.isEmpty: return .idle
        case .reading(let partitions) where isRecalled:
            phase = .leaving(partitions, isLost: false)
            return .revoked
        case .reading: return nil
        case .assigned: throw LogError(.fatal, "poll before `start`, which `.assigned` asks for")
        case .leaving: throw LogError(.fatal, "poll before `release`, which `.revoked` and `.lost` ask for")
        case .closed: throw LogError(.fatal, "poll of a closed reader")
        }
    }

    public func start(_ positions: [PartitionPosition]) throws(LogError) {
        try process.call()
        if positions.isEmpty && phase.isEmpty { return }  // an empty assignment may have been taken back unsaid
        let partitions: [Int32]
        switch phase {
        case .assigned(let assigned), .reading(let assigned): partitions = assigned
        default: throw LogError(.fatal, "`start` without `.assigned`")
        }
        guard positions.map(\.partition).sorted() == partitions else {
            throw LogError(.fatal, "`start` of \(positions.map(\.partition)) where \(partitions) are assigned")
        }
        self.positions = positions
        phase = .reading(partitions)
    }

    public func release() throws(LogError) {
        try process.call()
        guard case .leaving = phase else { throw LogError(.fatal, "`release` without `.revoked` or `.lost`") }
        letGo()
        if group.isMember(self) {
            group.completeIfReleased()
        } else if process.state != .paused {
            try checkInstance()
            group.join(self)
        }
    }

    public func commit(_ offsets: [CommittedOffset]) throws(LogError) {
        try process.call()
        try checkCommit(offsets)
        store(offsets)
    }

    public func committed(_ partitions: [Int32]) throws(LogError) -> [CommittedOffset] {
        try process.call()
        return partitions.map { group.committed(topic: topic, partition: $0) }
    }

    public func lag(of partition: Int32, from next: Int64) -> Int64? {
        (try? process.cluster.partition(topic, partition)).map { $0.high - next }
    }

    public func close() {
        guard process.state != .crashed, !phase.isClosed else { return }
        phase = .closed
        group.abandon(self)
    }

    func store(_ offsets: [CommittedOffset]) { group.store(offsets, topic: topic) }

    /// What the coordinator asks before it stores offsets: fences a member of an old generation.
    func checkCommit(_ offsets: [CommittedOffset]) throws(LogError) {
        guard !isFenced, group.isMember(self), let partitions = phase.committable else {
            throw LogError(.fenced, "\(instance) is no member of the current generation of \(group.name)")
        }
        for offset in offsets {
            guard partitions.contains(offset.partition), offset.offset != nil else {
                throw LogError(.fatal, "commit of \(offset) where \(partitions) are assigned")
            }
            guard offset.metadata.count <= 4096 else {
                throw LogError(.fatal, "offset metadata of \(offset.metadata.count) characters")
            }
        }
    }

    private func fetch(into batch: inout RecordBatch) throws(LogError) -> ReaderEvent {
        var room = Int.random(in: 1...process.cluster.recordsPerPollMax, using: &process.cluster.random)
        for index in positions.indices.shuffled(using: &process.cluster.random) where room > 0 {
            let position = positions[index]
            let partition = try process.cluster.partition(topic, position.partition)
            guard (partition.low...partition.high).contains(position.offset) else {
                throw LogError(
                    .offsetOutOfRange,
                    "\(topic) \(position.partition) keeps \(partition.low)..<\(partition.high), not \(position.offset)")
            }
            let (records, next) = partition.read(
                from: position.offset, count: Int.random(in: 1...room, using: &process.cluster.random))
            for record in records { record.copy(into: &batch) }
            positions[index].offset = next
            room -= records.count
        }
        return batch.isEmpty ? .idle : .records
    }
}

// What the group does to it.
extension SimulatedReader {
    /// Another process has this instance now.
    func fence() { isFenced = true }

    func offer(_ partitions: [Int32]) { phase = .offered(partitions) }

    func recall() {
        switch phase {
        case .joined, .leaving, .closed: return
        case .offered: letGo()
        // Nothing to give back, so nothing to say: librdkafka does not either.
        case .assigned(let partitions), .reading(let partitions):
            if partitions.isEmpty { letGo() } else { isRecalled = true }
        }
    }

    var isReleased: Bool {
        if case .joined = phase { true } else { false }
    }

    private func checkInstance() throws(LogError) {
        guard isFenced, process.state != .paused else { return }
        throw LogError(.fenced, "another process is instance \(instance) of \(group.name)")
    }

    /// nil where its answer to the last event is still due.
    private func lose() -> ReaderEvent? {
        switch phase {
        case .closed, .leaving: return nil
        case .assigned(let partitions) where !partitions.isEmpty: return nil
        case .reading(let partitions) where !partitions.isEmpty:
            phase = .leaving(partitions, isLost: true)
            return .lost
        default:
            letGo()
            group.join(self)
            return .idle
        }
    }

    private func letGo() {
        phase = .joined
        isRecalled = false
        positions = []
    }
}

/// What a reader has, by its own account; a zombie's differs from the group's.
private enum Phase {
    case joined
    case offered([Int32])
    case assigned([Int32])
    case reading([Int32])
    case leaving([Int32], isLost: Bool)
    case closed

    var isClosed: Bool {
        if case .closed = self { true } else { false }
    }

    var isEmpty: Bool {
        switch self {
        case .joined, .offered: true
        default: false
        }
    }

    /// The partitions whose offsets it may commit; nil where it may not commit at all.
    var committable: [Int32]? {
        switch self {
        case .assigned(let partitions), .reading(let partitions), .leaving(let partitions, isLost: false): partitions
        default: nil
        }
    }
}
