import Events
import Kafka
import Log
import Telemetry
import Wire

/// Sends mended events in place of refused records, each once.
///
/// What was sent is marked by a header of the sent record itself, so no crash comes between sending and marking. It goes
/// to the raw partition of the refused record, wherever the person's key would lead: one read of that partition, from
/// the refused record on, then tells for certain whether it was sent before. Where the partition does not keep all of
/// that any more, it cannot be told, and nothing is sent. Two runs at the same moment can both send: the fold then counts
/// the second one as a duplicate, as it does with any event that is sent again.
public final class LetterResend {
    /// Header of a resent record: the refused one's coordinates, `topic-partition@offset`.
    public static let header = "plainscore.resend-of"
    private static let deliveryMilliseconds = 120_000

    public enum Outcome: Equatable, Sendable {
        case refused(ResendRefusal)
        /// Nothing speaks against it.
        case sendable
        /// By an earlier run.
        case sentBefore(Coordinates)
        case sent(Coordinates)
    }

    /// One event that stands for a refused one.
    public struct Mended {
        public let source: Coordinates
        public let value: [UInt8]
        /// `.sendable` or `.sent` only with a person.
        public fileprivate(set) var outcome: Outcome
        fileprivate var person: Identifier?
    }

    private let log: KafkaLog
    private let names: TopicNames
    private let properties: TimelineProperties
    private let shifts: OffsetShifts
    private let letters: Set<String>
    private var readings: [RawTopic: RawReading] = [:]
    private var places: Set<Coordinates> = []
    /// In the order in which they were added.
    public private(set) var mended: [Mended] = []

    /// - Throws: as `readControl`. Complexity: reads all dead letters; keeps their keys.
    public init(_ log: KafkaLog, names: TopicNames) throws {
        self.log = log
        self.names = names
        let identity = try readControl(log, names: names)
        properties = identity.properties
        shifts = identity.shifts
        var letters: Set<String> = []
        for partition in 0..<(try log.partitionCount(topic: names.deadLetters)) {
            let kept = try log.watermarks(topic: names.deadLetters, partition: partition)
            try log.read(topic: names.deadLetters, partition: partition, range: kept) { batch in
                for entry in batch.entries {
                    unsafe batch.key(entry).withUnsafeBytes { key in
                        _ = unsafe letters.insert(String(decoding: key, as: UTF8.self))
                    }
                }
            }
        }
        self.letters = letters
    }

    /// Checks a mended value as the consumer of its topic will, and that a dead letter has that place.
    public func add(_ source: Coordinates, _ value: [UInt8]) -> Outcome {
        var person: Identifier?
        let refusal = refusal(source, value, &person)
        let outcome = refusal.map { Outcome.refused($0) } ?? .sendable
        if refusal == nil { places.insert(source) }
        mended.append(Mended(source: source, value: value, outcome: outcome, person: person))
        return outcome
    }

    /// Looks for what was sent before. Complexity: one read of each raw partition, from the first refused record on.
    public func findSent() throws { try findSent(from: [:]) { .sentBefore($0) } }

    /// Sends what is `.sendable`, waits until it is delivered and finds its places. Call `findSent` first.
    public func send() throws {
        let sendable = mended.indices.filter { mended[$0].outcome == .sendable }
        if sendable.isEmpty { return }
        let writer = try log.writer()
        var handles: [RawTopic: TopicHandle] = [:]
        var ends: [RawPartition: Int64] = [:]
        for index in sendable {
            let source = mended[index].source
            let raw = RawPartition(source)
            if handles[raw.topic] == nil { handles[raw.topic] = try writer.topic(names.raw(raw.topic)) }
            if ends[raw] == nil {
                ends[raw] = try log.watermarks(topic: names.raw(raw.topic), partition: raw.partition).upperBound
            }
        }
        for index in sendable {
            let source = mended[index].source
            let person = mended[index].person!
            let value = mended[index].value
            try writer.append(
                handles[source.topic]!, partition: source.partition, key: person.span,
                value: unsafe value.span.bytes, headers: [(Self.header, source.description)])
        }
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        try findSent(from: ends) { .sent($0) }
    }

