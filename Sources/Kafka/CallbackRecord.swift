internal import CRDKafka
import Glibc
import Log

/// What librdkafka's callbacks told.
///
/// All but the log's run on the caller's thread, inside the calls that serve the client's queues, so nothing here is
/// locked.
final class CallbackRecord {
    enum Rebalance: Equatable {
        case assigned([Int32])
        case revoked
        case lost
    }

    /// The newest error of a connection: librdkafka mends them itself.
    private(set) var lastError: String?
    private(set) var errorCount = 0
    /// The newest error that tells of a fault of the settings. Others come between: each address of a name is tried.
    private var faultyError: (fault: ConnectionFault, text: String, at: ContinuousClock.Instant)?

    /// Rebalances that the reader has not yet passed on.
    var rebalances: [Rebalance] = []
    /// Whether a rebalance ends the wait it arrives in. Only for single-message calls: in its batch call librdkafka
    /// 2.0.2 drops the message that follows a yield.
    var yieldsOnRebalance = false

    var deliveries = DeliveryLedger()
    /// Where delivered records stand; nil where nobody has asked for it.
    var offsets: OffsetMemory?

    /// Sets the callbacks that a client of this kind needs. The client keeps `self` alive.
    func register(in configuration: OpaquePointer?, _ kind: Client.Kind, servesRebalances: Bool) {
        unsafe rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        unsafe rd_kafka_conf_set_error_cb(configuration) { _, code, reason, opaque in
            let reason = unsafe reason.map { unsafe String(cString: $0) } ?? ""
            unsafe CallbackRecord.from(opaque).took(ResponseCode(code), reason)
        }
        unsafe rd_kafka_conf_set_log_cb(configuration) { handle, level, facility, text in
            // Called from librdkafka's threads; touches nothing of ours. Left out are two warnings that say what is
            // meant here: the gapless guarantee, and properties of one kind of client in a file for both.
            if let text = unsafe text {
                if unsafe strstr(text, "enable.gapless.guarantee is experimental") != nil { return }
                if unsafe strstr(text, "property and will be ignored by this") != nil { return }
            }
            let isTaken = LibraryLines.give(
                LibraryLines.Line(
                    level: Int(level), facility: unsafe facility.map { unsafe String(cString: $0) } ?? "",
                    text: unsafe text.map { unsafe String(cString: $0) } ?? ""))
            if !isTaken { unsafe rd_kafka_log_print(handle, level, facility, text) }
        }
        if kind == .producer {
            unsafe rd_kafka_conf_set_dr_msg_cb(configuration) { _, message, opaque in
                guard let message = unsafe message else { return }
                unsafe CallbackRecord.from(opaque).took(message)
            }
        }
        if servesRebalances {
            unsafe rd_kafka_conf_set_rebalance_cb(configuration) { handle, code, partitions, opaque in
                unsafe CallbackRecord.from(opaque).took(handle, code, partitions)
            }
        }
    }

    private func took(_ code: ResponseCode, _ reason: String) {
        errorCount += 1
        // "All brokers are down" comes after what has brought them down.
        if code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, lastError != nil { return }
        lastError = reason
        if let fault = ConnectionFault(reason) { faultyError = (fault, reason, .now) }
    }

    /// What is wrong with the settings, as far as connections of late have told, and librdkafka's words for it.
    var connectionFault: (fault: ConnectionFault, text: String)? {
        guard let faultyError, faultyError.at + Self.faultAge > .now else { return nil }
        return (faultyError.fault, faultyError.text)
    }

    /// librdkafka repeats an error after some seconds at the latest; an older one is of another time.
    private static let faultAge = Duration.seconds(30)

    private func took(_ message: UnsafePointer<rd_kafka_message_t>) {
        let ticket = Ticket(UInt(bitPattern: unsafe message.pointee._private))
        let code = unsafe message.pointee.err
        if code == RD_KAFKA_RESP_ERR_NO_ERROR {
            deliveries.delivered(ticket)
            unsafe offsets?.note(message)
        } else {
            let topic = unsafe String(cString: rd_kafka_topic_name(message.pointee.rkt))
            let error = LogError(code, "\(topic)[\(unsafe message.pointee.partition)]")
            deliveries.failed(
                ticket, error.description, error.kind == .configuration ? .configuration : .undelivered,
                isConsequence: code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT)
        }
    }

    private func took(
        _ handle: OpaquePointer?, _ code: ResponseCode,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>?
    ) {
        if code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            let list = unsafe partitions.map {
                unsafe UnsafeBufferPointer(start: $0.pointee.elems, count: Int($0.pointee.cnt))
            }
            unsafe rebalances.append(.assigned(list?.map { unsafe $0.partition } ?? []))
        } else {
            rebalances.append(unsafe rd_kafka_assignment_lost(handle) != 0 ? .lost : .revoked)
        }
        if yieldsOnRebalance { unsafe rd_kafka_yield(handle) }
    }

    private static func from(_ opaque: UnsafeMutableRawPointer?) -> CallbackRecord {
        guard let opaque = unsafe opaque else { preconditionFailure("every client sets its opaque") }
        return unsafe Unmanaged<CallbackRecord>.fromOpaque(opaque).takeUnretainedValue()
    }
}
