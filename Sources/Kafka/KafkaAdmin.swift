internal import CRDKafka
import Log

/// An operator's view of a cluster: topics, their settings, and the offsets of groups. Each call waits at most 15 s
/// (commits 30 s) and then throws `.unavailable`.
public final class KafkaAdmin {
    private let settings: KafkaSettings
    private let cluster: Cluster

    var client: Client { cluster.client }

    /// - Throws: `.configuration`, naming the property, when librdkafka does not take a setting. Connects later.
    public init(_ settings: KafkaSettings) throws(LogError) {
        self.settings = settings
        cluster = try Cluster(settings)
    }

    /// Brokers that the cluster has now.
    public func brokerCount() throws(LogError) -> Int {
        try cluster.everything().brokers.count
    }

    /// The partitions of each topic, the cluster's internal ones included.
    public func topics() throws(LogError) -> [String: Int32] {
        var topics: [String: Int32] = [:]
        for topic in try cluster.everything().topics where topic.partitions > 0 {
            topics[topic.name] = topic.partitions
        }
        return topics
    }

    /// Creates topics; the answers stand in the order of `plans`. One that exists is left as it is.
    /// - Throws: only what kept the whole request from an answer.
    public func create(_ plans: [TopicPlan]) throws(LogError) -> [TopicCreation] {
        let creations = try requestOfController("creation of topics").create(plans)
        // The controller has made them; a broker that is asked next may not have heard of it.
        for creation in creations where creation.outcome == .created {
            _ = try cluster.partitionCount(topic: creation.name, madeJustNow: true)
        }
        return creations
    }

    /// The settings in force for a topic, defaults included (sensitive values are empty).
    public func settings(ofTopic name: String) throws(LogError) -> [String: String] {
        try requestOfController("settings of '\(name)'").settings(RD_KAFKA_RESOURCE_TOPIC, name)
    }

    /// Copies of each topic: of the partition that has the fewest.
    public func replicas() throws(LogError) -> [String: Int32] {
        var replicas: [String: Int32] = [:]
        for topic in try cluster.everything().topics where topic.partitions > 0 {
            replicas[topic.name] = topic.replicas
        }
        return replicas
    }

    /// The numbers of the brokers that the cluster has now, in order.
    public func brokers() throws(LogError) -> [Int32] { try cluster.everything().brokers.sorted() }

    /// The settings of one broker, such as `offsets.retention.minutes`.
    public func settings(ofBroker number: Int32) throws(LogError) -> [String: String] {
        try AdminRequest(cluster.client).settings(RD_KAFKA_RESOURCE_BROKER, "\(number)")
    }

    private func requestOfController(_ what: String) throws(LogError) -> AdminRequest {
        let request = AdminRequest(cluster.client)
        // A cluster that has just started names its controller a moment later.
        let deadline = Deadline(milliseconds: Self.controllerMilliseconds)
        while !request.hasController(among: try cluster.everything().brokers) {
            guard !deadline.hasPassed else { throw request.withoutController(what) }
            cluster.wait(milliseconds: deadline.remaining(most: 100))
        }
        return request
    }

    private static let controllerMilliseconds = 3_000

    /// Commits offsets with metadata for a group that has no members; those that are nil are left out.
    /// - Throws: `.fenced` when the group has members.
    public func commit(group: String, topic: String, offsets: [CommittedOffset]) throws(LogError) {
        let client = try Client(outsideGroup: group, settings)
        try client.commit(topic: topic, offsets, within: 30_000)
    }
}

/// A topic to be made.
public struct TopicPlan: Equatable, Sendable {
    public var name: String
    public var partitions: Int32
    /// Copies; nil leaves it to the brokers' default.
    public var replication: Int32?
    /// Topic settings such as `cleanup.policy`.
    public var settings: [KafkaSettings.Property]

    public init(
        name: String, partitions: Int32, replication: Int32? = nil, settings: [KafkaSettings.Property] = []
    ) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.settings = settings
    }
}

/// What became of a topic plan.
public struct TopicCreation: Equatable, Sendable {
    public enum Outcome: Equatable, Sendable {
        case created
        case exists
        case refused(reason: String)
    }

    public var name: String
    public var outcome: Outcome

    public init(name: String, outcome: Outcome) {
        self.name = name
        self.outcome = outcome
    }
}
