import Glibc
import Log

/// Where the brokers are and how to talk to them.
///
/// Everything on which correctness rests (idempotence, isolation, what happens to offsets) is set by this module and
/// cannot be set here; the rest of librdkafka's properties can: TLS, SASL, sizes, time-outs.
public struct KafkaSettings: Equatable, Sendable {
    /// One librdkafka property.
    public struct Property: Equatable, Sendable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// `host:port`, more than one parted by commas.
    public var servers: String
    /// What the brokers' logs, quotas and metrics call this process.
    public var clientID: String
    /// Further properties, applied in order.
    public var properties: [Property]

    public init(servers: String, clientID: String = "plainscore", properties: [Property] = []) {
        self.servers = servers
        self.clientID = clientID
        self.properties = properties
    }

    /// Settings with the properties of the file at `path`.
    ///
    /// `servers` and `clientID` given here come before the file's `bootstrap.servers` and `client.id`.
    /// - Throws: `.configuration`, naming file and line, when the file cannot be read or a line is no property, or
    ///   when neither side says where the brokers are.
    public init(servers: String? = nil, clientID: String? = nil, file path: String) throws(LogError) {
        var properties = try Self.properties(in: Self.text(of: path), file: path)
        let fileServers = properties.last { $0.name == "bootstrap.servers" }?.value
        let fileID = properties.last { $0.name == "client.id" }?.value
        properties.removeAll { $0.name == "bootstrap.servers" || $0.name == "client.id" }
        guard let chosen = servers ?? fileServers, !chosen.isEmpty else {
            throw LogError(.configuration, "\(path): no bootstrap.servers, and none given otherwise")
        }
        self.init(servers: chosen, clientID: clientID ?? fileID ?? "plainscore", properties: properties)
    }

    /// The properties of a text of `key=value` lines; empty lines and lines that begin with `#` are passed over.
    ///
    /// Space around key and value does not count. `file` is what errors call the text.
    /// - Throws: `.configuration`, naming file and line.
    public static func properties(in text: String, file: String) throws(LogError) -> [Property] {
        var properties: [Property] = []
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = trimmed(line)
            if content.isEmpty || content.first == "#" { continue }
            guard let equals = content.firstIndex(of: "="), equals > content.startIndex else {
                throw LogError(.configuration, "\(file):\(number): expected key=value")
            }
            let name = String(trimmed(content[..<equals]))
            let value = String(trimmed(content[content.index(after: equals)...]))
            if let reason = refusal(name) { throw LogError(.configuration, "\(file):\(number): \(reason)") }
            properties.append(Property(name, value))
        }
        return properties
    }

    /// Why a property cannot be set from outside; nil where it can.
    static func refusal(_ name: String) -> String? {
        reserved.contains(name) ? "the Kafka property '\(name)' is set by Plainscore and cannot be changed" : nil
    }

    /// Each of these would break an invariant of the roles, or is decided by the role.
    private static let reserved: Set<String> = [
        "group.id", "group.instance.id", "group.protocol.type", "client.rack", "partition.assignment.strategy",
        "enable.auto.commit", "auto.commit.enable", "enable.auto.offset.store", "offset.store.method",
        "auto.offset.reset", "isolation.level", "check.crcs", "enable.partition.eof",
        "enable.idempotence", "enable.gapless.guarantee", "acks", "request.required.acks", "transactional.id",
        "partitioner", "message.timeout.ms", "delivery.timeout.ms", "delivery.report.only.error",
        "max.in.flight", "max.in.flight.requests.per.connection", "retries", "message.send.max.retries",
        "queuing.strategy", "dr_cb", "dr_msg_cb", "rebalance_cb", "error_cb", "opaque", "default_topic_conf",
    ]

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }

    private static func text(of path: String) throws(LogError) -> String {
        guard let file = unsafe fopen(path, "rb") else {
            throw LogError(.configuration, "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe fread(&block, 1, block.count, file)
            if count == 0 { break }
            bytes.append(contentsOf: block[..<count])
        }
        guard unsafe ferror(file) == 0, let text = String(validating: bytes, as: UTF8.self) else {
            throw LogError(.configuration, "\(path): not a readable UTF-8 text")
        }
        return text
    }
}
