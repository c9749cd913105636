import Kafka
import Testing

/// What librdkafka 2.0.2 says where it cannot connect to a real Kafka, and what comes of it.
@Suite struct ConnectionFaultTests {
    @Test(
        arguments: [
            (
                "sasl_plaintext://b:1/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 307ms in state AUTH_REQ)",
                .password
            ),
            (
                "sasl_plaintext://b:1/bootstrap: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN",
                .mechanism
            ),
            (
                "sasl_plaintext://b:1/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state",
                .mechanism
            ),
            (
                "ssl://b:1/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified",
                .certificate
            ),
            (
                "b:1/bootstrap: Disconnected while requesting ApiVersion: might be caused by incorrect security.protocol configuration (connecting to a SSL listener?)",
                .tlsPort
            ),
            (
                "ssl://b:1/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading (after 5ms)",
                .plainPort
            ),
            (
                "b:1/bootstrap: Disconnected: verify that security.protocol is correctly configured, broker might require SASL authentication",
                .saslPort
            ),
            (
                "ssl://b:1/bootstrap: SSL handshake failed: error:0A00045C:SSL routines::tlsv13 alert certificate required",
                .noTLS
            ),
            ("ssl://b:1/bootstrap: SSL handshake failed: SSL transport error: Connection reset by peer", nil),
            ("b:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)", nil),
            ("b:1/bootstrap: Failed to resolve 'b:1': Name or service not known", nil),
        ] as [(String, ConnectionFault?)])
    func `a fault of the settings is told from what may pass`(text: String, fault: ConnectionFault?) {
        #expect(ConnectionFault(text) == fault)
    }

    @Test func `each fault names what to set`() {
        for fault in ConnectionFault.allCases { #expect(fault.sentence.contains("--kafka-config"), "\(fault)") }
    }
}
