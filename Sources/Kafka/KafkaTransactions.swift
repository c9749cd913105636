internal import CRDKafka
import Log

/// A transactional writer (KIP-98, KIP-447).
///
/// A transaction that is not ended within 5 s is aborted by the broker, so an open one whose process has died holds
/// readers back no longer than that and the broker's next look, or until a process with the same id opens.
///
/// A delayed end of one transaction can end a later one of the same producer epoch (KIP-890; librdkafka has no part of
/// it). So after any visible trouble the producer is thrown away, and `begin` makes a new one, with a new epoch.
public final class KafkaTransactions: TransactionalWriter {
    public typealias Reader = KafkaReader

    private static let timeoutMilliseconds = 5_000
    private static let openMilliseconds = 30_000
    private static let callMilliseconds = 60_000

    private let settings: KafkaSettings
    private let cluster: Cluster
    private let id: String
    private var client: Client
    private var topicNames: [String] = []
    private var isOpen = false
    private var appendedCount = 0
    /// Why the open transaction can only be aborted.
    private var doom: String?
    /// Whether that is a right that is missing, so that the next one would be aborted, too.
    private var isForbidden = false
    /// The broker may have been asked to commit the open transaction.
    private var commitWasTried = false
    /// The producer has seen trouble and must not begin another transaction.
    private var isTainted = false
    private var errorCountAtBegin = 0

    init(_ settings: KafkaSettings, _ cluster: Cluster, id: String) throws(LogError) {
        self.settings = settings
        self.cluster = cluster
        self.id = id
        // A refused connection is told at once here; the producer would wait its whole time.
        _ = try cluster.everything()
        client = try Self.open(settings, id)
    }

    /// See `TransactionalWriter.topic`. Handles stay good when the producer is made anew.
    public func topic(_ name: String) throws(LogError) -> TopicHandle {
        _ = try cluster.partitionCount(topic: name)
        let index = try client.addTopic(name)
        topicNames.append(name)
        return TopicHandle(index: index)
    }

    /// See `TransactionalWriter.begin`. Takes up to 30 s where the producer must be made anew.
    /// - Throws: `.fenced` when another process has opened with the same id, `.unavailable`, `.fatal`.
    public func begin() throws(LogError) {
        precondition(!isOpen, "a transaction is open already")
        if isTainted { try renew() }
        if let failure = unsafe CallFailure(consuming: rd_kafka_begin_transaction(client.handle)) {
            throw error(failure, "begin")
        }
        isOpen = true
        doom = nil
        isForbidden = false
        commitWasTried = false
        appendedCount = 0
        client.callbacks.deliveries = DeliveryLedger()
        errorCountAtBegin = client.callbacks.errorCount
    }

    /// See `TransactionalWriter.append`.
    public func append(_ topic: TopicHandle, partition: Int32, key: RawSpan, value: RawSpan) throws(LogError) {
        precondition(isOpen, "append outside a transaction")
        if doom != nil { return }
        try take(client.produce(topic, partition: partition, key: key, value: value), 1)
    }

    /// See `TransactionalWriter.append`.
    public func append(_ topic: TopicHandle, _ records: OutgoingRecords) throws(LogError) {
        precondition(isOpen, "append outside a transaction")
        if doom != nil { return }
        let (taken, code) = client.produce(topic, records)
        try take(code, taken)
    }

    /// See `TransactionalWriter.commit`.
    ///
    /// Lasts as long as the brokers need, 60 s of retriable answers at most.
    /// - Throws: `.fenced`; `.fatal` when nothing is known to be safe, or for metadata of more than 4,096 characters.
    public func commit(_ offsets: [CommittedOffset], of reader: KafkaReader) throws(LogError) -> TransactionOutcome {
        precondition(isOpen, "commit outside a transaction")
        try CommittedOffset.checkMetadata(offsets)
        if doom == nil { doom = try send(offsets, of: reader) }
        if doom == nil {
            commitWasTried = true
            doom = try finish("commit") { client in
                unsafe CallFailure(consuming: rd_kafka_commit_transaction(client.handle, -1))
            }
        }
        if let doom {
            try abort()
            if isForbidden || client.callbacks.deliveries.failureKind == .configuration {
                throw LogError(.configuration, "transaction '\(id)': \(client.callbacks.deliveries.failure ?? doom)")
            }
            return .aborted(reason: doom)
        }
        ended()
        guard client.callbacks.deliveries.deliveredCount == appendedCount else {
            throw LogError(
                .fatal,
                "transaction committed with \(client.callbacks.deliveries.deliveredCount) delivery reports "
                    + "for \(appendedCount) records")
        }
        return .committed
    }

