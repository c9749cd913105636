import Checksums

/// One record of the timeline: what happened, to whom, and where it was first written down.
///
/// ```
/// value   offset  bytes
///         0       u64   checksum: XXH3 of the key, seeded with the XXH3 of value[8...] that is seeded with the partition
///         8       u8    format version, 1
///         9       u8    kind: 0 properties, 1 tick, 2 models, 3 clock, else EventType
///         10      u8    raw topic (RawTopic)
///         11      u8    0
///         12      i32   raw partition
///         16      i64   raw offset
///         24      i64   append stamp of the raw record, ms
///         32      …     content
/// key     0       u8    raw topic, 3 × u8 0, i32 raw partition, i64 raw offset
///         16      u64   random per assignment; the fold never reads it
/// ```
/// No two records share a key, so compaction removes only what a stub overwrites. Integers are little endian.
public struct TimelineRecord: Equatable, Sendable {
    public var source: Coordinates
    /// `LogAppendTime` of the raw record, ms.
    public var appendedAt: Int64
    public var content: Content

    public enum Content: Equatable, Sendable {
        case properties(TimelineProperties)
        /// `time`: the broker's stamp, or in a history timeline what the tick states. The fingerprint names the secret.
        case tick(time: Int64, secretFingerprint: UInt64, TimelineProperties)
        case event(PersonKey, Event)
        /// Other models take effect; carried to every partition.
        case models(ModelActivation)
        /// The operator says that it is at least this late, ms; carried to every partition.
        case clock(accepted: Int64)
    }

    public static let prefixByteCount = 32
    /// Where the event begins in the value of an event's record: behind prefix and person.
    public static let eventStart = prefixByteCount + 16
    public static let keyByteCount = 24
    public static let formatVersion: UInt8 = 1

    /// - Parameter appendedAt: within `Timestamp.allowed`, as a `RecordBatch` holds each stamp (trapped otherwise).
    public init(source: Coordinates, appendedAt: Int64, content: Content) {
        precondition(Timestamp.allowed.contains(appendedAt))
        self.source = source
        self.appendedAt = appendedAt
        self.content = content
    }
}

public enum TimelineError: Error, Equatable {
    case checksum
    case format(UInt8)
    /// What was being read when the bytes made no sense.
    case layout(String)
}

// MARK: - Writing

extension TimelineRecord {
    /// The record's key; `random` is drawn once per assignment.
    public static func key(source: Coordinates, random: UInt64, into bytes: inout [UInt8]) {
        bytes.append(bytes: [source.topic.rawValue, 0, 0, 0])
        bytes.append(littleEndian: source.partition)
        bytes.append(littleEndian: source.offset)
        bytes.append(littleEndian: random)
    }

    /// Appends the value for the record that will stand in timeline partition `partition` under `key`.
    public func encode(key: RawSpan, partition: Int32, into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(littleEndian: UInt64(0))
        bytes.append(bytes: [Self.formatVersion, kind, source.topic.rawValue, 0])
        bytes.append(littleEndian: source.partition)
        bytes.append(littleEndian: source.offset)
        bytes.append(littleEndian: appendedAt)
        switch content {
        case .properties(let properties):
            properties.encode(into: &bytes)
        case .tick(let time, let secretFingerprint, let properties):
            bytes.append(littleEndian: time)
            bytes.append(littleEndian: secretFingerprint)
            properties.encode(into: &bytes)
        case .event(let person, let event):
            bytes.append(littleEndian: person.high)
            bytes.append(littleEndian: person.low)
            event.encode(into: &bytes)
        case .models(let activation): bytes += activation.bytes
        case .clock(let accepted): bytes.append(littleEndian: accepted)
        }
        let checksum = unsafe Self.checksum(
            key: key, value: bytes.span.bytes.extracting(start...), partition: partition)
        bytes.store(littleEndian: checksum, at: start)
    }

    private var kind: UInt8 {
        switch content {
        case .properties: 0
        case .tick: 1
        case .models: 2
        case .clock: 3
        case .event(_, let event): event.type.rawValue
        }
    }

    private static func checksum(key: RawSpan, value: RawSpan, partition: Int32) -> UInt64 {
        let ofValue = xxh3(value.extracting(8...), seed: UInt64(UInt32(bitPattern: partition)))
        return xxh3(key, seed: ofValue)
    }
}

// MARK: - Reading

extension TimelineRecord {
    /// What comes before the content of a record whose checksum holds.
    public struct Prefix: Equatable, Sendable {
        public enum Kind: Equatable, Sendable {
            case properties
            case tick
            case models
            case clock
            case event(EventType)
        }
        public var kind: Kind
        public var source: Coordinates
        public var appendedAt: Int64

