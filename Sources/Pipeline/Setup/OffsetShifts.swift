import Events

/// By how much the offsets of raw topics are moved to give the offsets of coordinates.
///
/// ```
/// offset of the coordinates = offset in the raw topic + shift of its partition
/// ```
/// Every shift is 0 until a raw topic has been deleted and made again. Its offsets then begin at 0 once more, and readers drop
/// coordinates that they have seen. So `plainscore topics renew` moves the new offsets behind all that was carried over from
/// the old topic, and says so in `control`. Nothing that reads the timeline needs to know of it.
public struct OffsetShifts: Equatable, Sendable {
    private var shifts: [RawPartition: Int64] = [:]

    public init() {}

    public subscript(topic: RawTopic, partition: Int32) -> Int64 {
        get { shifts[RawPartition(topic: topic, partition: partition), default: 0] }
        set { shifts[RawPartition(topic: topic, partition: partition)] = newValue == 0 ? nil : newValue }
    }

    /// The coordinates of the record at `offset` of a raw partition.
    public func coordinates(_ topic: RawTopic, _ partition: Int32, _ offset: Int64) -> Coordinates {
        Coordinates(topic: topic, partition: partition, offset: offset + self[topic, partition])
    }

    /// The offset in its raw topic; negative where that topic has been deleted since.
    public func offset(of source: Coordinates) -> Int64 { source.offset - self[source.topic, source.partition] }
}

struct RawPartition: Hashable, Sendable {
    let topic: RawTopic
    let partition: Int32

    init(topic: RawTopic, partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    init(_ source: Coordinates) { self.init(topic: source.topic, partition: source.partition) }
}

extension Range<Int64> {
    /// Offsets of a raw partition as those of coordinates, or back by the negative shift.
    func moved(by shift: Int64) -> Range<Int64> { lowerBound + shift..<upperBound + shift }
}