    /// See `TransactionalWriter.abort`. Without an open transaction it does nothing.
    public func abort() throws(LogError) {
        if !isOpen { return }
        var code: ResponseCode?
        do throws(LogError) {
            let failure = try finish("abort") { client in
                let failure = unsafe CallFailure(consuming: rd_kafka_abort_transaction(client.handle, -1))
                code = failure?.code
                return failure
            }
            if let failure { throw LogError(.fatal, "abort of transaction '\(id)': \(failure)") }
        } catch {
            // An abort that comes before the broker has heard of the transaction is answered with "invalid state".
            // Nothing was asked to be committed, and the new producer that `begin` makes ends whatever is open.
            guard code == RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, !commitWasTried else { throw error }
        }
        ended()
    }

    // MARK: - Steps

    /// How an append ended, and how many records it has queued if it went well.
    private func take(_ code: ResponseCode, _ count: Int) throws(LogError) {
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            appendedCount += count
        } else if let fatal = client.fatalError {
            throw fatal
        } else if code == RD_KAFKA_RESP_ERR__STATE || code == RD_KAFKA_RESP_ERR__QUEUE_FULL {
            // The transaction has met an abortable error, or a delivery failed while the queue was full.
            doom = client.callbacks.deliveries.failure ?? "append: \(code.text)"
        } else {
            throw LogError(code.kind == .missingTopic ? .missingTopic : .fatal, "append: \(code.text)")
        }
    }

    private func send(_ offsets: [CommittedOffset], of reader: KafkaReader) throws(LogError) -> String? {
        let list = reader.list(offsets)
        if list.count == 0 { return nil }
        let member = unsafe try reader.groupMetadata()
        defer { unsafe rd_kafka_consumer_group_metadata_destroy(member) }
        return try finish("offsets") { client in
            unsafe CallFailure(
                consuming: rd_kafka_send_offsets_to_transaction(client.handle, list.pointer, member, 10_000))
        }
    }

    /// Makes a transactional call until it is settled. Returns why the transaction must be aborted, nil on success.
    /// The order of the questions is librdkafka's contract: fatal, abortable, retriable, anything else.
    private func finish(_ step: String, _ call: (Client) -> CallFailure?) throws(LogError) -> String? {
        let deadline = Deadline(milliseconds: Self.callMilliseconds)
        while true {
            guard let failure = call(client) else { return nil }
            isTainted = true
            if failure.isFatal { throw error(failure, step) }
            if failure.requiresAbort {
                isForbidden = failure.code.kind == .configuration
                return failure.text + failure.code.mend
            }
            guard failure.isRetriable, !deadline.hasPassed else { throw error(failure, step) }
            unsafe rd_kafka_poll(client.handle, 50)
        }
    }

    private func ended() {
        isOpen = false
        if client.callbacks.errorCount != errorCountAtBegin { isTainted = true }
    }

    // MARK: - The producer

    private func renew() throws(LogError) {
        let renewed = try Self.open(settings, id)
        for name in topicNames { _ = try renewed.addTopic(name) }
        client = renewed
        isTainted = false
    }

    private static func open(_ settings: KafkaSettings, _ id: String) throws(LogError) -> Client {
        let client = try Client(
            .producer, settings,
            tuned: [
                // Nothing waits so long: a commit sends what is there. A shorter time wakes the client for each few records.
                "linger.ms": "50", "compression.type": "lz4", "batch.num.messages": "10000",
                // A transaction that begins before the broker has written the end of the one before it down is put off by
                // that long: soon done, and 100 ms by default.
                "retry.backoff.ms": "5",
                "queue.buffering.max.messages": "1000000", "message.max.bytes": "\(KafkaWriter.recordBytesMax)",
            ],
            fixed: [
                "transactional.id": id, "transaction.timeout.ms": "\(timeoutMilliseconds)",
                "message.timeout.ms": "\(timeoutMilliseconds)", "enable.idempotence": "true",
                "enable.gapless.guarantee": "true", "acks": "all", "partitioner": "murmur2_random",
            ])
        let deadline = Deadline(milliseconds: openMilliseconds)
        while true {
            let failure = unsafe CallFailure(
                consuming: rd_kafka_init_transactions(client.handle, max(1, deadline.remaining)))
            guard let failure else { return client }
            guard !failure.isFatal, failure.isRetriable, !deadline.hasPassed else {
                if let fatal = client.fatalError, fatal.kind == .fenced { throw fatal }
                let what = "transactional id '\(id)'"
                if failure.isRetriable { throw client.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what) }
                throw LogError(failure.code.kind, "\(what): \(failure.text)\(failure.code.mend)")
            }
        }
    }

    private func error(_ failure: CallFailure, _ step: String) -> LogError {
        let kind = failure.code.kind == .fenced ? .fenced : client.fatalError?.kind ?? .fatal
        return LogError(kind, "\(step) of transaction '\(id)': \(failure.text)")
    }
}
