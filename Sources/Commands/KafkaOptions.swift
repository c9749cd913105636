import Glibc
import Kafka
import Log

extension Arguments {
    /// Where the brokers are and how to talk to them, as `Option.global` and the environment say.
    ///
    /// librdkafka prints its errors only, unless the file sets `log_level`: a program says itself what went wrong.
    /// - Throws: `UsageError` when nothing says where the brokers are; `LogError` of kind `.configuration` on the file.
    public func kafkaSettings(clientID: String) throws -> KafkaSettings {
        let environment = unsafe getenv("PLAINSCORE_BOOTSTRAP").map { unsafe String(cString: $0) }
        let given = text("bootstrap") ?? environment.flatMap { $0.isEmpty ? nil : $0 }
        let quiet = KafkaSettings.Property("log_level", "3")
        if let file = text("kafka-config") {
            var settings = try KafkaSettings(servers: given, clientID: clientID, file: file)
            settings.properties.insert(quiet, at: 0)
            return settings
        }
        guard let given else {
            throw UsageError("say where the brokers are: --bootstrap HOST:PORT, or PLAINSCORE_BOOTSTRAP", command)
        }
        return KafkaSettings(servers: given, clientID: clientID, properties: [quiet])
    }
}