        /// Checks the record of timeline partition `partition` and reads its prefix; content begins after
        /// `prefixByteCount`.
        public init(key: RawSpan, value: RawSpan, partition: Int32) throws {
            guard value.byteCount >= TimelineRecord.prefixByteCount else { throw TimelineError.layout("prefix") }
            guard value.load(littleEndianAt: 0) == TimelineRecord.checksum(key: key, value: value, partition: partition)
            else { throw TimelineError.checksum }
            var cursor = ByteCursor(value, at: 8)
            let version = try cursor.take(UInt8.self)
            guard version == TimelineRecord.formatVersion else { throw TimelineError.format(version) }
            let code = try cursor.take(UInt8.self)
            guard let topic = RawTopic(rawValue: try cursor.take()), try cursor.take(UInt8.self) == 0 else {
                throw TimelineError.layout("prefix")
            }
            source = Coordinates(topic: topic, partition: try cursor.take(), offset: try cursor.take())
            appendedAt = try cursor.take()
            guard source.partition >= 0, Coordinates.offsets.contains(source.offset),
                Timestamp.allowed.contains(appendedAt)
            else {
                throw TimelineError.layout("prefix")
            }
            switch code {
            case 0: kind = .properties
            case 1: kind = .tick
            case 2: kind = .models
            case 3: kind = .clock
            default:
                guard let type = EventType(rawValue: code) else { throw TimelineError.layout("kind \(code)") }
                kind = .event(type)
            }
        }
    }

    /// Reads a record of timeline partition `partition`. Everything is checked: checksum, version, every field's range.
    public init(key: RawSpan, value: RawSpan, partition: Int32) throws {
        let prefix = try Prefix(key: key, value: value, partition: partition)
        source = prefix.source
        appendedAt = prefix.appendedAt
        switch prefix.kind {
        case .properties: content = .properties(try Self.properties(in: value))
        case .tick:
            let (time, secretFingerprint, properties) = try Self.tick(in: value)
            content = .tick(time: time, secretFingerprint: secretFingerprint, properties)
        case .models: content = .models(try Self.models(in: value))
        case .clock: content = .clock(accepted: try Self.acceptedClock(in: value))
        case .event(let type): content = .event(try Self.person(in: value), try Self.event(type, in: value))
        }
    }

    /// The content of a record of properties.
    public static func properties(in value: RawSpan) throws -> TimelineProperties {
        var cursor = ByteCursor(value, at: prefixByteCount)
        let properties = try TimelineProperties(decoding: &cursor)
        try cursor.finish()
        return properties
    }

    /// The content of a tick.
    public static func tick(in value: RawSpan) throws
        -> (time: Int64, secretFingerprint: UInt64, properties: TimelineProperties)
    {
        var cursor = ByteCursor(value, at: prefixByteCount)
        let time = try cursor.take(Int64.self)
        let secretFingerprint = try cursor.take(UInt64.self)
        let properties = try TimelineProperties(decoding: &cursor)
        try cursor.finish()
        guard Timestamp.allowed.contains(time) else { throw TimelineError.layout("tick") }
        return (time, secretFingerprint, properties)
    }

    /// The content of a record of models.
    public static func models(in value: RawSpan) throws -> ModelActivation {
        try ModelActivation(value.extracting(prefixByteCount...))
    }

    /// The time that the operator accepts, ms.
    public static func acceptedClock(in value: RawSpan) throws -> Int64 {
        var cursor = ByteCursor(value, at: prefixByteCount)
        let accepted = try cursor.take(Int64.self)
        try cursor.finish()
        guard Timestamp.allowed.contains(accepted) else { throw TimelineError.layout("clock") }
        return accepted
    }

    /// Whose event it is.
    public static func person(in value: RawSpan) throws -> PersonKey {
        var cursor = ByteCursor(value, at: prefixByteCount)
        return PersonKey(high: try cursor.take(), low: try cursor.take())
    }

    /// Whose event a record seems to hold, and under which identity, before anything is checked: to fetch state ahead of
    /// time. nil for other records.
    public static func glance(at value: RawSpan) -> (person: PersonKey, identity: UInt64)? {
        guard value.byteCount > eventStart, let type = EventType(rawValue: value.load(littleEndianAt: 9)) else {
            return nil
        }
        let person = PersonKey(
            high: value.load(littleEndianAt: prefixByteCount), low: value.load(littleEndianAt: prefixByteCount + 8))
        return (person, Event.uncheckedIdentity(in: value.extracting(eventStart...), type: type, of: person))
    }

    /// The event of a record of that type.
    public static func event(_ type: EventType, in value: RawSpan) throws -> Event {
        guard value.byteCount >= eventStart else { throw TruncatedBytes(offset: value.byteCount) }
        return try Event(decoding: value.extracting(eventStart...), type: type)
    }
}
