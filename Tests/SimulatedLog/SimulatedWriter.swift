import Log

/// An idempotent, gapless writer whose appends are in flight until they are delivered: in order within a partition,
/// in any order between partitions. A crash leaves a prefix of each.
public final class SimulatedWriter: LogWriter {
    private let process: SimulatedProcess
    private var topics: [String] = []
    private var sealed: Ticket = 0
    private var reported: Ticket = 0
    /// In order of append.
    private var inFlight: [InFlight] = []

    private struct InFlight {
        let ticket: Ticket
        let partition: SimulatedPartition
        let record: SimulatedRecord
    }

    init(process: SimulatedProcess) { self.process = process }

    public func topic(_ name: String) throws(LogError) -> TopicHandle {
        try process.call()
        _ = try process.cluster.partitions(name)
        return topics.handle(name)
    }

    public func append(_ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan) throws(LogError) {
        try append(topic, partition: partition, key: key, value: value, headers: [])
    }

    public func append(
        _ topic: TopicHandle, partition: Int32?, key: RawSpan, value: RawSpan, headers: [(name: String, value: String)]
    ) throws(LogError) {
        try process.call()
        let (name, key) = (topics[topic.index], key.copied)
        let count = Int32(try process.cluster.partitions(name).count)
        let number = partition ?? murmur2Partition(key: key, partitions: count)
        let record = SimulatedRecord(
            partition: number, offset: 0, timestamp: 0, key: key, value: value.copied,
            headers: headers.map { SimulatedRecord.Header(name: $0.name, value: $0.value) })
        inFlight.append(
            InFlight(ticket: sealed + 1, partition: try process.cluster.partition(name, number), record: record))
    }

    public func seal() -> Ticket {
        sealed += 1
        return sealed
    }

    public func settled() throws(LogError) -> Ticket {
        try process.call()
        let atOnce = process.cluster.settlesAtOnce
        try deliver { atOnce ? $0 : Int.random(in: 0...$0, using: &process.cluster.random) }
        let delivered = min(sealed, (inFlight.first?.ticket ?? .max) - 1)
        reported = atOnce ? delivered : Ticket.random(in: reported...delivered, using: &process.cluster.random)
        return reported
    }

    /// Waits for nothing: how much has been delivered meanwhile is drawn.
    public func delivers(within milliseconds: Int) throws(LogError) -> Bool {
        _ = try settled()
        return inFlight.isEmpty
    }

    /// `milliseconds` is ignored: it all happens at once.
    public func flush(milliseconds: Int) throws(LogError) {
        try process.call()
        try deliver { $0 }
        reported = sealed
    }

    func crash() {
        try? deliver { Int.random(in: 0...$0, using: &process.cluster.random) }
        inFlight = []
    }

    /// Delivers the first records in flight to each partition, as many of them as `count` says.
    private func deliver(_ count: (Int) -> Int) throws(LogError) {
        var partitions: [SimulatedPartition] = []
        for record in inFlight where !partitions.contains(where: { $0 === record.partition }) {
            partitions.append(record.partition)
        }
        for partition in partitions {
            var left = count(inFlight.count { $0.partition === partition })
            // Where deliveries fail, at least the last one does.
            if process.deliveriesFail { left -= 1 }
            inFlight.removeAll {
                guard $0.partition === partition, left > 0 else { return false }
                left -= 1
                var record = $0.record
                record.timestamp = process.cluster.now
                partition.append(record)
                return true
            }
        }
        if process.deliveriesFail && !inFlight.isEmpty {
            throw LogError(.undelivered, "\(inFlight.count) records of process \(process.name) were not delivered")
        }
    }
}

extension [String] {
    mutating func handle(_ name: String) -> TopicHandle {
        if let index = firstIndex(of: name) { return TopicHandle(index: index) }
        append(name)
        return TopicHandle(index: count - 1)
    }
}
