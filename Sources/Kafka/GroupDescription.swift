internal import CRDKafka
import Log

/// A consumer group as its coordinator sees it.
public struct GroupDescription: Equatable, Sendable {
    public struct Member: Equatable, Sendable {
        /// Of its static membership; nil where it has none.
        public var instance: String?
        /// As the broker names it, such as `/127.0.0.1`.
        public var host: String
        public var partitions: [Int32]

        public init(instance: String?, host: String, partitions: [Int32]) {
            self.instance = instance
            self.host = host
            self.partitions = partitions
        }
    }

    public var group: String
    /// `Stable`, `PreparingRebalance`, `Empty`, `Dead` (unknown to the broker) and the like.
    public var state: String
    public var members: [Member]

    public init(group: String, state: String, members: [Member]) {
        self.group = group
        self.state = state
        self.members = members
    }
}

extension KafkaAdmin {
    /// Who is in the group and has which partitions; nil where the broker knows no such question (the embedded one).
    ///
    /// librdkafka 2.0.2 may wait for ever here, and end the process by an assertion, where a broker does not answer: so this
    /// is to be called in a process that can be given up.
    public func group(_ name: String) throws(LogError) -> GroupDescription? {
        _ = try brokerCount()
        // This older question says at once where the broker does not know it.
        var list: UnsafePointer<rd_kafka_group_list>?
        let code = unsafe rd_kafka_list_groups(client.handle, name, &list, 1_000)
        if let list = unsafe list { unsafe rd_kafka_group_list_destroy(list) }
        if code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE { return nil }
        return try AdminRequest(client).describe(name)
    }
}

extension AdminRequest {
    fileprivate func describe(_ group: String) throws(LogError) -> GroupDescription {
        let options = unsafe try options(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        unsafe group.withCString { name in
            var names: [UnsafePointer<CChar>?] = unsafe [name]
            unsafe rd_kafka_DescribeConsumerGroups(client.handle, &names, 1, options, queue)
        }
        let event = unsafe try answer("description of group '\(group)'")
        defer { unsafe rd_kafka_event_destroy(event) }
        var count = 0
        let found = unsafe rd_kafka_DescribeConsumerGroups_result_groups(
            rd_kafka_event_DescribeConsumerGroups_result(event), &count)
        guard count == 1, let description = unsafe found?[0] else {
            throw LogError(.fatal, "description of group '\(group)': \(count) answers")
        }
        if let error = unsafe rd_kafka_ConsumerGroupDescription_error(description) {
            throw LogError(unsafe rd_kafka_error_code(error), "description of group '\(group)'")
        }
        let members = unsafe rd_kafka_ConsumerGroupDescription_member_count(description)
        return GroupDescription(
            group: group,
            state: unsafe String(
                cString: rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(description))),
            members: (0..<members).map { index in
                unsafe Self.member(rd_kafka_ConsumerGroupDescription_member(description, index))
            }
            .sorted { ($0.instance ?? "", $0.host) < ($1.instance ?? "", $1.host) })
    }

    private static func member(_ member: OpaquePointer?) -> GroupDescription.Member {
        var partitions: [Int32] = []
        if let assignment = unsafe rd_kafka_MemberDescription_assignment(member),
            let list = unsafe rd_kafka_MemberAssignment_partitions(assignment)
        {
            for index in unsafe 0..<Int(list.pointee.cnt) {
                unsafe partitions.append(list.pointee.elems[index].partition)
            }
        }
        return GroupDescription.Member(
            instance: unsafe rd_kafka_MemberDescription_group_instance_id(member).map { unsafe String(cString: $0) },
            host: unsafe rd_kafka_MemberDescription_host(member).map { unsafe String(cString: $0) } ?? "",
            partitions: partitions.sorted())
    }
}
