import Log

/// A log in memory for tests: topics, groups, transactions, and processes that crash, stall and come back.
///
/// All that happens follows from the calls and the seed: how many records a poll brings, when appends are delivered,
/// what of a crashed process's appends was kept. One thread.
public final class SimulatedCluster {
    public let seed: UInt64
    /// The brokers' clock, ms since the epoch: the stamp of the next append.
    public var now: Int64 = 0
    /// The most records that a poll brings; how many is drawn each time.
    public var recordsPerPollMax = 16
    /// Delivers all appends at the next `settled()`. Otherwise some of them, in order within each partition, and their
    /// reports later still.
    public var settlesAtOnce = false
    /// Of a hundred commits of transactions, how many end in `.aborted` though nothing else is wrong.
    public var abortedCommitPercent = 0

    var random: SplitMix64
    private var topics: [String: [SimulatedPartition]] = [:]
    private(set) var groups: [SimulatedGroup] = []
    private(set) var processes: [SimulatedProcess] = []
    private var transactionalWriters: [String: SimulatedTransactionalWriter] = [:]

    public init(seed: UInt64) {
        self.seed = seed
        self.random = SplitMix64(seed: seed)
    }

    /// A new process's connection. A name is free again once its process has crashed.
    public func connect(_ process: String) -> SimulatedLog {
        precondition(
            !processes.contains { $0.name == process && $0.state != .crashed }, "\(process) lives: crash it first")
        let process = SimulatedProcess(name: process, cluster: self)
        processes.append(process)
        return SimulatedLog(process: process)
    }

    /// Lets go of everything held, so that a test of many seeds does not keep them all: clusters, processes and what
    /// they opened refer to each other. Nothing can be called after that.
    public func discard() {
        topics = [:]
        groups = []
        processes = []
        transactionalWriters = [:]
    }

    func group(_ name: String) -> SimulatedGroup {
        if let group = groups.first(where: { $0.name == name }) { return group }
        let group = SimulatedGroup(name: name) { [unowned self] in Int32(topics[$0]?.count ?? 0) }
        groups.append(group)
        return group
    }

    /// The newest holder of a transactional id fences the one before.
    func take(_ id: String, by writer: SimulatedTransactionalWriter) {
        transactionalWriters.updateValue(writer, forKey: id)?.fence()
    }
}

// Topics, as tests and operators see them.
extension SimulatedCluster {
    public func createTopic(_ name: String, partitions: Int32) {
        precondition(partitions > 0 && topics[name] == nil, "\(name): a new topic with partitions")
        topics[name] = (0..<partitions).map { SimulatedPartition(topic: name, number: $0) }
    }

    /// Deletes a topic with what groups have committed on it, as Kafka does.
    public func deleteTopic(_ name: String) {
        topics[name] = nil
        for group in groups { group.forget(topic: name) }
    }

    /// Raises the low watermark, as retention does.
    public func deleteRecords(_ topic: String, _ partition: Int32, below offset: Int64) {
        existing(topic, partition).remove(below: offset)
    }

    /// Leaves a hole, as compaction does.
    public func deleteRecord(_ topic: String, _ partition: Int32, at offset: Int64) {
        existing(topic, partition).remove(at: offset)
    }

    /// Appends a record at once, as a process outside the test would; partition nil leaves it to murmur2 of the key,
    /// timestamp nil to the clock. Returns its offset.
    @discardableResult
    public func append(
        _ topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, timestamp: Int64? = nil,
        headers: [SimulatedRecord.Header] = []
    ) -> Int64 {
        let number = partition ?? murmur2Partition(key: key ?? [], partitions: Int32(topics[topic]?.count ?? 1))
        return existing(topic, number).append(
            SimulatedRecord(
                partition: number, offset: 0, timestamp: timestamp ?? now, key: key, value: value, headers: headers))
    }

    /// What a read-committed reader sees of a partition, from its beginning to the last stable offset.
    public func records(_ topic: String, _ partition: Int32) -> [SimulatedRecord] {
        existing(topic, partition).read(from: 0, count: .max).records
    }

    /// The same of all partitions, in order of partition.
    public func records(_ topic: String) -> [SimulatedRecord] {
        (topics[topic] ?? []).flatMap { $0.read(from: 0, count: .max).records }
    }

    func partition(_ topic: String, _ number: Int32) throws(LogError) -> SimulatedPartition {
        let partitions = try partitions(topic)
        guard partitions.indices.contains(Int(number)) else {
            throw LogError(.configuration, "\(topic) has no partition \(number)")
        }
        return partitions[Int(number)]
    }

    func partitions(_ topic: String) throws(LogError) -> [SimulatedPartition] {
        guard let partitions = topics[topic] else { throw LogError(.missingTopic, "no topic \(topic)") }
        return partitions
    }

    private func existing(_ topic: String, _ number: Int32) -> SimulatedPartition {
        guard let partitions = topics[topic], partitions.indices.contains(Int(number)) else {
            preconditionFailure("no partition \(number) of topic \(topic)")
        }
        return partitions[Int(number)]
    }
}

// Groups, as tests and operators see them.
extension SimulatedCluster {
    public func commitOffset(
        group: String, topic: String, partition: Int32, offset: Int64, metadata: String = ""
    ) {
        self.group(group).store(
            [CommittedOffset(partition: partition, offset: offset, metadata: metadata)], topic: topic)
    }

    public func committedOffset(group: String, topic: String, partition: Int32) -> CommittedOffset {
        self.group(group).committed(topic: topic, partition: partition)
    }

    /// Which instance owns which partitions, by the group's own account.
    public func assignment(group: String) -> [(instance: String, partitions: [Int32])] {
        self.group(group).members.map { ($0.instance, $0.partitions) }
    }

    /// Counts the assignments of a group: 0 before the first.
    public func generation(group: String) -> Int { self.group(group).generation }
}
