internal import CRDKafka
import Log

/// Handing records to librdkafka's queue.
extension Client {
    /// "No partition given": the partitioner decides.
    static let anyPartition: Int32 = -1
    private static let batchMax = 1_000
    /// Bytes of one partition that go into one request (`batch.size`, 1,000,000), less what librdkafka adds.
    private static let requestBytesMax = 900_000
    private static let answerMilliseconds = 5_000

    /// Queues a copy of one record and counts it in the ledger. Waits for room when the queue is full, for as long as
    /// the records in it may take to be delivered or to fail.
    func produce(
        _ topic: TopicHandle, partition: Int32, key: RawSpan, value: RawSpan
    ) -> ResponseCode {
        let ticket = unsafe UnsafeMutableRawPointer(bitPattern: UInt(callbacks.deliveries.open))
        return unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                while true {
                    // The queue takes a copy (MSG_F_COPY), so the pointer's mutability is only its type's.
                    let refused = unsafe rd_kafka_produce(
                        topics[topic.index], partition, RD_KAFKA_MSG_F_COPY, Self.start(value), value.count,
                        key.isEmpty ? nil : key.baseAddress, key.count, ticket)
                    if refused == 0 {
                        callbacks.deliveries.appended()
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }
                    let code = rd_kafka_last_error()
                    if !waitsForRoom(code) { return code }
                }
            }
        }
    }

    /// The same for all of these, in order. Returns how many it has queued, and why no more.
    ///
    /// Of one partition it queues what goes into one request, and waits for the answer before it goes on: librdkafka holds the
    /// next request back until then, and its thread looks for the answer with time-out 0 (2.0, `rd_kafka_toppar_producer_serve`).
    func produce(_ topic: TopicHandle, _ records: OutgoingRecords) -> (taken: Int, code: ResponseCode) {
        var taken = 0
        var requests: [Int32: Int] = [:]  // bytes by partition
        while taken < records.count {
            var end = taken
            while end < records.count, end - taken < Self.batchMax {
                let entry = records.entries[end]
                let bytes = requests[entry.partition, default: 0] + entry.valueEnd - entry.start
                if bytes > Self.requestBytesMax, requests[entry.partition] != nil { break }
                requests[entry.partition] = bytes
                end += 1
            }
            if end == taken {
                awaitAnswers()
                requests.removeAll(keepingCapacity: true)
                continue
            }
            let (queued, code) = produce(topic, records, taken..<end)
            taken += queued
            guard queued == end - (taken - queued) || waitsForRoom(code) else { return (taken, code) }
        }
        return (taken, RD_KAFKA_RESP_ERR_NO_ERROR)
    }

    /// One of librdkafka's own batches.
    private func produce(_ topic: TopicHandle, _ records: OutgoingRecords, _ range: Range<Int>) -> (
        queued: Int, code: ResponseCode
    ) {
        let ticket = unsafe UnsafeMutableRawPointer(bitPattern: UInt(callbacks.deliveries.open))
        return unsafe records.bytes.withUnsafeBytes { bytes in
            unsafe withUnsafeTemporaryAllocation(of: rd_kafka_message_t.self, capacity: range.count) { messages in
                for (place, index) in range.enumerated() {
                    let entry = records.entries[index]
                    var message = unsafe rd_kafka_message_t()
                    unsafe message.partition = entry.partition
                    let key = unsafe UnsafeRawBufferPointer(rebasing: bytes[entry.start..<entry.keyEnd])
                    let value = unsafe UnsafeRawBufferPointer(rebasing: bytes[entry.keyEnd..<entry.valueEnd])
                    unsafe message.key = key.isEmpty ? nil : UnsafeMutableRawPointer(mutating: key.baseAddress)
                    unsafe message.key_len = key.count
                    unsafe message.payload = Self.start(value)
                    unsafe message.len = value.count
                    unsafe message._private = ticket
                    unsafe messages.initializeElement(at: place, to: message)
                }
                let queued = unsafe Int(
                    rd_kafka_produce_batch(
                        topics[topic.index], Self.anyPartition, RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_PARTITION,
                        messages.baseAddress, Int32(range.count)))
                callbacks.deliveries.appended(queued)
                if queued == range.count { return (queued, RD_KAFKA_RESP_ERR_NO_ERROR) }
                // Where the queue is full, so it is for all that follow; any other refusal ends the writer.
                let refused = unsafe messages.first { unsafe $0.err != RD_KAFKA_RESP_ERR_NO_ERROR }
                return (queued, unsafe refused?.err ?? RD_KAFKA_RESP_ERR__FAIL)
            }
        }
    }

    /// Sends what is queued and waits until it is delivered, or has failed; for a while, since it may be too late for that.
    private func awaitAnswers() {
        let deadline = Deadline(milliseconds: Self.answerMilliseconds)
        while unsafe rd_kafka_flush(handle, deadline.remaining(most: 100)) != RD_KAFKA_RESP_ERR_NO_ERROR {
            if deadline.hasPassed || callbacks.deliveries.failure != nil || fatalError != nil { return }
        }
    }

    /// The same with headers.
    func produce(
        _ topic: TopicHandle, partition: Int32, key: RawSpan, value: RawSpan, headers: [(name: String, value: String)]
    ) -> CallFailure? {
        let ticket = unsafe UnsafeMutableRawPointer(bitPattern: UInt(callbacks.deliveries.open))
        return unsafe key.withUnsafeBytes { key in
            unsafe value.withUnsafeBytes { value in
                while true {
                    let list = unsafe rd_kafka_headers_new(headers.count)
                    for header in headers {
                        unsafe rd_kafka_header_add(list, header.name, -1, header.value, header.value.utf8.count)
                    }
                    var arguments = unsafe [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 7)
                    unsafe arguments[0].vtype = RD_KAFKA_VTYPE_RKT
                    unsafe arguments[0].u.rkt = topics[topic.index]
                    unsafe arguments[1].vtype = RD_KAFKA_VTYPE_PARTITION
                    unsafe arguments[1].u.i32 = partition
                    unsafe arguments[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
                    unsafe arguments[2].u.i = RD_KAFKA_MSG_F_COPY
                    unsafe arguments[3].vtype = RD_KAFKA_VTYPE_VALUE
                    unsafe arguments[3].u.mem.ptr = Self.start(value)
                    unsafe arguments[3].u.mem.size = value.count
                    unsafe arguments[4].vtype = RD_KAFKA_VTYPE_KEY
                    unsafe arguments[4].u.mem.ptr =
                        key.isEmpty ? nil : UnsafeMutableRawPointer(mutating: key.baseAddress)
                    unsafe arguments[4].u.mem.size = key.count
                    unsafe arguments[5].vtype = RD_KAFKA_VTYPE_OPAQUE
                    unsafe arguments[5].u.ptr = unsafe ticket
                    unsafe arguments[6].vtype = RD_KAFKA_VTYPE_HEADERS
                    unsafe arguments[6].u.headers = unsafe list
                    guard
                        let failure = unsafe CallFailure(
                            consuming: rd_kafka_produceva(handle, arguments, arguments.count))
                    else {
                        callbacks.deliveries.appended()
                        return nil
                    }
                    unsafe rd_kafka_headers_destroy(list)  // taken over only on success
                    if !waitsForRoom(failure.code) { return failure }
                }
            }
        }
    }

    /// Serves delivery reports for a while where the queue was full, and not yet broken.
    private func waitsForRoom(_ code: ResponseCode) -> Bool {
        guard code == RD_KAFKA_RESP_ERR__QUEUE_FULL, callbacks.deliveries.failure == nil else { return false }
        unsafe rd_kafka_poll(handle, 100)
        return true
    }

    /// An empty value is not null: it needs an address, which is not read.
    private static func start(_ value: UnsafeRawBufferPointer) -> UnsafeMutableRawPointer? {
        unsafe UnsafeMutableRawPointer(mutating: value.baseAddress) ?? UnsafeMutableRawPointer(bitPattern: 1)
    }
}
