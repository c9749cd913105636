internal import CRDKafka
import Glibc
import Log

/// One librdkafka instance with the handles of its topics.
///
/// It is served from the one thread that uses it: librdkafka's own threads do nothing here but write to the log.
@safe final class Client {
    enum Kind { case consumer, producer }

    let handle: OpaquePointer
    let callbacks: CallbackRecord
    let servers: String
    private(set) var topics: [OpaquePointer] = unsafe []
    /// Whether everything, errors included, arrives in the one queue that its reader polls.
    private var isPolledAsConsumer = false

    /// - Parameters:
    ///   - tuned: what `settings` may override.
    ///   - fixed: what they may not.
    init(
        _ kind: Kind, _ settings: KafkaSettings, tuned: KeyValuePairs<String, String> = [:],
        fixed: KeyValuePairs<String, String> = [:], servesRebalances: Bool = false
    ) throws(LogError) {
        var configuration = unsafe Configuration(rd_kafka_conf_new())
        try configuration.set("bootstrap.servers", settings.servers)
        try configuration.set("client.id", settings.clientID)
        // The default of 10 s would let a group's session end though the broker was back after two.
        try configuration.set("reconnect.backoff.max.ms", "1000")
        for (name, value) in tuned { try configuration.set(name, value) }
        for property in settings.properties {
            if let reason = KafkaSettings.refusal(property.name) { throw LogError(.configuration, reason) }
            try configuration.set(property.name, property.value)
        }
        for (name, value) in fixed { try configuration.set(name, value) }

        let callbacks = CallbackRecord()
        unsafe callbacks.register(in: configuration.pointer, kind, servesRebalances: servesRebalances)
        unsafe handle = try configuration.open(kind)
        self.callbacks = callbacks
        servers = settings.servers
    }

    deinit {
        for index in unsafe topics.indices { unsafe rd_kafka_topic_destroy(topics[index]) }
        unsafe ClientEnd(handle, callbacks).come()
    }

    /// Makes a topic's handle and returns its index in `topics`.
    func addTopic(_ name: String) throws(LogError) -> Int {
        guard let topic = unsafe rd_kafka_topic_new(handle, name, nil) else {
            throw LogError(rd_kafka_last_error(), "topic '\(name)'")
        }
        unsafe topics.append(topic)
        return unsafe topics.count - 1
    }

    /// From now on everything, errors included, arrives in the consumer's queue.
    func pollAsConsumer() {
        unsafe rd_kafka_poll_set_consumer(handle)
        isPolledAsConsumer = true
    }

    /// Serves what the connections said, and waits at most `milliseconds` for it.
    ///
    /// Where everything arrives in the consumer's queue this only waits: `rd_kafka_poll` would find fetched records there,
    /// with which it can do nothing, and ends the process (an assertion in `rd_kafka_q_serve`).
    func serve(milliseconds: Int32) {
        guard isPolledAsConsumer else {
            unsafe rd_kafka_poll(handle, milliseconds)
            return
        }
        if milliseconds > 0 { usleep(UInt32(milliseconds) * 1000) }
    }

    /// The error that ended this client for good, if one did.
    var fatalError: LogError? {
        var reason = [CChar](repeating: 0, count: 512)
        let code = unsafe rd_kafka_fatal_error(handle, &reason, reason.count)
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: bytes, as: UTF8.self)
        switch code.kind {
        case .fenced: return LogError(.fenced, text)
        case .configuration: return LogError(.configuration, text + code.mend)
        default: return LogError(.fatal, text)
        }
    }

    /// An error for `code`; where nobody answered, with what an operator can do about it.
    func failure(_ code: ResponseCode, _ what: String) -> LogError {
        if code == RD_KAFKA_RESP_ERR__FATAL, let fatalError { return fatalError }
        guard code.kind == .unavailable else { return LogError(code, what) }
        if let refusal = refusal(what) { return refusal }
        let detail = callbacks.connectionFault?.text ?? callbacks.lastError ?? code.text
        let question = callbacks.connectionFault?.fault.sentence ?? "is it running?"
        return LogError(.unavailable, "\(what): no broker answers at \(servers): \(question) (\(detail))")
    }

    /// Why the brokers will never take this client's connections, where that is certain. Where librdkafka only supposes it,
    /// the port is asked, which takes at most some seconds.
    func refusal(_ what: String) -> LogError? {
        serve(milliseconds: 0)
        guard let (fault, text) = callbacks.connectionFault, fault.isCertain(at: BrokerAddress(in: text)) else {
            return nil
        }
        return LogError(.configuration, "\(what): \(fault.sentence) (\(text))")
    }
}

/// A configuration until a client takes it over.
@safe private struct Configuration: ~Copyable {
    private(set) var pointer: OpaquePointer?

    init(_ pointer: OpaquePointer?) { unsafe self.pointer = unsafe pointer }

    deinit { if let pointer = unsafe pointer { unsafe rd_kafka_conf_destroy(pointer) } }

    func set(_ name: String, _ value: String) throws(LogError) {
        var reason = [CChar](repeating: 0, count: 512)
        let result = unsafe rd_kafka_conf_set(pointer, name, value, &reason, reason.count)
        guard result == RD_KAFKA_CONF_OK else {
            throw LogError(.configuration, "Kafka property '\(name)': \(Self.text(reason))")
        }
    }

    mutating func open(_ kind: Client.Kind) throws(LogError) -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 512)
        let type = kind == .consumer ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER
        guard let handle = unsafe rd_kafka_new(type, pointer, &reason, reason.count) else {
            throw LogError(.configuration, "Kafka settings: \(Self.text(reason))")
        }
        unsafe pointer = nil  // the client owns it now
        return unsafe handle
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
