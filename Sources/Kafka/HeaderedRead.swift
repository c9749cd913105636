internal import CRDKafka
import Log

/// A record with its headers, copied. Headers cost a reader 300 ns each: for dead letters, never on a hot path.
public struct HeaderedRecord: Equatable, Sendable {
    public let offset: Int64
    /// As in `RecordBatch.Entry`.
    public let timestamp: Int64
    public let key: [UInt8]
    public let value: [UInt8]
    /// Values as text; of several headers of one name the last.
    public let headers: [String: String]
}

extension KafkaLog {
    /// Reads as `read` does, one record at a time, with headers. Returns where it ended: below the end of `range` where
    /// the partition ends before, or a transaction is open that hides what comes after its beginning.
    @discardableResult
    public func readWithHeaders(
        topic: String, partition: Int32, range: Range<Int64>, _ body: (HeaderedRecord) throws -> Void
    ) throws -> Int64 {
        try PartitionScan(settings, topic: topic, partition: partition).readWithHeaders(range, body)
    }
}

extension PartitionScan {
    fileprivate func readWithHeaders(_ range: Range<Int64>, _ body: (HeaderedRecord) throws -> Void) throws -> Int64 {
        let kept = try committedRange()
        let start = max(range.lowerBound, kept.lowerBound)
        let end = min(range.upperBound, kept.upperBound)
        if start >= end { return end }
        guard unsafe rd_kafka_consume_start(client.topics[0], partition, start) == 0 else {
            throw LogError(rd_kafka_last_error(), "read of \(topic)[\(partition)]")
        }
        defer { unsafe rd_kafka_consume_stop(client.topics[0], partition) }
        var deadline = Deadline(milliseconds: Self.stallMilliseconds)
        while true {
            client.serve(milliseconds: 0)  // connection errors
            guard let message = unsafe rd_kafka_consume(client.topics[0], partition, 100) else {
                guard !deadline.hasPassed else {
                    throw client.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, "read of \(topic)[\(partition)] below \(end)")
                }
                continue
            }
            defer { unsafe rd_kafka_message_destroy(message) }
            let code = unsafe message.pointee.err
            let offset = unsafe message.pointee.offset
            if code == RD_KAFKA_RESP_ERR__PARTITION_EOF {
                if offset >= end { return end }
            } else if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                guard code.kind == .unavailable else { throw LogError(code, "\(topic)[\(partition)] at \(offset)") }
            } else {
                if offset >= end { return end }
                try body(unsafe HeaderedRecord(message))
                deadline = Deadline(milliseconds: Self.stallMilliseconds)
                if offset == end - 1 { return end }
            }
        }
    }
}

extension HeaderedRecord {
    fileprivate init(_ message: UnsafeMutablePointer<rd_kafka_message_t>) {
        var stampType = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        unsafe self.init(
            offset: message.pointee.offset, timestamp: rd_kafka_message_timestamp(message, &stampType),
            key: [UInt8](UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)),
            value: [UInt8](UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)),
            headers: Self.headers(of: message))
    }

    private static func headers(of message: UnsafeMutablePointer<rd_kafka_message_t>) -> [String: String] {
        var list: OpaquePointer?
        guard unsafe rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR else { return [:] }
        var headers: [String: String] = [:]
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var count = 0
        while unsafe rd_kafka_header_get_all(list, index, &name, &value, &count) == RD_KAFKA_RESP_ERR_NO_ERROR {
            if let name = unsafe name {
                unsafe headers[String(cString: name)] = String(
                    decoding: UnsafeRawBufferPointer(start: value, count: count), as: UTF8.self)
            }
            index += 1
        }
        return headers
    }
}
