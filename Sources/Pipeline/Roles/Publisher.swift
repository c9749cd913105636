import Checksums
import Events
import Log
import Scoring
import Telemetry

/// Reads `scores` and publishes each result to those it is for: one record per live grant, on the topic of the grant's
/// purpose, numbered, in a transaction with the offsets it was made from. What challengers say is passed over.
public final class Publisher<L: Log, Door: PublisherDoor>: Role where Door.Reader == L.Reader {
    private let names: TopicNames
    private let log: L
    /// Those that speak or spoke, by their hashes: the one given, and what was switched to as far as it is known.
    private var cards = ScorecardTexts()
    private let given: Digest128
    private let format: ScoreChangeFormat
    private let journal: Journal
    private let context: RoleContext

    private let reader: L.Reader
    private let door: Door
    private var topics: [Purpose: TopicHandle] = [:]

    private var batch = RecordBatch()
    private var streams: [Int32: ResultStream] = [:]
    private var outbox = Outbox()
    private var pace = Pace(milliseconds: transactionEveryMilliseconds)
    private var meter: RoleMeter
    public private(set) var isReady = false

    public init(
        log: L, door: Door, names: TopicNames, scorecard: Scorecard, format: ScoreChangeFormat = .json,
        instance: String,
        journal: Journal, context: RoleContext
    ) throws {
        self.names = names
        self.log = log
        given = scorecard.hash
        self.format = format
        cards.add(scorecard)
        self.journal = journal
        self.context = context
        meter = RoleMeter(topics: Purpose.allCases.map(names.scoreChanges))
        self.door = door
        for purpose in Purpose.allCases { topics[purpose] = try door.topic(names.scoreChanges(purpose)) }
        reader = try log.reader(group: names.publisherGroup, topic: names.scores, instance: instance)
    }

    public func step(waiting milliseconds: Int) throws {
        pace.wait(context)
        switch try reader.poll(into: &batch, milliseconds: milliseconds) {
        case .assigned(let committed):
            meter.begin(committed.map(\.partition), now: context.wallClock())
            try begin(committed)
        case .revoked, .lost:
            // Each step ends with its commit: nothing is in flight here.
            streams = [:]
            meter.end()
            try reader.release()
            journal.info(.revoked, [:])
        case .records: try publish()
        case .idle: break
        }
    }

    public func stop() throws {
        reader.close()
    }

    private func begin(_ committed: [CommittedOffset]) throws {
        streams = [:]
        var positions: [PartitionPosition] = []
        for position in committed {
            guard let offset = position.offset else {
                throw RoleError.missingOffset(
                    group: names.publisherGroup, topic: names.scores, partition: position.partition)
            }
            guard let metadata = OffsetMetadata(position.metadata) else {
                throw RoleError.metadata(topic: names.scores, partition: position.partition, text: position.metadata)
            }
            if let model = metadata.model { _ = try card(model, position.partition) }
            streams[position.partition] = ResultStream(position: metadata, offset: offset)
            positions.append(PartitionPosition(partition: position.partition, offset: offset))
        }
        try reader.start(positions)
        isReady = true
        journal.info(.assigned, ["partitions": .int(positions.count)])
    }

    /// Publishes the batch in transactions of bounded size, each ending between two records of `scores`.
    private func publish() throws {
        let batch = batch  // a span can borrow from a local, not from a property of a class
        let entries = batch.entriesInTurns()
        var rest = entries[...]
        while !rest.isEmpty {
            outbox.removeAll()
            var touched: Set<Int32> = []
            var inputs = StampRuns()
            let start = rest.startIndex
            while let entry = rest.first, !outbox.isFull {
                rest = rest.dropFirst()
                guard streams[entry.partition] != nil else { continue }
                touched.insert(entry.partition)
                let before = outbox.count
                try take(entry, key: batch.key(entry), value: batch.value(entry))
                inputs.append(entry.timestamp, count: outbox.count - before)
            }
            guard try leave(touched.sorted(), inputs) else { return }
            meter.read(entries[start..<rest.startIndex])
        }
    }

    private func take(_ entry: RecordBatch.Entry, key: RawSpan, value: RawSpan) throws {
        let repeats = try streams[entry.partition]!.take(entry, key: key, value: value, topic: names.scores) { result in
            guard !result.isOfChallenger else { return }
            let change = ScoreChange(result: result, card: try card(result.model, entry.partition))
            for recipient in result.recipients {
                outbox.append(topic: topics[recipient.purpose]!, partition: entry.partition, recipient, change, format)
            }
        }
        meter.counters.repeatsDropped += UInt64(repeats)
    }

    /// Commits outbox and offsets together. After an abort reading begins anew at the committed offsets, where the same
    /// records give the same bytes; the next poll tells whether the partitions are still this member's. False then.
    private func leave(_ partitions: [Int32], _ inputs: StampRuns) throws -> Bool {
        let offsets = partitions.map { partition in
            let stream = streams[partition]!
            return CommittedOffset(partition: partition, offset: stream.nextOffset, metadata: stream.position.text)
        }
        if offsets.isEmpty { return true }
        let began = context.clock()
        pace.begin(context, records: outbox.count)
        let outcome = try door.publish(outbox, offsets: offsets, of: reader)
        guard case .aborted(let reason) = outcome else {
            meter.counters.commits += 1
            meter.counters.commitDuration.observe(milliseconds: context.clock() - began)
            inputs.observe(in: &meter.counters.latency, now: context.wallClock())
            for (purpose, topic) in topics {
                meter.counters.wrote(names.scoreChanges(purpose), outbox.count(of: topic))
            }
            return true
        }
        meter.counters.aborts += 1
        journal.warning(.transactionAborted, ["reason": .text(reason)])
        try begin(try reader.committed(streams.keys.sorted()))
        return false
    }

    /// The model of a result. One that is not known yet has been switched to since the last look.
    private func card(_ hash: Digest128, _ partition: Int32) throws -> ScorecardText {
        if let card = cards[hash] { return card }
        for models in try readSwitchedModels(log, names: names) { cards.add(models.speaking) }
        guard let card = cards[hash] else {
            throw RoleError.wrongModel(
                "\(names.scores)-\(partition) was scored with model \(hash.hex), and --model is \(given.hex): give the --model that the aggregator runs"
            )
        }
        return card
    }

    public func measures() -> RoleMeasures {
        RoleMeasures(
            counters: meter.counters, topic: names.scores, latencyStart: .scoresAppend,
            isReady: isReady && meter.isAssigned,
            partitions: meter.partitions(now: context.wallClock()) {
                reader.lag(of: $0, from: streams[$0]?.nextOffset ?? 0)
            })
    }
}
