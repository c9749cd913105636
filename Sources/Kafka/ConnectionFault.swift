/// Why a broker does not take a connection, where the settings are the reason: trying again does not help then.
///
/// librdkafka's text is all that tells them apart; what is in no row here may pass by itself. Where the text says "might",
/// the port itself is asked.
package enum ConnectionFault: CaseIterable {
    case password
    case mechanism
    case certificate
    case noTLS
    case tlsPort
    case plainPort
    case saslPort

    /// Parts of librdkafka's texts, of the first row that fits.
    private static let texts: [(part: String, fault: ConnectionFault)] = [
        ("mechanism handshake failed", .mechanism),
        ("SASL authentication error", .password),
        ("SASL authentication failure", .password),
        ("certificate verify failed", .certificate),
        ("Failed to verify broker certificate", .certificate),
        ("did not provide a certificate", .certificate),
        ("connecting to a SSL listener?", .tlsPort),
        ("Invalid response size", .tlsPort),
        ("connecting to a PLAINTEXT broker listener?", .plainPort),
        ("unexpected eof while reading", .plainPort),
        ("wrong version number", .plainPort),
        ("might require SASL authentication", .saslPort),
        ("SSL routines:", .noTLS),  // an alert of the broker's, such as: certificate required
    ]

    /// nil where it may pass by itself.
    package init?(_ text: String) {
        guard let row = Self.texts.first(where: { text.contains($0.part) }) else { return nil }
        self = row.fault
    }

    /// Whether the fault is there for sure. A broker, or what stands before it, also breaks off a connection while it stops
    /// or starts: so what librdkafka takes for the wrong kind of port is asked of the port at `address`.
    func isCertain(at address: BrokerAddress?) -> Bool {
        switch self {
        case .password, .mechanism, .certificate, .noTLS: true
        case .tlsPort: address?.speaks(.tls) == true
        case .plainPort: address?.speaks(.plain) == true
        case .saslPort: false
        }
    }

    /// What is wrong, and the mend.
    package var sentence: String {
        switch self {
        case .password:
            "the broker refuses this user or password: see sasl.username and sasl.password in the file of --kafka-config"
        case .mechanism:
            "the broker does not take this SASL mechanism on this port: see sasl.mechanism in the file of --kafka-config; "
                + "a port without SASL takes security.protocol=plaintext or ssl"
        case .certificate:
            "the broker's certificate is not signed by an authority that this client trusts: give its certificate as "
                + "ssl.ca.location in the file of --kafka-config"
        case .noTLS:
            "TLS with the broker does not come about: see the ssl.* settings in the file of --kafka-config"
        case .tlsPort:
            "this is a TLS port, and the client speaks without TLS: set security.protocol=ssl, or sasl_ssl, in the file of "
                + "--kafka-config"
        case .plainPort:
            "this is a port without TLS, and the client speaks TLS: give the TLS port, or set security.protocol=plaintext, or "
                + "sasl_plaintext, in the file of --kafka-config"
        case .saslPort:
            "the broker breaks the connection off: does this port want a login? Set security.protocol=sasl_plaintext, or "
                + "sasl_ssl, sasl.mechanism, sasl.username and sasl.password in the file of --kafka-config"
        }
    }
}
