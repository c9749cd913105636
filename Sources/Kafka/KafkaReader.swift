internal import CRDKafka
import Log

/// A static member of a consumer group on one topic (eager `range` assignment, read committed).
///
/// Not thread-safe; poll it at least every 5 minutes, else the group takes its partitions away. Transport errors are
/// not reported: librdkafka reconnects, and polls are idle meanwhile.
public final class KafkaReader: GroupReader {
    /// How long committed offsets may take: longer than a broker needs to end a dead process's transaction.
    private static let lookupMilliseconds = 30_000
    private static let commitMilliseconds = 10_000
    private static let closeMilliseconds = 5_000

    private enum Answer { case none, start, release }

    private let client: Client
    private let queue: FetchQueue
    private let group: String
    private let topic: String
    private var stallWatch = StallWatch()
    /// What the caller has been told and has not yet answered.
    private var owedAnswer = Answer.none
    private var isClosed = false
    /// Records that came while the group was served, for the next poll.
    private var ahead = RecordBatch()
    /// Where each partition last ended.
    private var readToEnd: [Int32: Int64] = [:]

    init(_ settings: KafkaSettings, group: String, topic: String, instance: String) throws(LogError) {
        client = try Client(
            .consumer, settings,
            tuned: [
                "session.timeout.ms": "10000", "heartbeat.interval.ms": "1000", "max.poll.interval.ms": "300000",
                "fetch.wait.max.ms": "100", "fetch.min.bytes": "1", "max.partition.fetch.bytes": "4194304",
                // One answer of a broker, and what has been fetched and not yet been polled: bounds the client's memory, with
                // what a batch of records unpacks to (`compression.type` of the topic sees to that).
                "fetch.max.bytes": "\(16 << 20)", "queued.max.messages.kbytes": "\(32 << 10)",
            ],
            fixed: [
                "group.id": group, "group.instance.id": instance, "partition.assignment.strategy": "range",
                "enable.auto.commit": "false", "enable.auto.offset.store": "false", "auto.offset.reset": "error",
                "isolation.level": "read_committed", "check.crcs": "false",
                // Says where a partition ends behind markers and holes: the stall watch needs it.
                "enable.partition.eof": "true",
            ],
            servesRebalances: true)
        self.group = group
        self.topic = topic
        client.pollAsConsumer()
        queue = unsafe FetchQueue(client, rd_kafka_queue_get_consumer(client.handle))
        let topics = PartitionList(topic: topic, [-1])
        let code = unsafe rd_kafka_subscribe(client.handle, topics.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw LogError(code, "subscription of '\(topic)'") }
    }

    deinit { close() }

    /// See `GroupReader.poll`. A batch holds up to about 5,000 records or 4 MiB.
    ///
    /// - Throws: `.offsetOutOfRange`, `.missingTopic`, `.configuration`, `.fenced` (the instance runs elsewhere),
    ///   `.stalled` (30 s without advance below the end), `.fatal`.
    public func poll(into batch: inout RecordBatch, milliseconds: Int) throws(LogError) -> ReaderEvent {
        try checkOpen()
        batch.removeAll()
        let deadline = Deadline(milliseconds: milliseconds)
        repeat {
            if let event = try nextGroupEvent() { return event }
            let isAhead = !ahead.isEmpty
            if isAhead { swap(&batch, &ahead) }
            let taken = queue.take(into: &batch, milliseconds: isAhead ? 0 : deadline.remaining)
            if try !accepts(taken) { batch.removeAll() }
            if !batch.isEmpty { return .records }
        } while !deadline.hasPassed
        return try nextGroupEvent() ?? .idle
    }

    /// See `GroupReader.serve`. librdkafka's poll may bring a record: it is kept for the next `poll`.
    ///
    /// - Throws: as `poll`.
    public func serve() throws(LogError) -> ReaderEvent {
        try checkOpen()
        if let event = try nextGroupEvent() { return event }
        let taken = queue.take(into: &ahead, milliseconds: 0, onlyFirst: true)
        if try !accepts(taken) { ahead.removeAll() }
        return try nextGroupEvent() ?? .idle
    }

