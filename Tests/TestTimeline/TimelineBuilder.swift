import Events

/// Timeline records of one partition, made by hand: each event gets the next offset of its raw topic.
public struct TimelineBuilder {
    public struct Record {
        public let key: [UInt8]
        public let value: [UInt8]
    }

    public let partition: Int32
    public let properties: TimelineProperties
    public private(set) var records: [Record] = []
    private var offsets: [UInt8: Int64] = [:]
    /// Of the last record, ms: far ahead of all events, as where history is sent, unless a test moves it.
    public var stamp = day(80_000)

    public init(partition: Int32 = 0, properties: TimelineProperties = .example) {
        self.partition = partition
        self.properties = properties
        append(.properties(properties), from: Coordinates(topic: .control, partition: 0, offset: 0))
    }

    @discardableResult
    public mutating func event(_ event: Event, of person: PersonKey) -> Coordinates {
        let source = next(event.type.topic)
        append(.event(person, event), from: source)
        return source
    }

    /// A tick of every raw consents partition.
    public mutating func tick(_ time: Int64, fingerprint: UInt64 = 7) {
        for partition in 0..<properties.consentPartitions {
            var source = next(.consents)
            source.partition = partition
            append(.tick(time: time, secretFingerprint: fingerprint, properties), from: source)
        }
    }

    /// The record at `index` once more, as a crash and a resend bring it: same value but for the key's random part.
    public mutating func repeated(_ index: Int) throws {
        let first = records[index]
        let record = try TimelineRecord(
            key: unsafe first.key.span.bytes, value: unsafe first.value.span.bytes, partition: partition)
        append(record.content, from: record.source, appendedAt: record.appendedAt, random: UInt64(records.count))
    }

    public mutating func append(
        _ content: TimelineRecord.Content, from source: Coordinates, appendedAt: Int64? = nil, random: UInt64 = 0
    ) {
        stamp += 1
        offsets[source.topic.rawValue] = max(offsets[source.topic.rawValue, default: 0], source.offset + 1)
        var key: [UInt8] = []
        TimelineRecord.key(source: source, random: random, into: &key)
        var value: [UInt8] = []
        TimelineRecord(source: source, appendedAt: appendedAt ?? stamp, content: content)
            .encode(key: unsafe key.span.bytes, partition: partition, into: &value)
        records.append(Record(key: key, value: value))
    }

    private mutating func next(_ topic: RawTopic) -> Coordinates {
        defer { offsets[topic.rawValue, default: 0] += 1 }
        return Coordinates(topic: topic, partition: 0, offset: offsets[topic.rawValue, default: 0])
    }
}

extension TimelineProperties {
    public static let example = TimelineProperties(
        identity: 42, mode: .history, dayOffset: .none, partitions: 1, rawPartitions: [1, 1, 1, 1, 1])
}
