import Foundation
import Kafka
import Log
import TestBroker
import Testing

/// Everything that needs a real broker: one is brought up for all of it, and the tests run one after the other.
@Suite(.serialized, BrokerTrait(), .realBroker)
struct OnARealBroker {}

extension Broker {
    static func settings(_ properties: KafkaSettings.Property...) throws -> KafkaSettings {
        let broker = try #require(current)
        return KafkaSettings(servers: broker.servers, properties: properties)
    }

    /// A log and a new topic of `partitions` in it.
    static func log(partitions: Int32, _ properties: KafkaSettings.Property...) throws -> (log: KafkaLog, topic: String)
    {
        let broker = try #require(current)
        let settings = KafkaSettings(servers: broker.servers, properties: properties)
        let topic = "topic-" + UUID().uuidString
        let outcome = try KafkaAdmin(settings).create([TopicPlan(name: topic, partitions: partitions)])
        try #require(outcome == [TopicCreation(name: topic, outcome: .created)])
        return (try KafkaLog(settings), topic)
    }
}

/// Deletes the records of partition 0 below `offset`, as retention does.
func deleteRecords(_ topic: String, below offset: Int64) throws {
    let broker = try #require(Broker.current)
    let file = broker.folder + "/delete-\(topic).json"
    let plan = "{\"partitions\":[{\"topic\":\"\(topic)\",\"partition\":0,\"offset\":\(offset)}],\"version\":1}"
    try plan.write(toFile: file, atomically: true, encoding: .utf8)
    try Broker.kafka("tool", "delete-records", "--bootstrap-server", broker.servers, "--offset-json-file", file)
}
