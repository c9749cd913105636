import Commands
import Kafka
import Pipeline

/// The cluster and the set of topics that the global options name.
struct Cluster {
    let settings: KafkaSettings
    let names: TopicNames
    var bootstrap: String { settings.servers }

    /// - Throws: as `Arguments.kafkaSettings`.
    init(_ arguments: Arguments) throws {
        settings = try arguments.kafkaSettings(clientID: "plainscore")
        names = TopicNames(prefix: arguments.text("prefix") ?? "")
    }

    func log() throws -> KafkaLog { try KafkaLog(settings) }
    func admin() throws -> KafkaAdmin { try KafkaAdmin(settings) }
}
