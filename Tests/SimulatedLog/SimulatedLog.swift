import Log

/// One process's connection to a simulated cluster (`SimulatedCluster.connect`).
public final class SimulatedLog: Log {
    private let process: SimulatedProcess

    init(process: SimulatedProcess) { self.process = process }

    public var isCrashed: Bool { process.state == .crashed }

    public func reader(group: String, topic: String, instance: String) throws(LogError) -> SimulatedReader {
        try process.call()
        _ = try process.cluster.partitions(topic)
        let group = process.cluster.group(group)
        let reader = SimulatedReader(process: process, group: group, topic: topic, instance: instance)
        process.readers.append(reader)
        group.join(reader)
        return reader
    }

    public func writer() throws(LogError) -> SimulatedWriter {
        try process.call()
        let writer = SimulatedWriter(process: process)
        process.writers.append(writer)
        return writer
    }

    public func transactions(id: String) throws(LogError) -> SimulatedTransactionalWriter {
        try process.call()
        let writer = SimulatedTransactionalWriter(process: process, id: id)
        process.transactionalWriters.append(writer)
        process.cluster.take(id, by: writer)
        return writer
    }

    public func partitionCount(topic: String) throws(LogError) -> Int32 {
        try process.call()
        return Int32(try process.cluster.partitions(topic).count)
    }

    /// The upper bound is the last stable offset, as a broker tells a read-committed client.
    public func watermarks(topic: String, partition: Int32) throws(LogError) -> Range<Int64> {
        try process.call()
        let partition = try process.cluster.partition(topic, partition)
        return partition.low..<max(partition.low, partition.lastStable)
    }

    public func read(
        topic: String, partition: Int32, range: Range<Int64>, _ body: (borrowing RecordBatch) throws -> Void
    ) throws {
        var batch = RecordBatch()
        var offset = range.lowerBound
        while offset < range.upperBound {
            try process.call()
            let source = try process.cluster.partition(topic, partition)
            guard range.upperBound <= source.high else {
                throw LogError(
                    .offsetOutOfRange, "\(topic) \(partition) ends at \(source.high), not \(range.upperBound)")
            }
            guard range.upperBound <= source.lastStable else {
                throw LogError(
                    .stalled, "\(topic) \(partition): an open transaction holds back \(source.lastStable) on")
            }
            let count = Int.random(in: 1...process.cluster.recordsPerPollMax, using: &process.cluster.random)
            let (records, next) = source.read(from: offset, below: range.upperBound, count: count)
            offset = next
            batch.removeAll()
            for record in records { record.copy(into: &batch) }
            if !batch.isEmpty { try body(batch) }
        }
    }

    public func committed(group: String, topic: String) throws(LogError) -> [CommittedOffset] {
        try process.call()
        let group = process.cluster.group(group)
        return try process.cluster.partitions(topic).map { group.committed(topic: topic, partition: $0.number) }
    }
}