    /// Takes note of what a poll brought beside records; false where its records are no longer this member's to read.
    private func accepts(_ taken: FetchQueue.Taken) throws(LogError) -> Bool {
        if let failure = taken.failure { throw error(for: failure) }
        if taken.overranPollInterval, client.callbacks.rebalances.last == .revoked {
            // The group began to rebalance first, and went on without this member.
            client.callbacks.rebalances[client.callbacks.rebalances.count - 1] = .lost
        }
        try watchForStall(taken)
        return client.callbacks.rebalances.last != .lost && owedAnswer != .release
    }

    /// See `GroupReader.start`. Does nothing where the group has taken the partitions back meanwhile: the next poll
    /// says so.
    public func start(_ positions: [PartitionPosition]) throws(LogError) {
        try checkOpen()
        let isRestart =
            owedAnswer == .none && !positions.isEmpty && positions.map(\.partition).sorted() == stallWatch.watched
        guard owedAnswer == .start || isRestart else {
            throw LogError(.fatal, "start of '\(topic)' without an assignment")
        }
        guard client.callbacks.rebalances.isEmpty else { return }
        let list = PartitionList(capacity: positions.count)
        for position in positions { list.add(topic, position.partition, offset: position.offset) }
        ahead.removeAll()
        try assign(list)
        stallWatch.watch(positions)
        readToEnd = [:]
        owedAnswer = .none
    }

    /// See `GroupReader.release`. Does nothing where nothing was taken back.
    public func release() throws(LogError) {
        try checkOpen()
        guard owedAnswer == .release else { return }
        try unassign()
        owedAnswer = .none
    }

    /// See `GroupReader.commit`. Offsets that are nil are left out. Tries for 10 s, then throws `.unavailable`.
    public func commit(_ offsets: [CommittedOffset]) throws(LogError) {
        try checkOpen()
        if unsafe rd_kafka_assignment_lost(client.handle) != 0 {
            throw LogError(.fenced, "group '\(group)' has given the partitions of '\(topic)' away")
        }
        try client.commit(topic: topic, offsets, within: Self.commitMilliseconds)
    }

    /// See `GroupReader.committed`. Waits at most 30 s.
    public func committed(_ partitions: [Int32]) throws(LogError) -> [CommittedOffset] {
        try checkOpen()
        return try client.committed(topic: topic, partitions, within: Self.lookupMilliseconds)
    }

    /// See `GroupReader.lag`. Markers at the end of a partition are no records: they do not count once they are read over.
    public func lag(of partition: Int32, from next: Int64) -> Int64? {
        var low: Int64 = -1
        var high: Int64 = -1
        let code = unsafe rd_kafka_get_watermark_offsets(client.handle, topic, partition, &low, &high)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, high >= 0 else { return nil }
        return max(0, high - max(next, readToEnd[partition] ?? 0))
    }

    /// See `GroupReader.close`. Takes at most about 5 s; a client that hangs longer is left to the process's end.
    public func close() {
        if isClosed { return }
        isClosed = true
        let deadline = Deadline(milliseconds: Self.closeMilliseconds)
        if owedAnswer != .none || !client.callbacks.rebalances.isEmpty { unsafe rd_kafka_assign(client.handle, nil) }
        let events = unsafe rd_kafka_queue_new(client.handle)
        defer { unsafe rd_kafka_queue_destroy(events) }
        // A client that met a fatal error does not close, and need not.
        if unsafe CallFailure(consuming: rd_kafka_consumer_close_queue(client.handle, events)) != nil { return }
        while unsafe rd_kafka_consumer_closed(client.handle) == 0 {
            if deadline.hasPassed {
                unsafe _ = Unmanaged.passRetained(client)
                return
            }
            guard let event = unsafe rd_kafka_queue_poll(events, deadline.remaining(most: 100)) else { continue }
            if unsafe rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE {
                unsafe rd_kafka_assign(client.handle, nil)
            }
            unsafe rd_kafka_event_destroy(event)
        }
    }

