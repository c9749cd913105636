import Events
import Log
import Telemetry
import Wire

/// Reads one raw topic and passes on what happened: decode, check, name the person by key, append to the timeline.
///
/// ```
/// raw record ─▶ decode ─▶ check ─▶ key ─▶ timeline (partition of the key), prefix with the raw coordinates
///                  └────────┴─▶ dead-letters: original bytes, coordinates, reason, mend
/// ```
/// Writers are dense and in order from a committed offset: offsets are committed only after all outputs made from the
/// records below them are delivered, and one failed delivery ends the process. That of consents also makes and forwards
/// ticks; that of `control`, which runs beside it (`ConsentsConsumer`), carries the models of a switch.
public final class RawConsumer<L: Log>: Role {
    /// How often the consents consumer of a live timeline ticks, ms.
    public static var tickEveryMilliseconds: Int64 { 10_000 }

    private let topic: RawTopic
    private let names: TopicNames
    private let identity: TimelineIdentity
    private let hasher: PersonHasher
    private let journal: Journal
    private let context: RoleContext

    private let reader: L.Reader
    private let writer: L.Writer
    private let timeline: TopicHandle
    private let deadLetters: TopicHandle
    private let raw: TopicHandle
    private let reading: RawReading

    private var batch: RecordBatch
    /// To the timeline, made of the batch.
    private var outgoing = OutgoingRecords()
    private var next: [Int32: Int64] = [:]
    private var inFlight = InFlight()
    private var pace = Pace(milliseconds: batchEveryMilliseconds)
    private var committedAt: Int64 = 0
    private var tickedAt: Int64?
    private var assignment: UInt64 = 0
    private var meter: RoleMeter
    /// Whether this assignment has met stamps that are not the broker's.
    private var hasForeignStamps = false
    public private(set) var isReady = false

    public init(
        topic: RawTopic, log: L, names: TopicNames, identity: TimelineIdentity, hasher: PersonHasher, instance: String,
        journal: Journal, context: RoleContext
    ) throws {
        self.topic = topic
        self.names = names
        self.identity = identity
        self.hasher = hasher
        self.journal = journal
        self.context = context
        reading = RawReading(topic: topic, properties: identity.properties, fingerprint: hasher.fingerprint)
        batch = RecordBatch(valueBytesMax: RefusedBytes.readMax(of: topic))
        meter = RoleMeter(
            topics: [names.timeline, names.deadLetters], reasons: RefusalReason.allCases.map(\.rawValue))
        meter.counters.foreignKeys = 0
        guard identity.secretFingerprint == hasher.fingerprint else {
            throw RoleError.wrongSecret(
                "this secret is not the one that the timeline was made with: bring that file, see --secret")
        }
        writer = try log.writer()
        timeline = try writer.topic(names.timeline)
        deadLetters = try writer.topic(names.deadLetters)
        raw = try writer.topic(names.raw(topic))
        reader = try log.reader(group: names.consumerGroup(topic), topic: names.raw(topic), instance: instance)
    }

    public func step(waiting milliseconds: Int) throws {
        try pace.wait(context, for: writer)
        let wait = inFlight.wait(
            atMost: milliseconds, now: context.clock(), commitAt: committedAt + commitEveryMilliseconds)
        switch try reader.poll(into: &batch, milliseconds: wait) {
        case .assigned(let committed): try begin(committed)
        case .revoked: try giveUp(finishing: true)
        case .lost: try giveUp(finishing: false)
        case .records: try passOn()
        case .idle: break
        }
        try tick()
        try commit()
    }

    public func stop() throws {
        try finish()
        reader.close()
    }

    private func begin(_ committed: [CommittedOffset]) throws {
        var positions: [PartitionPosition] = []
        for position in committed {
            guard let offset = position.offset else {
                throw RoleError.missingOffset(
                    group: names.consumerGroup(topic), topic: names.raw(topic), partition: position.partition)
            }
            positions.append(PartitionPosition(partition: position.partition, offset: offset))
        }
        next = [:]
        for position in positions { next[position.partition] = position.offset }
        assignment = context.random()
        hasForeignStamps = false
        try reader.start(positions)
        meter.begin(next.keys, now: context.wallClock())
        isReady = true
        journal.info(.assigned, ["partitions": .int(positions.count)])
    }

    private func giveUp(finishing: Bool) throws {
        if finishing { try finish() }
        inFlight.removeAll()
        next = [:]
        meter.end()
        try reader.release()
        journal.info(finishing ? .revoked : .lost, [:])
    }

