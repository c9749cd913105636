internal import CRDKafka
import Glibc
import Log

/// librdkafka's list of partitions with offsets and metadata.
@safe struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(capacity: Int) {
        unsafe pointer = rd_kafka_topic_partition_list_new(Int32(clamping: capacity))
    }

    init(topic: String, _ partitions: [Int32]) {
        self.init(capacity: partitions.count)
        for partition in partitions { add(topic, partition) }
    }

    /// Those of `offsets` that have an offset.
    init(topic: String, committing offsets: [CommittedOffset]) {
        self.init(capacity: offsets.count)
        for committed in offsets {
            guard let offset = committed.offset else { continue }
            add(topic, committed.partition, offset: offset, metadata: committed.metadata)
        }
    }

    deinit { unsafe rd_kafka_topic_partition_list_destroy(pointer) }

    var count: Int { Int(unsafe pointer.pointee.cnt) }

    func add(_ topic: String, _ partition: Int32, offset: Int64? = nil, metadata: String = "") {
        guard let element = unsafe rd_kafka_topic_partition_list_add(pointer, topic, partition) else { return }
        if let offset { unsafe element.pointee.offset = offset }
        if !metadata.isEmpty {
            unsafe element.pointee.metadata = UnsafeMutableRawPointer(strdup(metadata))  // the list frees it
            unsafe element.pointee.metadata_size = metadata.utf8.count
        }
    }

    func topic(at index: Int) -> String { unsafe String(cString: pointer.pointee.elems[index].topic) }
    func partition(at index: Int) -> Int32 { unsafe pointer.pointee.elems[index].partition }
    func offset(at index: Int) -> Int64 { unsafe pointer.pointee.elems[index].offset }
    func code(at index: Int) -> ResponseCode { unsafe pointer.pointee.elems[index].err }

    func metadata(at index: Int) -> String {
        let element = unsafe pointer.pointee.elems[index]
        guard let start = unsafe element.metadata else { return "" }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: start, count: element.metadata_size), as: UTF8.self)
    }

    /// The first error that a partition of the list carries.
    var firstFailure: (partition: Int32, code: ResponseCode)? {
        for index in 0..<count where code(at: index) != RD_KAFKA_RESP_ERR_NO_ERROR {
            return (partition(at: index), code(at: index))
        }
        return nil
    }
}
