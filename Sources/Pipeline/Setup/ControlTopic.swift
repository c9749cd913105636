import Checksums
import Events
import Log
import Scoring

// A record of topic `control`, little endian; the key is empty.
//
//  0 u64 checksum: XXH3 of all that follows
//  8 u8  kind      0 properties, 1 secret, 2 models, 3 clock, 4 shifts
//  9 …   content   properties  68 bytes, the layout of TimelineProperties
//                  secret      u64 fingerprint of the secret
//                  models      the layout of ModelActivation
//                  clock       i64 time that the operator accepts, ms
//                  shifts      u8 raw topic, then an i64 for each of its partitions
//
// The first record of properties and of the secret counts. All later ones of the same kind are what a second operator wrote
// at the same time, and mean nothing. Each record of models or of the clock takes effect: the consents consumer
// carries it to every partition of the timeline. Of shifts the last record of each raw topic counts, for consumers that start
// after it. A later record that is none of these is passed over, and a dead letter says so.

/// What a timeline is and under which secret its persons are named, as its control topic says.
public struct TimelineIdentity: Equatable, Sendable {
    public var properties: TimelineProperties
    /// Names the secret without telling it; nil until `plainscore secret bind`.
    public var secretFingerprint: UInt64?
    /// Of raw topics that were deleted and made again.
    public var shifts = OffsetShifts()

    public init(properties: TimelineProperties, secretFingerprint: UInt64? = nil) {
        self.properties = properties
        self.secretFingerprint = secretFingerprint
    }
}

/// The coordinates that the first record of each timeline partition carries: the control topic's first record holds
/// the properties.
public let controlPropertiesCoordinates = Coordinates(topic: .control, partition: 0, offset: 0)

/// Reads the identity of the timeline from its control topic.
/// - Throws: `SetupError` naming the command that mends it when there is none or a record is damaged; `LogError`.
///   Complexity: linear in the control topic, which holds a handful of records.
public func readControl<L: Log>(_ log: L, names: TopicNames) throws -> TimelineIdentity {
    let found: ControlRecords
    do {
        found = try readControlRecords(log, names: names)
    } catch let error as LogError where error.kind == .missingTopic {
        throw SetupError(.configuration, "\(error.description): make the timeline with `plainscore topics create`")
    }
    guard let properties = found.properties else {
        throw SetupError(
            .configuration,
            "topic '\(names.raw(.control))' holds no timeline: make it with `plainscore topics create`")
    }
    var identity = TimelineIdentity(properties: properties, secretFingerprint: found.secretFingerprint)
    identity.shifts = found.shifts
    return identity
}

/// One record of the control topic.
public enum ControlRecord: Equatable, Sendable {
    case properties(TimelineProperties)
    case secret(fingerprint: UInt64)
    case models(ModelActivation)
    /// The operator says that it is at least this late, ms.
    case clock(accepted: Int64)
    /// By how much the offsets of a raw topic are moved, by its partitions.
    case shifts(RawTopic, [Int64])

    public func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: UInt64(0))
        switch self {
        case .properties(let properties):
            bytes.append(0)
            properties.encode(into: &bytes)
        case .secret(let fingerprint):
            bytes.append(1)
            bytes.append(littleEndian: fingerprint)
        case .models(let activation):
            bytes.append(2)
            bytes += activation.bytes
        case .clock(let accepted):
            bytes.append(3)
            bytes.append(littleEndian: accepted)
        case .shifts(let topic, let shifts):
            bytes += [4, topic.rawValue]
            for shift in shifts { bytes.append(littleEndian: shift) }
        }
        let checksum = unsafe xxh3(bytes.span.bytes.extracting(8...))
        bytes.store(littleEndian: checksum, at: 0)
        return bytes
    }

    /// nil for a kind that this version does not know.
    init?(_ value: RawSpan) throws {
        guard value.byteCount > 8, value.load(littleEndianAt: 0) == xxh3(value.extracting(8...)) else {
            throw TimelineError.checksum
        }
        var cursor = ByteCursor(value, at: 8)
        switch try cursor.take(UInt8.self) {
        case 0: self = .properties(try TimelineProperties(decoding: &cursor))
        case 1: self = .secret(fingerprint: try cursor.take())
        case 2:
            self = .models(try ModelActivation(value.extracting(9...)))
            return
        case 3:
            let accepted = try cursor.take(Int64.self)
            guard Timestamp.allowed.contains(accepted) else { throw TimelineError.layout("clock") }
            self = .clock(accepted: accepted)
        case 4:
            guard let topic = RawTopic(rawValue: try cursor.take()) else { throw TimelineError.layout("shifts") }
            var shifts: [Int64] = []
            while cursor.remaining > 0 { shifts.append(try cursor.take()) }
            guard shifts.allSatisfy(Coordinates.offsets.contains) else { throw TimelineError.layout("shifts") }
            self = .shifts(topic, shifts)
        default: return nil
        }
        try cursor.finish()
    }
}

