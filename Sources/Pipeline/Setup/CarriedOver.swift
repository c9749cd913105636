import Events
import Log

/// How far raw partitions have been carried over, as the timeline tells.
struct CarriedOver {
    /// The last record of one raw partition.
    struct Last: Equatable {
        /// Of its coordinates.
        var offset: Int64
        /// ms.
        var appendedAt: Int64
    }

    private(set) var last: [RawPartition: Last] = [:]

    /// Reads each timeline partition backwards from its end, in steps that grow, until a record of each wanted raw partition has
    /// been met, and one step further: a consumer that ended in the middle of sending records again leaves a lower offset last.
    /// - Parameter steps: at most so many steps in each partition; nil reads to the beginning where it must.
    /// - Throws: `LogError`, `TimelineError`. Complexity: linear in what is read: the whole timeline where a wanted raw partition
    ///   has no record there.
    init<L: Log>(
        _ log: L, names: TopicNames, _ properties: TimelineProperties, of wanted: Set<RawPartition>, steps: Int? = nil
    ) throws {
        guard !wanted.isEmpty else { return }
        for partition in 0..<properties.partitions {
            let kept = try log.watermarks(topic: names.timeline, partition: partition)
            var met: Set<RawPartition> = []
            var end = kept.upperBound
            var size = Self.firstStep
            var left = steps ?? .max
            while end > kept.lowerBound, left > 0 {
                if met.count == wanted.count { left = 1 }
                let start = max(kept.lowerBound, end - size)
                met.formUnion(try read(log, names.timeline, partition, start..<end, of: wanted))
                end = start
                size *= 4
                left -= 1
            }
        }
    }

    /// Returns the raw partitions of which there are records.
    private mutating func read<L: Log>(
        _ log: L, _ topic: String, _ partition: Int32, _ range: Range<Int64>, of wanted: Set<RawPartition>
    ) throws -> Set<RawPartition> {
        var met: Set<RawPartition> = []
        try log.read(topic: topic, partition: partition, range: range) { batch in
            for entry in batch.entries {
                let record = try TimelineRecord.Prefix(
                    key: batch.key(entry), value: batch.value(entry), partition: partition)
                let raw = RawPartition(record.source)
                guard wanted.contains(raw) else { continue }
                met.insert(raw)
                take(record, of: raw)
            }
        }
        return met
    }

    private mutating func take(_ record: TimelineRecord.Prefix, of raw: RawPartition) {
        guard record.source.offset > last[raw]?.offset ?? -1 else { return }
        last[raw] = Last(offset: record.source.offset, appendedAt: record.appendedAt)
    }

    private static let firstStep: Int64 = 5_000
}

/// How a raw partition stands to what has been carried over from it.
enum RawStanding: Equatable {
    /// Nothing has been carried over.
    case unused
    /// The last record that was carried over is there, or has been deleted with age.
    case continued
    /// Another record stands there, or the partition ends below it: the topic was deleted and made again, or lost its end.
    case madeAgain

    /// Complexity: reads one record at most.
    init<L: Log>(
        _ log: L, names: TopicNames, _ raw: RawPartition, _ shifts: OffsetShifts, _ last: CarriedOver.Last?
    ) throws {
        guard let last else {
            self = .unused
            return
        }
        let kept = try log.watermarks(topic: names.raw(raw.topic), partition: raw.partition)
        let offset = last.offset - shifts[raw.topic, raw.partition]
        guard offset >= 0, offset < kept.upperBound else {
            // Nothing of a topic that was made again has been carried over yet where the shift was said.
            self = offset < 0 ? .unused : .madeAgain
            return
        }
        self = .continued
        guard offset >= kept.lowerBound else { return }
        var stamp: Int64?
        try log.read(topic: names.raw(raw.topic), partition: raw.partition, range: offset..<offset + 1) { batch in
            for entry in batch.entries where entry.offset == offset { stamp = entry.timestamp }
        }
        if stamp != last.appendedAt { self = .madeAgain }
    }
}