    private func findSent(from starts: [RawPartition: Int64], _ outcome: (Coordinates) -> Outcome) throws {
        var sought: [RawPartition: [String: Int]] = [:]
        for (index, mended) in mended.enumerated() where mended.outcome == .sendable {
            let raw = RawPartition(mended.source)
            sought[raw, default: [:]][mended.source.description] = index
        }
        for (raw, indices) in sought {
            let kept = try log.watermarks(topic: names.raw(raw.topic), partition: raw.partition)
            if starts[raw] == nil {
                // Below what is kept, or beyond the end of a topic that was made again.
                let known = max(1, kept.lowerBound)...max(1, kept.upperBound)
                for index in indices.values where !known.contains(shifts.offset(of: mended[index].source) + 1) {
                    mended[index].outcome = .refused(.notKept)
                }
            }
            let first = indices.values.map { shifts.offset(of: mended[$0].source) + 1 }.min()!
            let range = min(max(starts[raw] ?? first, kept.lowerBound), kept.upperBound)..<kept.upperBound
            let end = try log.readWithHeaders(topic: names.raw(raw.topic), partition: raw.partition, range: range) {
                record in
                // The first one counts: a later one is a run's that began before it was there.
                guard let mark = record.headers[Self.header], let index = indices[mark],
                    mended[index].outcome == .sendable
                else { return }
                mended[index].outcome = outcome(shifts.coordinates(raw.topic, raw.partition, record.offset))
            }
            guard end >= range.upperBound else {
                let place = "\(names.raw(raw.topic))-\(raw.partition)"
                throw LogError(
                    .unavailable,
                    "a producer's open transaction hides the records of \(place) from \(end) on, and with them what was "
                        + "resent: run this again when it has ended; nothing is sent twice")
            }
        }
    }

    private func refusal(_ source: Coordinates, _ value: [UInt8], _ person: inout Identifier?) -> ResendRefusal? {
        guard !places.contains(source) else { return .namedTwice }
        guard letters.contains(source.description) else { return .noLetter(source) }
        let reading =
            readings[source.topic] ?? RawReading(topic: source.topic, properties: properties, fingerprint: 0)
        readings[source.topic] = reading
        do throws(Refusal) {
            let content = try reading.content(
                of: unsafe value.span.bytes, isNull: false, appendedAt: wallMilliseconds(),
                key: { reference in
                    person = reference
                    return PersonKey(high: 0, low: 0)  // nothing is kept under it
                })
            guard case .event = content else { return .tick }
            return nil
        } catch {
            return ResendRefusal(error)
        }
    }
}

/// Why a mended event is not sent, and what to do.
public struct ResendRefusal: Error, Equatable {
    /// As in a dead letter, or `malformedLine`, `namedTwice`, `noLetter`, `notKept`.
    public let reason: String
    public let field: String
    public let mend: String

    public init(reason: String, field: String = "", mend: String) {
        self.reason = reason
        self.field = field
        self.mend = mend
    }

    init(_ refusal: Refusal) {
        self.init(reason: refusal.reason.rawValue, field: refusal.field, mend: refusal.mend)
    }

    static let namedTwice = ResendRefusal(
        reason: "namedTwice", mend: "name each dead letter once: a line before has this place")
    static let tick = ResendRefusal(
        reason: "tickNotAllowed", field: "tick",
        mend: "send ticks with `plainscore produce`: they go to every partition")
    static let notKept = ResendRefusal(
        reason: "notKept",
        mend: "whether it was resent cannot be told, since its raw topic does not keep all from there on: send it with "
            + "`plainscore produce`, its event id keeps it from counting twice")

    static func noLetter(_ source: Coordinates) -> ResendRefusal {
        ResendRefusal(
            reason: "noLetter",
            mend: "name a place that `plainscore dead-letters show` lists: no dead letter is at \(source)")
    }
}