/// The first record of properties and of the secret that the control topic holds, and the last shifts of each raw topic.
struct ControlRecords {
    var properties: TimelineProperties?
    var secretFingerprint: UInt64?
    var shifts = OffsetShifts()
}

func readControlRecords<L: Log>(_ log: L, names: TopicNames) throws -> ControlRecords {
    var found = ControlRecords()
    try eachControlRecord(log, names: names) { offset, record in
        switch record {
        case .properties(let properties):
            guard found.properties != nil || offset == controlPropertiesCoordinates.offset else {
                throw SetupError(
                    .configuration, "topic '\(names.raw(.control))' does not begin with the timeline's properties")
            }
            found.properties = found.properties ?? properties
        case .secret(let fingerprint): found.secretFingerprint = found.secretFingerprint ?? fingerprint
        case .shifts(let topic, let shifts):
            for (partition, shift) in shifts.enumerated() { found.shifts[topic, Int32(partition)] = shift }
        case .models, .clock: break
        }
    }
    return found
}

/// The models that were switched to, in their order; those that this program cannot load are left out.
/// - Throws: as `readControl`. Complexity: linear in the control topic.
public func readSwitchedModels<L: Log>(_ log: L, names: TopicNames) throws -> [Models] {
    var switched: [Models] = []
    try eachControlRecord(log, names: names) { _, record in
        if case .models(let activation) = record, let models = try? loadModels(activation) { switched.append(models) }
    }
    return switched
}

/// Hands on the records of kinds that this version knows. A later record that is damaged means nothing: the first is what
/// the timeline stands on.
private func eachControlRecord<L: Log>(
    _ log: L, names: TopicNames, _ body: (_ offset: Int64, ControlRecord) throws -> Void
) throws {
    let topic = names.raw(.control)
    let kept = try log.watermarks(topic: topic, partition: 0)
    guard kept.lowerBound == 0 else {
        throw SetupError(
            .configuration,
            "topic '\(topic)' begins at offset \(kept.lowerBound): what the timeline is has been deleted from it")
    }
    try log.read(topic: topic, partition: 0, range: kept) { batch in
        for entry in batch.entries {
            do {
                if let record = try ControlRecord(batch.value(entry)) { try body(entry.offset, record) }
            } catch let error where !(error is SetupError) {
                guard entry.offset != controlPropertiesCoordinates.offset else {
                    throw SetupError(
                        .configuration, "\(topic)-0@\(entry.offset) is no record of this version: \(error)")
                }
            }
        }
    }
}

/// Appends a record to the control topic and waits until it is there.
func appendControl<L: Log>(_ record: ControlRecord, _ log: L, names: TopicNames) throws(LogError) {
    let writer = try log.writer()
    let value = record.encode()
    let none: [UInt8] = []
    try writer.append(
        try writer.topic(names.raw(.control)), partition: 0, key: unsafe none.span.bytes,
        value: unsafe value.span.bytes)
    try writer.flush(milliseconds: setupWaitMilliseconds)
}

/// How long a step of the set-up waits for the log.
let setupWaitMilliseconds = 30_000
