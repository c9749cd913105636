import Events
import Kafka
import Log

/// Something in which a cluster differs from what a timeline needs.
public struct TopicDifference: Equatable, Sendable {
    public var what: String
    /// What to do about it: a command where there is one.
    public var mend: String
}

/// What was found, and how it differs from what must be.
public struct TopicCheck: Sendable {
    /// nil where the topics are there and none says what timeline they are.
    public var identity: TimelineIdentity?
    public var differences: [TopicDifference]
}

/// Every difference between a timeline's topics, settings, records and offsets, its brokers, and what they must be;
/// changes nothing.
/// - Throws: `SetupError` when there is no timeline at all; `LogError`.
public func checkTopics(_ log: KafkaLog, _ admin: KafkaAdmin, names: TopicNames, bootstrap: String) throws -> TopicCheck
{
    let cluster = CheckedCluster(
        names: names, bootstrap: bootstrap, brokers: try admin.brokers(), partitions: try admin.topics(),
        replicas: try admin.replicas())
    var check = TopicCheck(identity: nil, differences: try cluster.brokerDifferences(admin))
    do {
        check.identity = try readControl(log, names: names)
    } catch let error as SetupError where !cluster.ownTopics.isEmpty {
        check.differences.append(try cluster.lostControl(log, error))
        return check
    }
    let properties = check.identity!.properties
    if check.identity!.secretFingerprint == nil {
        check.differences.append(
            TopicDifference(
                what: "the timeline has no secret yet: no consumer can name a person",
                mend: "plainscore secret bind FILE" + cluster.prefixOption))
    }
    for plan in topicPlans(properties, names: names, brokers: cluster.brokers.count) {
        check.differences += try cluster.differences(of: plan, admin)
    }
    check.differences += try cluster.timelineDifferences(log, properties)
    for plan in groupPlans(properties, names: names) where cluster.partitions[plan.topic] == plan.partitions {
        check.differences += try cluster.differences(of: plan, log)
    }
    return check
}

/// What the checks share: the cluster as it is, and how its mends are worded.
struct CheckedCluster {
    let names: TopicNames
    let bootstrap: String
    let brokers: [Int32]
    /// Of every topic of the cluster.
    let partitions: [String: Int32]
    let replicas: [String: Int32]

    var prefixOption: String { names.prefix.isEmpty ? "" : " --prefix \(names.prefix)" }

    var createTopics: String { "plainscore topics create" + prefixOption }

    /// The topics of this prefix that the cluster has, in the order of the records' way.
    var ownTopics: [String] {
        let all =
            RawTopic.events.map(names.raw) + [names.raw(.control), names.timeline, names.scores]
            + Purpose.allCases.map(names.scoreChanges) + [names.deadLetters]
        return all.filter { partitions[$0] != nil }
    }

    /// For what no command can bring back.
    var startAnew: String {
        "nothing brings it back: create another timeline with --prefix, or delete all topics of this one "
            + "(kafka-topics.sh --bootstrap-server \(bootstrap) --delete --topic '\(ownTopics.joined(separator: "|"))') "
            + "and run \(createTopics)"
    }

    /// Where the control topic does not say what the timeline is.
    fileprivate func lostControl(_ log: KafkaLog, _ error: SetupError) throws -> TopicDifference {
        var holdsRecords = false
        for partition in 0..<(partitions[names.timeline] ?? 0) {
            let end = try log.watermarks(topic: names.timeline, partition: partition).upperBound
            holdsRecords = holdsRecords || end > 0
        }
        let isGone = partitions[names.raw(.control)] == nil
        let isEmpty = try isGone || log.watermarks(topic: names.raw(.control), partition: 0) == 0..<0
        // What a set-up leaves that broke off; with records in the timeline it has been more than that.
        guard isEmpty, !holdsRecords else {
            return TopicDifference(
                what: "what the timeline is has been lost: \(error.description)", mend: startAnew)
        }
        return TopicDifference(what: "the set-up of this timeline broke off: \(error.description)", mend: createTopics)
    }
}
