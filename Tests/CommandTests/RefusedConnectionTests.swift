import Foundation
import TestBroker
import Testing

/// Settings with which no connection can come about are told from a broker that is away: exit code 10, the cause and the
/// mend, without a wait. `AccessTests` has the password.
@Suite(.serialized) struct RefusedConnectionTests {
    /// A broker that answers, or is away, does so well within this; one that is away is waited for 15 s.
    private static let secondsMax = 10.0

    private let files: TemporaryFolder

    init() throws { files = try TemporaryFolder() }

    @Test(.enabled(if: Shell.has("openssl"), "no openssl: no TLS port was tried"))
    func `a TLS port is named to a client without TLS, and a strange certificate to one with it`() throws {
        let server = try TLSServer(files)
        let plain = try lag(server.address, [])
        #expect(plain.contains("this is a TLS port") && plain.contains("security.protocol=ssl"), "\(plain)")
        let strange = try lag(server.address, ["security.protocol=ssl"])
        #expect(strange.contains("certificate is not signed") && strange.contains("ssl.ca.location"), "\(strange)")
    }

    @Test func `a port without TLS is named to a client with TLS`() throws {
        let broker = try EmbeddedBroker()
        let said = try lag(broker.servers, ["security.protocol=ssl"])
        #expect(said.contains("this is a port without TLS"), "\(said)")
        let login = try lag(
            broker.servers,
            ["security.protocol=sasl_ssl", "sasl.mechanism=PLAIN", "sasl.username=a", "sasl.password=b"])
        #expect(login.contains("this is a port without TLS"), "\(login)")
    }

    @Test func `a role says the same in its journal, where the library's lines are entries, too`() throws {
        let broker = try EmbeddedBroker()
        let config = try file(["security.protocol=ssl", "log_level=6"])
        let role = Process()
        role.executableURL = try Program.folder().appendingPathComponent("payments-consumer")
        role.arguments = ["--bootstrap", broker.servers, "--secret", files.path("none"), "--kafka-config", config]
        let output = Pipe()
        role.standardError = output
        try role.run()
        let lines = output.fileHandleForReading.readDataToEndOfFile().split(separator: UInt8(ascii: "\n"))
        role.waitUntilExit()
        #expect(role.terminationStatus == 10)
        let entries = try lines.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
        let events = entries.compactMap { $0["event"] as? String }
        #expect(events.first == "started" && events.last == "failed" && events.contains("kafkaLibrary"), "\(events)")
        let reason = try #require(entries.last?["reason"] as? String)
        #expect(reason.contains("this is a port without TLS"), "\(reason)")
    }

    /// What `lag` says of these properties; it must end with 10, and soon.
    private func lag(_ servers: String, _ properties: [String]) throws -> String {
        let config = try file(properties)
        let start = Date()
        let result = try Program.run(["lag", "--kafka-config", config], bootstrap: servers)
        #expect(result.exitCode == 10, "\(result.errors)")
        #expect(Date().timeIntervalSince(start) < Self.secondsMax)
        return result.errors
    }

    private func file(_ properties: [String]) throws -> String {
        let path = files.path("properties")
        try properties.joined(separator: "\n").write(toFile: path, atomically: false, encoding: .utf8)
        return path
    }
}

/// A port that speaks TLS, with a certificate that nobody has signed.
private final class TLSServer {
    let address: String
    private let process: Process
    private let input = Pipe()

    init(_ files: TemporaryFolder) throws {
        let (key, certificate) = (files.path("key"), files.path("certificate"))
        try Shell.expect(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", key,
            "-out",
            certificate)
        process = Shell.process([
            "openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate,
        ])
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = input  // it ends with its input
        try process.run()
        // `ACCEPT 127.0.0.1:PORT` tells which port the system gave.
        var said = ""
        var port: Substring?
        while port == nil {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "openssl s_server: \(said)")
            said += String(decoding: more, as: UTF8.self)
            port = said.firstMatch(of: /ACCEPT 127\.0\.0\.1:(\d+)\n/)?.output.1
        }
        address = "127.0.0.1:\(port!)"
    }

    deinit { kill(process.processIdentifier, SIGKILL) }
}
