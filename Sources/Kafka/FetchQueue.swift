internal import CRDKafka
import Log

/// A queue of fetched messages, and the way out of it into a `RecordBatch`.
///
/// Waits for the first message alone and then takes what is there already: librdkafka's batch call waits its whole
/// time-out unless the array fills. Messages are copied and destroyed at once, since each pins its fetch buffer.
@safe final class FetchQueue {
    /// What one `take` brought beside the records.
    struct Taken {
        /// Messages of any kind, also those left out.
        var messageCount = 0
        /// The queue held nothing more.
        var emptied = true
        /// A record at or above the bound was met, and left out.
        var passedBound = false
        /// Partitions read to their end, and where that was (behind markers and holes).
        var ends: [PartitionPosition] = []
        /// The group has given this member up for not polling.
        var overranPollInterval = false
        var failure: Failure?
    }

    /// An error that came as a message.
    struct Failure {
        let code: ResponseCode
        let partition: Int32
        let offset: Int64
        let text: String
    }

    static let recordsMax = 5_000
    static let bytesMax = 4 << 20
    private static let messagesPerCall = 1_000

    private let client: Client
    private let queue: OpaquePointer?
    private let messages: UnsafeMutableBufferPointer<UnsafeMutablePointer<rd_kafka_message_t>?>

    /// Takes over the reference to `queue`.
    init(_ client: Client, _ queue: OpaquePointer?) {
        self.client = client
        unsafe self.queue = unsafe queue
        unsafe messages = .allocate(capacity: Self.messagesPerCall)
        unsafe messages.initialize(repeating: nil)
    }

    deinit {
        unsafe messages.deallocate()
        unsafe rd_kafka_queue_destroy(queue)
    }

    /// Waits at most `milliseconds` for one message, and takes all that are there, up to about 5,000 records or 4 MiB.
    /// Records at or above the offset `bound` are left out. With `onlyFirst` it takes that one message alone: then the call
    /// serves the group, and the records stay where they are.
    func take(
        into batch: inout RecordBatch, milliseconds: Int32, below bound: Int64 = .max, onlyFirst: Bool = false
    ) -> Taken {
        var taken = Taken()
        client.callbacks.yieldsOnRebalance = true
        let first = unsafe rd_kafka_consume_queue(queue, milliseconds)
        client.callbacks.yieldsOnRebalance = false
        if let first = unsafe first { unsafe take(first, into: &batch, bound, &taken) }
        if onlyFirst {
            taken.emptied = taken.messageCount == 0
            return taken
        }
        repeat {
            let count = unsafe rd_kafka_consume_batch_queue(queue, 0, messages.baseAddress, messages.count)
            for index in 0..<max(0, count) {
                guard let message = unsafe messages[index] else { continue }
                unsafe take(message, into: &batch, bound, &taken)
            }
            taken.emptied = count < Self.messagesPerCall
        } while !taken.emptied && batch.count < Self.recordsMax && batch.byteCount < Self.bytesMax
        return taken
    }

    /// Copies one message and destroys it.
    private func take(
        _ message: UnsafeMutablePointer<rd_kafka_message_t>, into batch: inout RecordBatch, _ bound: Int64,
        _ taken: inout Taken
    ) {
        defer { unsafe rd_kafka_message_destroy(message) }
        taken.messageCount += 1
        let code = unsafe message.pointee.err
        let partition = unsafe message.pointee.partition
        let offset = unsafe message.pointee.offset
        if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
            taken.ends.append(PartitionPosition(partition: partition, offset: offset))
        } else if code != RD_KAFKA_RESP_ERR_NO_ERROR {
            let text = unsafe rd_kafka_message_errstr(message).map { unsafe String(cString: $0) } ?? code.text
            if code == RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED {
                taken.overranPollInterval = true
            } else if taken.failure == nil, code.kind != .unavailable {  // connections are librdkafka's to mend
                taken.failure = Failure(code: code, partition: partition, offset: offset, text: text)
            }
        } else if offset >= bound {
            taken.passedBound = true
        } else {
            var stampType = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
            let stamp = unsafe rd_kafka_message_timestamp(message, &stampType)
            let key = unsafe UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
            let value = unsafe UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
            batch.append(
                partition: partition, offset: offset, timestamp: stamp,
                key: unsafe key.baseAddress == nil ? nil : key.bytes,
                value: unsafe value.baseAddress == nil ? nil : value.bytes)
            if stampType != RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME { batch.noteForeignStamp() }
        }
    }
}
