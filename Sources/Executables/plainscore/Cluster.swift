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
        // A command says itself what went wrong; librdkafka's own lines are for those whose file asks for them. The first
        // property is not the file's.
        let asked = ["log_level", "debug"]
        if !settings.properties.dropFirst().contains(where: { asked.contains($0.name) }) { LibraryLines.take { _ in } }
        names = TopicNames(prefix: arguments.text("prefix") ?? "")
    }

    func log() throws -> KafkaLog { try KafkaLog(settings) }
    func admin() throws -> KafkaAdmin { try KafkaAdmin(settings) }
}
