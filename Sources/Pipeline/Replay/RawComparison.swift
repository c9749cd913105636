import Checksums
import Events
import Kafka
import Log
import Wire

/// A `RawVerification` on its way.
struct RawComparison {
    let log: KafkaLog
    let names: TopicNames
    let identity: TimelineIdentity
    let keys: PersonKeys
    var report: RawVerification
    /// By topic of the report, then partition.
    var tables: [[RawTable]] = []
    /// Dead letters of raw records that this version accepts: settled when all is read.
    var lettersOfEvents: [(topic: Int, partition: Int, index: Int, hash: UInt64, place: (Int32, Int64))] = []
    /// The least stamp of what dead-letters keeps where it has deleted any.
    var lettersKeptSince: Int64?

    init(
        _ log: KafkaLog, _ names: TopicNames, _ identity: TimelineIdentity, _ keys: PersonKeys, _ only: [RawTopic]
    ) {
        self.log = log
        self.names = names
        self.identity = identity
        self.keys = keys
        report = RawVerification(
            topics: only.map { RawVerification.Topic(topic: $0) }, isPersonCompared: keys.isKnown)
    }

    func reading(_ topic: RawTopic) -> RawReading {
        RawReading(topic: topic, properties: identity.properties, fingerprint: identity.secretFingerprint ?? 0)
    }

    mutating func readRaw(_ committed: RawOffsets, _ progress: (Int) throws -> Void) throws {
        for index in report.topics.indices {
            let topic = report.topics[index].topic
            let reading = reading(topic)
            tables.append(
                try committed.all(of: topic).enumerated().map { partition, end in
                    try RawTable(
                        log, name: names.raw(topic), below: end, partition: Int32(partition),
                        shift: identity.shifts[topic, Int32(partition)], reading, hasher: keys, progress)
                })
            report.topics[index].records = tables[index].reduce(0) {
                $0 + Int64($1.classes.count { $0 != .none && $0 != .passedOver })
            }
        }
    }

    // MARK: - Timeline

    mutating func readTimeline(_ partition: Int32, _ progress: (Int) throws -> Void) throws {
        for topic in tables.indices {
            for raw in tables[topic].indices { tables[topic][raw].lastMet = -1 }
        }
        let kept = try log.watermarks(topic: names.timeline, partition: partition)
        try log.read(topic: names.timeline, partition: partition, range: kept) { batch in
            for entry in batch.entries { take(entry, batch.key(entry), batch.value(entry)) }
            try progress(batch.count)
        }
        try missTicks(of: partition, keptFrom: kept.lowerBound)
    }

    private mutating func take(_ entry: RecordBatch.Entry, _ key: RawSpan, _ value: RawSpan) {
        report.timelineRecords += 1
        let record: TimelineRecord
        do {
            record = try TimelineRecord(key: key, value: value, partition: entry.partition)
        } catch {
            let source = claimDamaged(entry, key, value)
            return differ(.damaged, entry, source, "it is not a timeline record: \(error)", value)
        }
        let source = record.source
        if case .properties = record.content {
            guard source != controlPropertiesCoordinates || entry.offset != 0 else { return }
            return differ(.extra, entry, source, "what the timeline is is said in its first record alone", value)
        }
        guard let topic = report.topics.firstIndex(where: { $0.topic == source.topic }) else { return }
        guard tables[topic].indices.contains(Int(source.partition)), source.offset >= 0 else {
            return differ(.extra, entry, source, "\(source) names a raw partition that there is not", value)
        }
        take(entry, record, value, topic, Int(source.partition))
    }

    private mutating func take(
        _ entry: RecordBatch.Entry, _ record: TimelineRecord, _ value: RawSpan, _ topic: Int, _ raw: Int
    ) {
        let source = record.source
        let isDropped = source.offset <= tables[topic][raw].lastMet
        tables[topic][raw].lastMet = max(tables[topic][raw].lastMet, source.offset)
        let range = tables[topic][raw].range
        guard source.offset >= range.lowerBound else {
            if isDropped { report.repeats += 1 } else { report.topics[topic].rawNotKept += 1 }
            return
        }
        guard source.offset < range.upperBound else {
            tables[topic][raw].greatestAhead = max(tables[topic][raw].greatestAhead, source.offset)
            if isDropped { report.repeats += 1 } else { report.topics[topic].ahead += 1 }
            return
        }
        let index = tables[topic][raw].index(source.offset)
        switch tables[topic][raw].classes[index] {
        case .none: return differ(.extra, entry, source, "\(source) is in no raw topic: no record stands there", value)
        case .passedOver:
            return differ(.extra, entry, source, "the raw record \(source) is one that is not carried", value)
        case .refused: return differ(.extra, entry, source, "the raw record \(source) is one that is refused", value)
        case .event, .tick, .models: break
        }
        let before = tables[topic][raw].place(index)
        tables[topic][raw].found(index, in: entry.partition)
        let isEqual = tables[topic][raw].isEqual(index, RawTable.hash(value, isPersonKnown: keys.isKnown))
        if !isEqual {
            return differ(.altered, entry, source, "it is not what the raw record \(source) says", value)
        }
        if case .event(let person, _) = record.content {
            guard person.partition(of: identity.properties.partitions) == entry.partition else {
                return differ(.altered, entry, source, "it is not in the partition of its person's key", value)
            }
            if let before, before != entry.partition {
                return differ(.repeated, entry, source, "\(source) is in partition \(before) as well", value)
            }
        }
        if before == entry.partition {
            report.repeats += 1
            return
        }
        if isDropped {
            return differ(
                .outOfOrder, entry, source,
                "the fold drops it: a later record of \(source.topic.name)-\(raw) "
                    + "stands before it", value)
        }
        count(record, topic, entry)
    }

