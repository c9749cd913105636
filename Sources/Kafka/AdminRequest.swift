internal import CRDKafka
import Log

/// One request of librdkafka's admin interface, which answers through a queue of its own.
@safe struct AdminRequest: ~Copyable {
    private static let timeoutMilliseconds: Int32 = 15_000

    let client: Client
    let queue: OpaquePointer?

    init(_ client: Client) {
        self.client = client
        unsafe queue = rd_kafka_queue_new(client.handle)
    }

    deinit { unsafe rd_kafka_queue_destroy(queue) }

    /// Requests about topics go to the controller. A cluster that names none would let them wait until they time out.
    func hasController(among brokers: [Int32]) -> Bool {
        brokers.contains(unsafe rd_kafka_controllerid(client.handle, Self.timeoutMilliseconds))
    }

    func withoutController(_ what: String) -> LogError {
        Self.refusal(client, what, "no broker is the controller")
    }

    private static func refusal(_ client: Client, _ what: String, _ reason: String) -> LogError {
        LogError(
            .configuration,
            "\(what): the broker at \(client.servers) takes no admin requests (\(reason)). `plainscore dev-broker` is such a "
                + "one: it has made the topics of its timeline itself, and for anything else a real Kafka is needed")
    }

    func create(_ plans: [TopicPlan]) throws(LogError) -> [TopicCreation] {
        var topics: [OpaquePointer?] = unsafe []
        defer { for index in unsafe topics.indices { unsafe rd_kafka_NewTopic_destroy(topics[index]) } }
        for plan in plans { unsafe topics.append(try newTopic(plan)) }
        let options = unsafe try options(RD_KAFKA_ADMIN_OP_CREATETOPICS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        unsafe rd_kafka_CreateTopics(client.handle, &topics, topics.count, options, queue)
        let event = unsafe try answer("creation of topics")
        defer { unsafe rd_kafka_event_destroy(event) }

        var count = 0
        let results = unsafe rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count)
        var outcomes: [String: TopicCreation.Outcome] = [:]
        for index in 0..<count {
            let result = unsafe results?[index]
            let name = unsafe String(cString: rd_kafka_topic_result_name(result))
            let code = unsafe rd_kafka_topic_result_error(result)
            let reason = unsafe rd_kafka_topic_result_error_string(result).map { unsafe String(cString: $0) }
            outcomes[name] =
                switch code {
                case RD_KAFKA_RESP_ERR_NO_ERROR: .created
                case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS: .exists
                default: .refused(reason: reason ?? code.text)
                }
        }
        return plans.map { TopicCreation(name: $0.name, outcome: outcomes[$0.name] ?? .refused(reason: "no answer")) }
    }

    func settings(_ type: rd_kafka_ResourceType_t, _ name: String) throws(LogError) -> [String: String] {
        var resource = unsafe rd_kafka_ConfigResource_new(type, name)
        defer { unsafe rd_kafka_ConfigResource_destroy(resource) }
        let options = unsafe try options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
        defer { unsafe rd_kafka_AdminOptions_destroy(options) }
        unsafe rd_kafka_DescribeConfigs(client.handle, &resource, 1, options, queue)
        let event = unsafe try answer("settings of '\(name)'")
        defer { unsafe rd_kafka_event_destroy(event) }

        var count = 0
        let results = unsafe rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count)
        guard count == 1, let result = unsafe results?[0] else {
            throw LogError(.fatal, "settings of '\(name)': \(count) answers")
        }
        let code = unsafe rd_kafka_ConfigResource_error(result)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw LogError(code, "settings of '\(name)'") }
        var entryCount = 0
        let entries = unsafe rd_kafka_ConfigResource_configs(result, &entryCount)
        var settings: [String: String] = [:]
        for index in 0..<entryCount {
            let entry = unsafe entries?[index]
            let value = unsafe rd_kafka_ConfigEntry_value(entry).map { unsafe String(cString: $0) }
            settings[unsafe String(cString: rd_kafka_ConfigEntry_name(entry))] = value ?? ""
        }
        return settings
    }

    private func newTopic(_ plan: TopicPlan) throws(LogError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        let topic = unsafe rd_kafka_NewTopic_new(
            plan.name, plan.partitions, plan.replication ?? -1, &reason, reason.count)
        guard let topic = unsafe topic else {
            let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw LogError(.configuration, "topic '\(plan.name)': \(text)")
        }
        for setting in plan.settings { unsafe rd_kafka_NewTopic_set_config(topic, setting.name, setting.value) }
        return unsafe topic
    }

    func options(_ operation: rd_kafka_admin_op_t) throws(LogError) -> OpaquePointer? {
        let options = unsafe rd_kafka_AdminOptions_new(client.handle, operation)
        var reason = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_AdminOptions_set_request_timeout(
            options, Self.timeoutMilliseconds, &reason, reason.count)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw LogError(code, "admin request") }
        return unsafe options
    }

    func answer(_ what: String) throws(LogError) -> OpaquePointer {
        guard let event = unsafe rd_kafka_queue_poll(queue, Self.timeoutMilliseconds + 1_000) else {
            throw client.failure(RD_KAFKA_RESP_ERR__TIMED_OUT, what)
        }
        let code = unsafe rd_kafka_event_error(event)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            let text = unsafe String(cString: rd_kafka_event_error_string(event))
            unsafe rd_kafka_event_destroy(event)
            if code == RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE { throw Self.refusal(client, what, text) }
            throw code.kind == .unavailable ? client.failure(code, what) : LogError(code.kind, "\(what): \(text)")
        }
        return unsafe event
    }
}
