import Events
import Kafka
import Log
import Scoring
import Snapshots

/// Where every raw record went that the consumers have read (invariant 14).
///
/// ```
/// raw records below the consumers' committed offsets
///   = those in a class of the fold (ticks once, though each partition has them)
///   − of these, records whose offset is not committed yet      (isAhead)
///   + records in the timeline above the aggregator's committed offset (onTheWay)
///   + dead letters of the consumers, once per key
/// ```
public struct Accounting: Sendable {
    public struct Topic: Sendable {
        public let topic: RawTopic
        /// Below the consumer group's committed offsets.
        public internal(set) var read: Int64 = 0
        /// Of these, records that the topic does not keep any more: counted as if offsets had no holes.
        public internal(set) var readNotKept: Int64 = 0
        public internal(set) var refused: Int64 = 0
        /// Of the records read, those in the timeline, ticks once; nil where a snapshot hides which topic they are of.
        public internal(set) var inTimeline: Int64?

        /// Records read less those accounted for; nil as `inTimeline`.
        public var difference: Int64? { inTimeline.map { read - refused - $0 } }
    }

    /// Of all partitions together, up to the aggregator's committed offset: ticks as often as there are partitions.
    public internal(set) var outcomes = Outcomes()
    public internal(set) var partitions: Int32 = 1
    public internal(set) var topics: [Topic] = []
    public internal(set) var eventsAhead: Int64 = 0
    public internal(set) var eventsOnTheWay: Int64 = 0
    /// Ticks ahead and on the way, one for each partition that has them.
    public internal(set) var tickCopiesAhead: Int64 = 0
    public internal(set) var tickCopiesOnTheWay: Int64 = 0
    /// Dead letters that are not kept any more, at most: so many may be missing from `refused`.
    public internal(set) var lettersNotKept: Int64 = 0

    public var read: Int64 { topics.reduce(0) { $0 + $1.read } }
    public var refused: Int64 { topics.reduce(0) { $0 + $1.refused } }
    /// Each tick once. Copies that some partitions lack count as nothing, so they show in `difference`.
    public var ticks: Int64 { tickCopies / Int64(partitions) }

    private var tickCopies: Int64 { Int64(outcomes[.clock]) - tickCopiesAhead + tickCopiesOnTheWay }
    private var events: Int64 {
        Int64(outcomes.total - outcomes[.clock] - outcomes[.control]) - eventsAhead + eventsOnTheWay
    }

    /// Records read less all that is accounted for: 0 where it balances.
    public var difference: Int64 { read - (events + ticks + refused) }

    /// Whether every record read is in a class, apart from dead letters that are not kept any more.
    public var isBalanced: Bool {
        func isCovered(_ difference: Int64) -> Bool { (0...lettersNotKept).contains(difference) }
        return isCovered(difference) && tickCopies.isMultiple(of: Int64(partitions))
            && topics.allSatisfy { $0.difference.map(isCovered) ?? true }
    }
}

extension Accounting {
    /// Counts, changing nothing. With snapshots only what lies above them is folded, and the topics are not told apart.
    /// - Throws: as `CommittedFolds`. Complexity: linear in raw topics and timeline.
    public init(
        _ log: KafkaLog, names: TopicNames, models: Models, snapshots: SnapshotFolder?,
        skipped: (String) -> Void = { _ in }
    ) throws {
        // The consumers' offsets first: all below them is in the timeline or in dead letters by now.
        let committed = try RawOffsets(log, names, readControl(log, names: names).shifts)
        let folds = try CommittedFolds(log, names: names, models: models, snapshots: snapshots)
        partitions = folds.identity.properties.partitions
        topics = RawTopic.events.map { Topic(topic: $0) }
        var seen = SeenInTimeline(committed)
        for partition in folds.partitions {
            seen.isWhole = try countTimeline(partition, folds, log, names, &seen, skipped) && seen.isWhole
        }
        eventsAhead = seen.ahead.events
        tickCopiesAhead = seen.ahead.ticks
        eventsOnTheWay = seen.onTheWay.events
        tickCopiesOnTheWay = seen.onTheWay.ticks
        for index in topics.indices {
            try countRaw(&topics[index], committed, log, names)
            if seen.isWhole {
                let counts = seen.byTopic[index]
                topics[index].inTimeline = counts.events + counts.ticks / Int64(partitions)
            }
        }
        try countLetters(committed, log, names)
    }

