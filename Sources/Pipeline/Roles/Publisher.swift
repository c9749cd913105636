import Events
import Log
import Scoring
import Telemetry

/// Bytes of score changes after which a transaction is committed: it must end well within its time-out.
private let transactionBytesMax = 2 << 20

/// Reads `scores` and publishes each result to those it is for: one record per live grant, on the topic of the grant's
/// purpose, numbered, in a transaction with the offsets it was made from. What challengers say is passed over.
public final class Publisher<L: Log, Door: PublisherDoor>: Role where Door.Reader == L.Reader {
    private let names: TopicNames
    private let scorecard: Scorecard
    private let journal: Journal

    private let reader: L.Reader
    private let door: Door
    private var topics: [Purpose: TopicHandle] = [:]

    private var batch = RecordBatch()
    private var streams: [Int32: ResultStream] = [:]
    private var outbox = Outbox()
    public private(set) var isReady = false

    public init(
        log: L, door: Door, names: TopicNames, scorecard: Scorecard, instance: String, journal: Journal
    ) throws {
        self.names = names
        self.scorecard = scorecard
        self.journal = journal
        self.door = door
        for purpose in Purpose.allCases { topics[purpose] = try door.topic(names.scoreChanges(purpose)) }
        reader = try log.reader(group: names.publisherGroup, topic: names.scores, instance: instance)
    }

    public func step(waiting milliseconds: Int) throws {
        switch try reader.poll(into: &batch, milliseconds: milliseconds) {
        case .assigned(let committed): try begin(committed)
        case .revoked, .lost:
            // Each step ends with its commit: nothing is in flight here.
            streams = [:]
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
            if let model = metadata.model, model != scorecard.hash { throw wrongModel(position.partition, model.hex) }
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
        var rest = batch.entries[...]
        while !rest.isEmpty {
            outbox.removeAll()
            var touched: Set<Int32> = []
            while let entry = rest.first, outbox.byteCount < transactionBytesMax {
                rest = rest.dropFirst()
                guard streams[entry.partition] != nil else { continue }
                touched.insert(entry.partition)
                try take(entry, key: batch.key(entry), value: batch.value(entry))
            }
            guard try leave(touched.sorted()) else { return }
        }
    }

    private func take(_ entry: RecordBatch.Entry, key: RawSpan, value: RawSpan) throws {
        try streams[entry.partition]!.take(entry, key: key, value: value, topic: names.scores) { result in
            guard !result.isOfChallenger else { return }
            guard result.model == scorecard.hash else { throw wrongModel(entry.partition, result.model.hex) }
            let change = ScoreChange(result: result, scorecard: scorecard)
            for recipient in result.recipients {
                outbox.append(topic: topics[recipient.purpose]!, partition: entry.partition, recipient, change)
            }
        }
    }

    /// Commits outbox and offsets together. After an abort reading begins anew at the committed offsets, where the same
    /// records give the same bytes; the next poll tells whether the partitions are still this member's. False then.
    private func leave(_ partitions: [Int32]) throws -> Bool {
        let offsets = partitions.map { partition in
            let stream = streams[partition]!
            return CommittedOffset(partition: partition, offset: stream.nextOffset, metadata: stream.position.text)
        }
        guard !offsets.isEmpty, case .aborted(let reason) = try door.publish(outbox, offsets: offsets, of: reader)
        else {
            return true
        }
        journal.warning(.transactionAborted, ["reason": .text(reason)])
        try begin(try reader.committed(streams.keys.sorted()))
        return false
    }

    private func wrongModel(_ partition: Int32, _ hash: String) -> RoleError {
        .wrongModel(
            "\(names.scores)-\(partition) was scored with model \(hash), and --model is \(scorecard.hash.hex): give the --model that the aggregator runs"
        )
    }
}
