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
    }

    public var group: String
    /// `Stable`, `PreparingRebalance`, `Empty`, `Dead` (unknown to the broker) and the like.
    public var state: String
    public var members: [Member]
}

extension KafkaAdmin {
    /// Who is in each group and has which partitions, in the order given.
    /// - Throws: `.configuration` where the broker does not answer such questions (`plainscore dev-broker`).
    public func groups(_ names: [String]) throws(LogError) -> [GroupDescription] {
        try AdminRequest(client).describe(names)
    }
}

extension AdminRequest {
    /// One question a group: librdkafka 2.0 answers about one at a time.
    func describe(_ groups: [String]) throws(LogError) -> [GroupDescription] {
        var descriptions: [GroupDescription] = []
        for group in groups { descriptions.append(try describe(group)) }
        return descriptions
    }

    private func describe(_ group: String) throws(LogError) -> GroupDescription {
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
