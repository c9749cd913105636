import Foundation
import TestBroker
import Testing

/// How one logs in where a broker asks for it: SASL/PLAIN, each user's password being the name.
enum Login {
    /// A broker with an authorizer, these users, and one more who may do everything.
    static func brokerSettings(_ users: [String]) -> [String] {
        let module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        let known = (users + [all]).map { "user_\($0)=\"\($0)\"" }.joined(separator: " ")
        return [
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "group.min.session.timeout.ms=1000",
            // The controller's own listener takes the broker beside it, and nobody else.
            "super.users=User:\(all);User:ANONYMOUS",
            "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms=PLAIN", "sasl.mechanism.inter.broker.protocol=PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config=\(module) username=\"\(all)\" password=\"\(all)\" \(known);",
        ]
    }

    /// Writes what librdkafka wants to know to a file.
    static func file(of user: String, in path: String) throws -> String {
        let properties = [
            "security.protocol=sasl_plaintext", "sasl.mechanism=PLAIN", "sasl.username=\(user)",
            "sasl.password=\(user)",
            // Whoever has gone is given up soon, so that the next one need not wait for it.
            "session.timeout.ms=2000", "heartbeat.interval.ms=200",
        ]
        try properties.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }

    fileprivate static let all = "admin"
}

/// `deploy/acls --apply`, and the tool that it calls.
struct AccessRights {
    private let files: TemporaryFolder
    private let options: [String]

    init(_ files: TemporaryFolder, prefix: String) throws {
        self.files = files
        let module = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        let login = [
            "security.protocol=SASL_PLAINTEXT", "sasl.mechanism=PLAIN",
            "sasl.jaas.config=\(module) username=\"\(Login.all)\" password=\"\(Login.all)\";",
        ]
        try login.joined(separator: "\n").write(
            toFile: files.path("admin.properties"), atomically: false, encoding: .utf8)
        options = [
            "--apply", "--bootstrap", try #require(Broker.current).servers, "--prefix", prefix,
            "--command-config", files.path("admin.properties"),
        ]
    }

    /// The words of each call. The tool here writes them down; `run` gives them to Kafka's.
    func commands(_ more: [String]) throws -> [[String]] {
        let (tool, calls) = (files.path("record"), files.path("calls"))
        try "printf '%s\\n' \"$*\" >>'\(calls)'\n".write(toFile: tool, atomically: false, encoding: .utf8)
        try "".write(toFile: calls, atomically: false, encoding: .utf8)
        let script = repository.appendingPathComponent("deploy/acls").path
        try Shell.expect([script] + options + more + ["--kafka-acls", "sh \(tool)"])
        let lines = try String(contentsOfFile: calls, encoding: .utf8).split(separator: "\n")
        return lines.map { $0.split(separator: " ").map(String.init) }
    }

    /// Kafka's own kafka-acls, all calls in one Java: each start of one takes a second.
    func run(_ commands: [[String]]) throws {
        let lines = commands.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
        try lines.write(toFile: files.path("words"), atomically: false, encoding: .utf8)
        let source = """
            import java.nio.file.*;
            class Calls {
                public static void main(String[] files) throws Exception {
                    String[] calls = Files.readString(Path.of(files[0])).split("\\n\\n");
                    java.util.Arrays.stream(calls).parallel()
                        .forEach(call -> org.apache.kafka.tools.AclCommand.main(call.split("\\n")));
                    System.out.println("all done");
                }
            }
            """
        try source.write(toFile: files.path("Calls.java"), atomically: false, encoding: .utf8)
        let home = try #require(Broker.home)
        let said = try Shell.expect(
            "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dlevel=error",
            "-Dlog4j2.configurationFile=\(home)/log4j2.properties", "-cp", "\(home)/lib/*", files.path("Calls.java"),
            files.path("words"))
        try #require(said.contains("all done"), "\(said)")
    }
}
