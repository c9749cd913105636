import Foundation
import Kafka
import Log
import Testing

@Suite struct Settings {
    @Test func `a properties file is read line by line`() throws {
        let text = """
            # where
            bootstrap.servers = one:9092,two:9092

            security.protocol=SASL_SSL
              sasl.password=a=b#c
            """
        let path = try write(text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let settings = try KafkaSettings(file: path)
        #expect(settings.servers == "one:9092,two:9092")
        #expect(settings.clientID == "plainscore")
        #expect(settings.properties == [.init("security.protocol", "SASL_SSL"), .init("sasl.password", "a=b#c")])
        #expect(try KafkaSettings(servers: "three:1", file: path).servers == "three:1")
    }

    @Test(arguments: [
        ("a=b\nno property", "f:2: expected key=value"),
        ("\n\n=b", "f:3: expected key=value"),
        ("acks=1", "f:1: the Kafka property 'acks' is set by Plainscore"),
        ("a=b\r\n\r\ngroup.id=x", "f:3: the Kafka property 'group.id' is set by Plainscore"),
    ])
    func `an error names file and line`(text: String, message: String) throws {
        let error = #expect(throws: LogError.self) { try KafkaSettings.properties(in: text, file: "f") }
        #expect(error?.kind == .configuration)
        #expect(error?.description.hasPrefix(message) == true)
    }

    @Test func `a file that is not there, and one without servers, are said`() throws {
        let missing = #expect(throws: LogError.self) { try KafkaSettings(file: "/nowhere/kafka.properties") }
        #expect(missing?.description == "/nowhere/kafka.properties: No such file or directory")
        let path = try write("linger.ms=1")
        defer { try? FileManager.default.removeItem(atPath: path) }
        let error = #expect(throws: LogError.self) { try KafkaSettings(file: path) }
        #expect(error?.description == "\(path): no bootstrap.servers, and none given otherwise")
    }

    @Test(arguments: [
        ("no.such.property", "1"), ("session.timeout.ms", "soon"), ("isolation.level", "read_uncommitted"),
    ])
    func `a property that librdkafka does not take, or must not, is named`(name: String, value: String) throws {
        let settings = KafkaSettings(servers: "localhost:1", properties: [.init(name, value)])
        let error = #expect(throws: LogError.self) { try KafkaLog(settings) }
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains(name) == true)
    }

    @Test func `where no broker answers, the error says what to do`() throws {
        // A port that was free a moment ago.
        let admin = try KafkaAdmin(
            KafkaSettings(servers: "localhost:1", properties: [.init("log_level", "0")]))
        let start = ContinuousClock.now
        let error = #expect(throws: LogError.self) { try admin.topics() }
        #expect(error?.kind == .unavailable)
        #expect(error?.description.contains("no broker answers at localhost:1: is it running?") == true)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    private func write(_ text: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).properties").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }
}