    /// The member's identity for a transaction's offsets; the caller destroys it.
    func groupMetadata() throws(LogError) -> OpaquePointer {
        try checkOpen()
        guard let metadata = unsafe rd_kafka_consumer_group_metadata(client.handle) else {
            throw LogError(.fatal, "no membership in group '\(group)'")
        }
        return unsafe metadata
    }

    /// The offsets of this reader's topic as librdkafka takes them.
    func list(_ offsets: [CommittedOffset]) -> PartitionList {
        PartitionList(topic: topic, committing: offsets)
    }

    // MARK: - Group events

    private func nextGroupEvent() throws(LogError) -> ReaderEvent? {
        while !client.callbacks.rebalances.isEmpty {
            let event = client.callbacks.rebalances.removeFirst()
            stallWatch.watch([])
            ahead.removeAll()
            switch event {
            case .assigned(let partitions):
                if let next = client.callbacks.rebalances.first, next == .lost || next == .revoked {
                    // Taken back before the caller has heard of it.
                    client.callbacks.rebalances.removeFirst()
                    try unassign()
                    continue
                }
                owedAnswer = .start
                return .assigned(try committed(partitions.sorted()))
            case .revoked:
                owedAnswer = .release
                return .revoked
            case .lost:
                owedAnswer = .release
                return .lost
            }
        }
        return nil
    }

    private func assign(_ list: borrowing PartitionList) throws(LogError) {
        let code = unsafe rd_kafka_assign(client.handle, list.pointer)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.failure(code, "assignment of '\(topic)'") }
    }

    private func unassign() throws(LogError) {
        let code = unsafe rd_kafka_assign(client.handle, nil)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw client.failure(code, "release of '\(topic)'") }
    }

    // MARK: - Errors

    private func checkOpen() throws(LogError) {
        if isClosed { throw LogError(.fatal, "the reader of '\(topic)' is closed") }
    }

    private func error(for failure: FetchQueue.Failure) -> LogError {
        if failure.code == RD_KAFKA_RESP_ERR__FATAL, let fatal = client.fatalError { return fatal }
        guard failure.code.kind == .offsetOutOfRange else {
            return LogError(
                failure.code.kind,
                "group '\(group)', '\(topic)'[\(failure.partition)]: \(failure.text)\(failure.code.mend)")
        }
        var low: Int64 = -1
        var high: Int64 = -1
        unsafe rd_kafka_query_watermark_offsets(client.handle, topic, failure.partition, &low, &high, 2_000)
        return LogError(
            .offsetOutOfRange,
            "\(topic)[\(failure.partition)]: offset \(failure.offset) is not kept: "
                + "the partition holds \(low)..<\(high) (\(failure.text))")
    }

    private func watchForStall(_ taken: FetchQueue.Taken) throws(LogError) {
        for end in taken.ends {
            stallWatch.advance(end.partition, to: end.offset)
            readToEnd[end.partition] = end.offset
        }
        guard taken.emptied, owedAnswer == .none, stallWatch.isDue() else { return }
        let list = PartitionList(topic: topic, stallWatch.watched)
        unsafe rd_kafka_position(client.handle, list.pointer)
        for index in 0..<list.count { stallWatch.advance(list.partition(at: index), to: list.offset(at: index)) }
        for partition in stallWatch.check() {
            var low: Int64 = 0
            var high: Int64 = 0
            let code = unsafe rd_kafka_query_watermark_offsets(client.handle, topic, partition, &low, &high, 2_000)
            let end = code == RD_KAFKA_RESP_ERR_NO_ERROR ? high : nil
            if let position = stallWatch.answer(partition, end: end) {
                throw LogError(
                    .stalled, "\(topic)[\(partition)] stands at \(position) for 30 s while records go on to \(high)")
            }
        }
    }
}