    private func passOn() throws {
        pace.begin(context, records: batch.count)
        let batch = batch  // a span can borrow from a local, not from a property of a class
        var key: [UInt8] = []  // used again for each record
        var refused = 0
        var foreignKeys = 0
        var inputs = StampRuns()
        for entry in batch.entries {
            inputs.append(entry.timestamp)
            let source = identity.shifts.coordinates(topic, entry.partition, entry.offset)
            next[entry.partition] = entry.offset + 1
            let content: TimelineRecord.Content?
            do throws(Refusal) {
                content = try reading.content(
                    of: batch.value(entry), isNull: entry.isNullValue, appendedAt: entry.timestamp
                ) { person in
                    if !person.isSpelled(batch.key(entry)) { foreignKeys += 1 }
                    return hasher.key(of: person)
                }
            } catch {
                refused += 1
                meter.counters.refused(error.reason.rawValue)
                let value = batch.value(entry)
                let others = reading.otherFaults(of: value, isNull: entry.isNullValue)
                let bytes = RefusedBytes(value, cut: batch.cut(entry))
                try refuse(
                    DeadLetter(
                        source: source, appendedAt: entry.timestamp, refusal: error, others: others, bytes: bytes),
                    bytes.kept(of: value))
                continue
            }
            guard let content else { continue }
            if case .models = content { journal.info(.modelsCarried, ["offset": .int(Int(entry.offset))]) }
            put(TimelineRecord(source: source, appendedAt: entry.timestamp, content: content), keyed: &key)
        }
        try pace.waitToSend(writer)
        try writer.append(timeline, outgoing)
        meter.counters.wrote(names.timeline, outgoing.count)
        outgoing.removeAll()
        meter.counters.wrote(names.deadLetters, refused)
        meter.read(batch.entries[...])
        noteForeignStamps(batch.foreignStampCount)
        if foreignKeys > 0 { note(foreignKeys: foreignKeys) }
        if refused > 0 { journal.warning(.refusedRecords, ["count": .int(refused), "topic": .text(topic.name)]) }
        let touched = Set(batch.entries.map(\.partition)).sorted()
        inFlight.append(
            writer.seal(), touched.map { CommittedOffset(partition: $0, offset: next[$0]!, metadata: "") },
            inputs: inputs)
        if inFlight.undelivered > undeliveredMax { try writer.flush(milliseconds: finishMilliseconds) }
    }

    /// Events of one person that are keyed by something else stand in several partitions of the raw topic, in no order.
    /// They count all the same. One entry of the journal is enough; the metric goes on.
    private func note(foreignKeys count: Int) {
        if meter.counters.foreignKeys == 0 {
            journal.warning(
                .foreignKeys,
                [
                    "topic": .text(topic.name), "count": .int(count),
                    "mend": .text("key each record by its event's person, so that a person's events stay in order"),
                ])
        }
        meter.counters.foreignKeys = (meter.counters.foreignKeys ?? 0) + UInt64(count)
    }

    /// An event goes to its person's partition, a tick and models to every one.
    private func put(_ record: TimelineRecord, keyed key: inout [UInt8]) {
        key.removeAll(keepingCapacity: true)
        TimelineRecord.key(source: record.source, random: assignment, into: &key)
        let partitions = identity.properties.partitions
        if case .event(let person, _) = record.content { return put(record, key, person.partition(of: partitions)) }
        for partition in 0..<partitions { put(record, key, partition) }
    }

    private func put(_ record: TimelineRecord, _ key: [UInt8], _ partition: Int32) {
        outgoing.append(partition: partition, key: unsafe key.span.bytes) { value in
            record.encode(key: unsafe key.span.bytes, partition: partition, into: &value)
        }
    }

    private func refuse(_ letter: DeadLetter, _ value: RawSpan) throws {
        let key = letter.key
        try writer.append(
            deadLetters, partition: nil, key: unsafe key.span.bytes, value: value, headers: letter.headers)
    }

    /// A topic whose stamps are its producers' gives events and ticks a time that the broker does not vouch for.
    private func noteForeignStamps(_ count: Int) {
        guard count > 0 else { return }
        meter.counters.foreignStamps += UInt64(count)
        if hasForeignStamps { return }
        hasForeignStamps = true
        journal.warning(
            .foreignStamps,
            [
                "topic": .text(names.raw(topic)),
                "mend": .text("set message.timestamp.type=LogAppendTime on it: `plainscore topics check` says how"),
            ])
    }

    /// In a live timeline a clock enters here and nowhere else: a tick to each raw consents partition that this member
    /// owns; like any record it is carried over when it is read, with the broker's stamp for its time.
    private func tick() throws {
        guard topic == .consents, identity.properties.mode == .live, !next.isEmpty else { return }
        let now = context.clock()
        if let tickedAt, now - tickedAt < Self.tickEveryMilliseconds { return }
        tickedAt = now
        let tick = EventEncoder.tick(nil)
        let noKey: [UInt8] = []
        for partition in next.keys.sorted() {
            try writer.append(raw, partition: partition, key: unsafe noKey.span.bytes, value: unsafe tick.span.bytes)
        }
    }

    private func commit(atOnce: Bool = false) throws {
        inFlight.settle(through: try writer.settled())
        let now = context.clock()
        guard inFlight.hasReady, atOnce || now - committedAt >= commitEveryMilliseconds else { return }
        committedAt = now
        if try !reader.commitUnlessFenced(inFlight.takeReady(), journal, context, &meter.counters) {
            inFlight.removeAll()
        }
    }

    private func finish() throws {
        try writer.flush(milliseconds: finishMilliseconds)
        try commit(atOnce: true)
    }

    public func measures() -> RoleMeasures {
        RoleMeasures(
            counters: meter.counters, topic: names.raw(topic), latencyStart: .rawAppend,
            isReady: isReady && meter.isAssigned,
            isLive: identity.properties.mode == .live,
            partitions: meter.partitions(now: context.wallClock()) { reader.lag(of: $0, from: next[$0] ?? 0) })
    }
}