    /// The raw record that a damaged one is of, where key and value agree on it: then that one is not missing besides.
    private mutating func claimDamaged(_ entry: RecordBatch.Entry, _ key: RawSpan, _ value: RawSpan) -> Coordinates? {
        guard key.byteCount == TimelineRecord.keyByteCount, value.byteCount >= TimelineRecord.prefixByteCount else {
            return nil
        }
        let source = coordinates(key, topicAt: 0, at: 4)
        guard let source, source == coordinates(value, topicAt: 10, at: 12),
            let topic = report.topics.firstIndex(where: { $0.topic == source.topic }),
            tables[topic].indices.contains(Int(source.partition)),
            tables[topic][Int(source.partition)].range.contains(source.offset)
        else { return source }
        let index = tables[topic][Int(source.partition)].index(source.offset)
        tables[topic][Int(source.partition)].found(index, in: entry.partition)
        return source
    }

    private func coordinates(_ bytes: RawSpan, topicAt: Int, at start: Int) -> Coordinates? {
        RawTopic(rawValue: bytes.load(littleEndianAt: topicAt)).map { topic in
            Coordinates(
                topic: topic, partition: bytes.load(littleEndianAt: start),
                offset: bytes.load(littleEndianAt: start + 4))
        }
    }

    private mutating func count(_ record: TimelineRecord, _ topic: Int, _ entry: RecordBatch.Entry) {
        switch record.content {
        case .event: report.topics[topic].events += 1
        case .models, .clock: if entry.partition == 0 { report.topics[topic].events += 1 }
        case .tick, .properties: if entry.partition == 0 { report.topics[topic].ticks += 1 }
        }
    }

    /// Each tick, and each record of `control`, must have come to every partition.
    private mutating func missTicks(of partition: Int32, keptFrom: Int64) throws {
        for topic in tables.indices {
            for table in tables[topic] {
                for index in table.everywhere where table.place(index) != partition {
                    report.found.add(
                        RecordDifference(
                            .missing, names.timeline, partition, nil, source: table.coordinates(index),
                            "the \(table.topic == .control ? "record" : "tick") \(table.coordinates(index)) is not in "
                                + "this partition"))
                }
            }
        }
    }

    private mutating func differ(
        _ kind: RecordDifference.Kind, _ entry: RecordBatch.Entry, _ source: Coordinates?, _ what: String,
        _ value: RawSpan
    ) {
        report.found.add(
            RecordDifference(
                kind, names.timeline, entry.partition, entry.offset, source: source, what,
                found: report.found.hasRoom ? timelineText(value) : nil))
    }

    // MARK: - What was never met

    /// Raw records that are neither in the timeline nor in dead letters.
    mutating func tellMissing() throws {
        try settleLettersOfEvents()
        for topic in tables.indices {
            for raw in tables[topic].indices {
                let table = tables[topic][raw]
                for (index, kind) in table.classes.enumerated() {
                    switch kind {
                    case .none, .tick, .models, .passedOver: break
                    case .event: if table.place(index) == nil, !table.hasLetter(index) { miss(table, index) }
                    case .refused:
                        if table.hasLetter(index) { break }
                        if let since = lettersKeptSince, table.refusedAt[index]! < since {
                            report.topics[topic].lettersNotKept += 1
                        } else {
                            miss(table, index)
                        }
                    }
                }
            }
        }
    }

    private mutating func miss(_ table: RawTable, _ index: Int) {
        let source = table.coordinates(index)
        report.found.add(
            RecordDifference(
                .missing, names.raw(source.topic), source.partition, source.offset, source: source,
                "it is neither in the timeline nor in dead letters"))
    }

    /// What the timeline holds of raw offsets that the consumers have not committed must stand in the raw topics, too.
    mutating func checkAhead() throws {
        for topic in tables.indices {
            for table in tables[topic] where table.greatestAhead >= 0 {
                let name = names.raw(table.topic)
                let shift = identity.shifts[table.topic, table.partition]
                let end = try log.watermarks(topic: name, partition: table.partition).upperBound + shift
                guard table.greatestAhead >= end else { continue }
                report.found.add(
                    RecordDifference(
                        .missing, name, table.partition, table.greatestAhead,
                        "the timeline holds a record of it, and the topic ends at \(end)"))
            }
        }
    }
}
