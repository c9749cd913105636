import Events
import Kafka
import Log

/// Something in which a cluster differs from what a timeline needs.
public struct TopicDifference: Equatable, Sendable {
    public var finding: TopicFinding
    /// With what differs filled in.
    public var advice: Advice
}

/// What was found, and how it differs from what must be.
public struct TopicCheck: Sendable {
    /// nil where the topics are there and none says what timeline they are.
    public var identity: TimelineIdentity?
    public var differences: [TopicDifference]
}

/// Every difference between a timeline's topics, settings, records and offsets, its brokers, and what they must be;
/// changes nothing.
/// - Throws: `SetupError` when there is no timeline at all; `LogError`. Complexity: the last records of the timeline; where a
///   group has lost its place, as `CarriedOver` and `ResultPlaces`.
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
    let identity = check.identity!
    if identity.secretFingerprint == nil { check.differences.append(cluster.difference(.noSecret)) }
    let plans = topicPlans(identity.properties, names: names, brokers: cluster.brokers.count)
    for plan in plans { check.differences += try cluster.differences(of: plan, admin, log) }
    check.differences += try cluster.timelineDifferences(log, identity.properties)
    check.differences += try cluster.consumerDifferences(log, identity)
    check.differences += try cluster.resultDifferences(log, identity.properties)
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

    /// What was found, with these words filled in beside those that are the same everywhere.
    func difference(_ finding: TopicFinding, _ values: [String: String] = [:]) -> TopicDifference {
        let shared = [
            "bootstrap": bootstrap, "prefix": names.prefix.isEmpty ? "" : " --prefix \(names.prefix)",
            "another": "another-\(names.prefix)", "timeline": names.timeline, "model": "",
        ]
        return TopicDifference(
            finding: finding, advice: finding.advice.filled(shared.merging(values) { $1 }))
    }

    /// The topics of this prefix that the cluster has, in the order of the records' way.
    var ownTopics: [String] {
        let all =
            RawTopic.events.map(names.raw) + [names.raw(.control), names.timeline, names.scores]
            + Purpose.allCases.map(names.scoreChanges) + [names.deadLetters]
        return all.filter { partitions[$0] != nil }
    }

    var outputs: [String] { Purpose.allCases.map(names.scoreChanges) + [names.deadLetters] }

    /// The raw topic of that name.
    func raw(_ name: String) -> RawTopic? { RawTopic.events.first { names.raw($0) == name } }

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
        return difference(isEmpty && !holdsRecords ? .setUpBrokeOff : .controlLost, ["error": error.description])
    }
}
