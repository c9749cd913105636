import Log

/// A transactional writer. Its records take their offsets as they are appended and hold back read-committed readers
/// until the transaction ends.
public final class SimulatedTransactionalWriter: TransactionalWriter {
    private let process: SimulatedProcess
    private let id: String
    private var topics: [String] = []
    private var transaction: SimulatedTransaction?
    private var isFenced = false

    init(process: SimulatedProcess, id: String) {
        self.process = process
        self.id = id
    }

    public func topic(_ name: String) throws(LogError) -> TopicHandle {
        try process.call()
        _ = try process.cluster.partitions(name)
        return topics.handle(name)
    }

    public func begin() throws(LogError) {
        try call()
        guard transaction == nil else { throw LogError(.fatal, "`begin` within a transaction") }
        transaction = SimulatedTransaction()
    }

    public func append(_ topic: TopicHandle, partition: Int32, key: RawSpan, value: RawSpan) throws(LogError) {
        let open = try openTransaction()
        let record = SimulatedRecord(
            partition: partition, offset: 0, timestamp: process.cluster.now, key: key.copied, value: value.copied)
        open.append(record, to: try process.cluster.partition(topics[topic.index], partition))
    }

    /// Where it throws `.fenced` the transaction stays open, until this process crashes or another takes its id.
    public func commit(_ offsets: [CommittedOffset], of reader: SimulatedReader) throws(LogError) -> TransactionOutcome
    {
        let open = try openTransaction()
        try reader.checkCommit(offsets)
        transaction = nil
        if Int.random(in: 0..<100, using: &process.cluster.random) < process.cluster.abortedCommitPercent {
            open.end(.aborted)
            return .aborted(reason: "the simulated cluster aborts some")
        }
        open.end(.committed)
        reader.store(offsets)
        return .committed
    }

    public func abort() throws(LogError) {
        try openTransaction().end(.aborted)
        transaction = nil
    }

    /// Another process has taken the id.
    func fence() {
        isFenced = true
        transaction?.end(.aborted)
        transaction = nil
    }

    /// The coordinator ends an open transaction that takes too long, and with it this producer's epoch.
    func timeOut() {
        if transaction != nil { fence() }
    }

    private func call() throws(LogError) {
        try process.call()
        if isFenced { throw LogError(.fenced, "transactional id \(id) is another's, or its transaction timed out") }
    }

    private func openTransaction() throws(LogError) -> SimulatedTransaction {
        try call()
        guard let transaction else { throw LogError(.fatal, "no transaction is open: `begin` comes first") }
        return transaction
    }
}
