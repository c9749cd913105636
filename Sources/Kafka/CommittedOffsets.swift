internal import CRDKafka
import Log

/// The committed offsets of a group, read and written through a client that has its `group.id`, member or not.
extension Client {
    /// Asks the group's coordinator. Waits out transactions that are still open on these offsets (KIP-447), which
    /// after a crash lasts until the broker has timed them out.
    ///
    /// - Parameter asMember: false where this client is no member of the group. Then a missing right on the group is told;
    ///   librdkafka itself asks for the coordinator again and again, and says why in the queue that a member polls.
    func committed(
        topic: String, _ partitions: [Int32], within milliseconds: Int, asMember: Bool = true
    ) throws(LogError) -> [CommittedOffset] {
        if partitions.isEmpty { return [] }
        let deadline = Deadline(milliseconds: milliseconds)
        let askMilliseconds = asMember ? Int32.max : Self.outsiderMilliseconds
        while true {
            let list = PartitionList(topic: topic, partitions)
            var code = unsafe rd_kafka_committed(
                handle, list.pointer, max(1, deadline.remaining(most: askMilliseconds)))
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, let failure = list.firstFailure { code = failure.code }
            if code == RD_KAFKA_RESP_ERR_NO_ERROR {
                return (0..<list.count).map { index in
                    let offset = list.offset(at: index)
                    return CommittedOffset(
                        partition: list.partition(at: index), offset: offset >= 0 ? offset : nil,
                        metadata: list.metadata(at: index))
                }
            }
            if !asMember, let refusal = refusalOfGroup() { code = refusal }
            guard code.kind == .unavailable, !deadline.hasPassed else {
                throw failure(code, "committed offsets of '\(topic)'")
            }
            serve(milliseconds: deadline.remaining(most: 100))
        }
    }

    /// How long one question may take, before it is looked why there is no answer.
    private static let outsiderMilliseconds: Int32 = 1_000

    /// What the group's coordinator, or whoever is asked for it, has refused; nil where nothing says so.
    private func refusalOfGroup() -> ResponseCode? {
        while let message = unsafe rd_kafka_consumer_poll(handle, 0) {
            defer { unsafe rd_kafka_message_destroy(message) }
            let code = unsafe message.pointee.err
            if code.kind == .configuration { return code }
        }
        return nil
    }

    /// Commits those of `offsets` that have one, and waits for the answer.
    ///
    /// A commit that was given up on may still happen; it commits nothing that the caller did not ask for.
    func commit(topic: String, _ offsets: [CommittedOffset], within milliseconds: Int) throws(LogError) {
        try CommittedOffset.checkMetadata(offsets)
        let list = PartitionList(topic: topic, committing: offsets)
        if list.count == 0 { return }
        let deadline = Deadline(milliseconds: milliseconds)
        while true {
            let code = try commitOnce(list, deadline)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            guard code.kind == .unavailable, !deadline.hasPassed else {
                throw failure(code, "commit of offsets of '\(topic)'")
            }
        }
    }

    private func commitOnce(_ list: borrowing PartitionList, _ deadline: Deadline) throws(LogError) -> ResponseCode {
        // A queue of its own, since the blocking call has no time-out.
        let queue = unsafe rd_kafka_queue_new(handle)
        defer { unsafe rd_kafka_queue_destroy(queue) }
        let sent = unsafe rd_kafka_commit_queue(handle, list.pointer, queue, nil, nil)
        if sent != RD_KAFKA_RESP_ERR_NO_ERROR { return sent }
        guard let event = unsafe rd_kafka_queue_poll(queue, max(1, deadline.remaining)) else {
            return RD_KAFKA_RESP_ERR__TIMED_OUT
        }
        defer { unsafe rd_kafka_event_destroy(event) }
        let code = unsafe rd_kafka_event_error(event)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { return code }
        guard let answer = unsafe rd_kafka_event_topic_partition_list(event) else { return code }
        for index in unsafe 0..<Int(answer.pointee.cnt) {
            let partitionCode = unsafe answer.pointee.elems[index].err
            if partitionCode != RD_KAFKA_RESP_ERR_NO_ERROR { return partitionCode }
        }
        return code
    }
}

/// The committed offsets of one group in one topic, asked for again and again through one connection.
///
/// An answer costs a round trip to the group's coordinator; the first one also waits for the connection.
public final class GroupPositions {
    private static let answerMilliseconds = 15_000

    private let client: Client
    private let topic: String
    private let partitions: [Int32]

    init(_ settings: KafkaSettings, group: String, topic: String, partitions: Int32) throws(LogError) {
        client = try Client(outsideGroup: group, settings)
        self.topic = topic
        self.partitions = Array(0..<partitions)
    }

    /// By partition; nil where the group has committed none.
    /// - Throws: `.configuration` where a right is missing, `.unavailable` after 15 s without an answer.
    public func committed() throws(LogError) -> [Int64?] {
        try client.committed(topic: topic, partitions, within: Self.answerMilliseconds, asMember: false).map(\.offset)
    }
}

extension KafkaLog {
    /// A way to ask for the committed offsets of a group that this process is no member of. Waits at most 15 s.
    /// - Throws: `.missingTopic`, and `.configuration` where the topic may not be seen.
    public func positions(group: String, topic: String) throws(LogError) -> GroupPositions {
        try GroupPositions(settings, group: group, topic: topic, partitions: partitionCount(topic: topic))
    }
}

extension CommittedOffset {
    /// Characters of metadata that a broker takes (`offset.metadata.max.bytes`), counted as it does: in UTF-16.
    static let metadataCharactersMax = 4096

    /// Above the bound the broker's answer would be an abortable error, again and again.
    static func checkMetadata(_ offsets: [CommittedOffset]) throws(LogError) {
        for offset in offsets where offset.metadata.utf16.count > metadataCharactersMax {
            throw LogError(
                .fatal,
                "offset metadata of partition \(offset.partition) has \(offset.metadata.utf16.count) characters: "
                    + "at most \(metadataCharactersMax) can be committed")
        }
    }
}