    /// False where it began from a snapshot.
    private mutating func countTimeline(
        _ partition: Int32, _ folds: CommittedFolds<KafkaLog>, _ log: KafkaLog, _ names: TopicNames,
        _ seen: inout SeenInTimeline, _ skipped: (String) -> Void
    ) throws -> Bool {
        var folded: UInt64 = 0
        let (fold, start) = try folds.fold(
            partition, accepts: seen.committed.covers,
            observe: { key, value, isRepeat in
                if isRepeat { return }
                folded += 1
                seen.take(try TimelineRecord(key: key, value: value, partition: partition), isFolded: true)
            }, skipped: skipped)
        outcomes = outcomes + fold.outcomes
        guard start > 0 || fold.outcomes.total == folded else {
            throw RoleError.brokenInvariant(
                "\(names.timeline)-\(partition): \(folded) records were folded, and the classes add up to "
                    + "\(fold.outcomes.total)")
        }
        let end = try log.watermarks(topic: names.timeline, partition: partition).upperBound
        var last: [RawPartition: Int64] = [:]
        try log.read(topic: names.timeline, partition: partition, range: fold.nextOffset..<max(end, fold.nextOffset)) {
            batch in
            for entry in batch.entries {
                let record = try TimelineRecord(
                    key: batch.key(entry), value: batch.value(entry), partition: partition)
                let raw = RawPartition(record.source)
                let before = last[raw] ?? fold.lastFolded(of: raw.topic, partition: raw.partition)
                guard record.source.offset > before else { continue }
                last[raw] = record.source.offset
                seen.take(record, isFolded: false)
            }
        }
        return start == 0
    }

    private func countRaw(_ topic: inout Topic, _ committed: RawOffsets, _ log: KafkaLog, _ names: TopicNames) throws {
        let name = names.raw(topic.topic)
        for (partition, end) in committed.offsets[topic.topic]!.enumerated() {
            let shift = committed.shifts[topic.topic, Int32(partition)]
            let low = min(end, try log.watermarks(topic: name, partition: Int32(partition)).lowerBound + shift)
            topic.readNotKept += low
            topic.read += low
            try log.read(
                topic: name, partition: Int32(partition), range: (low..<end).moved(by: -shift),
                valueBytesMax: RefusedBytes.readMax(of: topic.topic)
            ) { topic.read += Int64($0.count) }
        }
    }

    private mutating func countLetters(_ committed: RawOffsets, _ log: KafkaLog, _ names: TopicNames) throws {
        for partition in 0..<(try log.partitionCount(topic: names.deadLetters)) {
            let (records, keptFrom) = try readRefusedRecords(log, names: names, partition: partition)
            lettersNotKept += keptFrom
            for record in records where !record.isByFold {
                guard let source = record.source, committed.isBelow(source),
                    let index = topics.firstIndex(where: { $0.topic == source.topic })
                else { continue }
                topics[index].refused += 1
            }
        }
    }
}

/// How far each consumer group has come, as offsets of coordinates.
struct RawOffsets {
    let shifts: OffsetShifts
    private(set) var offsets: [RawTopic: [Int64]] = [:]
    /// Of `control`; 0 where its group has none yet.
    let control: Int64

    init(_ log: KafkaLog, _ names: TopicNames, _ shifts: OffsetShifts) throws {
        self.shifts = shifts
        control = try log.committed(group: names.consumerGroup(.control), topic: names.raw(.control)).first?.offset ?? 0
        for topic in RawTopic.events {
            let group = names.consumerGroup(topic)
            offsets[topic] = try log.committed(group: group, topic: names.raw(topic)).map { position in
                guard let offset = position.offset else {
                    throw RoleError.missingOffset(
                        group: group, topic: names.raw(topic), partition: position.partition)
                }
                return offset + shifts[topic, position.partition]
            }
        }
    }

    func all(of topic: RawTopic) -> [Int64] { topic == .control ? [control] : offsets[topic]! }

    func isBelow(_ source: Coordinates) -> Bool {
        guard let offsets = offsets[source.topic], offsets.indices.contains(Int(source.partition)) else { return false }
        return source.offset < offsets[Int(source.partition)]
    }

    /// Whether nothing that a fold has taken in is ahead of these.
    func covers(_ fold: PartitionFold) -> Bool {
        offsets.allSatisfy { topic, offsets in
            offsets.indices.allSatisfy { fold.lastFolded(of: topic, partition: Int32($0)) < offsets[$0] }
        }
    }
}

/// First occurrences in the timeline.
private struct SeenInTimeline {
    struct Count {
        var events: Int64 = 0
        /// One for each partition that has it.
        var ticks: Int64 = 0
    }

    let committed: RawOffsets
    var isWhole = true
    private(set) var ahead = Count()
    private(set) var onTheWay = Count()
    /// In the order of `RawTopic.events`; those that are ahead are left out.
    private(set) var byTopic = RawTopic.events.map { _ in Count() }

    init(_ committed: RawOffsets) { self.committed = committed }

    mutating func take(_ record: TimelineRecord, isFolded: Bool) {
        var count = Count()
        switch record.content {
        case .properties, .models, .clock: return  // of `control`, which has no part in the sums
        case .tick: count.ticks = 1
        case .event: count.events = 1
        }
        guard let topic = RawTopic.events.firstIndex(of: record.source.topic) else { return }
        guard committed.isBelow(record.source) else {
            if isFolded { ahead.add(count) }
            return
        }
        byTopic[topic].add(count)
        if !isFolded { onTheWay.add(count) }
    }
}

extension SeenInTimeline.Count {
    fileprivate mutating func add(_ other: Self) {
        events += other.events
        ticks += other.ticks
    }
}
