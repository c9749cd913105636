import Checksums
import Events
import Kafka
import Log
import Scoring

/// What a replay has written of one partition.
public struct ReplayedPartition: Sendable {
    public let partition: Int32
    /// Of the timeline record behind the last one folded.
    public let offset: Int64
    public let clock: Int64?
    /// Results in `scores`, and the running hash of them.
    public let sequence: UInt64
    public let chain: Digest128
    /// Records of score changes, of all purposes.
    public let changes: Int
}

extension CommittedFolds<KafkaLog> {
    /// Folds the timeline from its beginning with the models of this value and writes the outputs that the aggregator and
    /// the publisher would have written, byte for byte, into topics of another prefix: `scores`, and the score changes of
    /// each purpose. No group reads or writes there; the timeline and its own outputs are left alone.
    /// - Parameters:
    ///   - asOf: stops right behind the record with which a partition's clock first reaches it.
    ///   - progress: hears how many records have been read, and may end it by an error.
    /// - Throws: `SetupError` where a topic of those is there already, and as `preview`. What was begun and not finished
    ///   stays, and is to be deleted. Complexity: linear in the timeline.
    public func writeOutputs(
        into target: TopicNames, _ admin: KafkaAdmin, format: ScoreChangeFormat = .json, asOf: Int64? = nil,
        progress: (Int64) throws -> Void = { _ in }
    ) throws -> [ReplayedPartition] {
        try makeTopics(target, admin)
        let writer = try log.writer()
        var read: Int64 = 0
        var done: [ReplayedPartition] = []
        for partition in partitions {
            let outputs = try ReplayedOutputs(partition, models, target, identity.properties, format, writer)
            let end = try pass(partition) { offset, key, value in
                do throws(FoldError) {
                    try outputs.fold.fold(offset: offset, key: key, value: value, into: &outputs.output)
                } catch {
                    throw error.asRoleError(topic: names.timeline, partition: partition)
                }
                try outputs.write(atLeast: ScoresRecord.cutAt)
                read += 1
                if read & 0xFFF == 0 { try progress(read) }
                return asOf.map { (outputs.fold.clock ?? .min) < $0 } ?? true
            }
            try outputs.write(atLeast: 1)
            let fold = outputs.fold
            if let asOf, (fold.clock ?? .min) < asOf { throw tooLate(asOf, fold.clock, partition) }
            done.append(
                ReplayedPartition(
                    partition: partition, offset: end, clock: fold.clock, sequence: fold.sequence, chain: fold.chain,
                    changes: outputs.changes))
        }
        try writer.flush(milliseconds: setupWaitMilliseconds)
        try progress(read)
        return done
    }

    private func makeTopics(_ target: TopicNames, _ admin: KafkaAdmin) throws {
        let outputs = [target.scores] + Purpose.allCases.map(target.scoreChanges)
        let existing = try admin.topics()
        if let taken = outputs.first(where: { existing[$0] != nil }) {
            throw SetupError(
                .configuration,
                "topic '\(taken)' is there already: a replay writes into new topics only. Choose another prefix, or "
                    + "delete the topics \(outputs.joined(separator: ", "))")
        }
        let plans = topicPlans(identity.properties, names: target, brokers: try admin.brokerCount())
            .filter { outputs.contains($0.name) }
        _ = try report(try admin.create(plans))
        for plan in plans { try awaitLeaders(log, plan) }
    }
}

/// One partition's fold and what it brings on its way out.
private final class ReplayedOutputs {
    let fold: PartitionFold
    var output = FoldOutput()
    private(set) var changes = 0
    private let scores: TopicHandle
    private let topics: [Purpose: TopicHandle]
    private let card: ScorecardText
    private let format: ScoreChangeFormat
    private let writer: KafkaWriter
    /// Of the last result written.
    private var position = (sequence: UInt64(0), chain: Digest128.zero)

    init(
        _ partition: Int32, _ models: Models, _ target: TopicNames, _ properties: TimelineProperties,
        _ format: ScoreChangeFormat, _ writer: KafkaWriter
    ) throws {
        // As if these had spoken from the beginning: what the log switches to is passed over.
        fold = PartitionFold(partition: partition, models: models) { _ in models }
        card = ScorecardText(models.speaking)
        self.format = format
        self.writer = writer
        scores = try writer.topic(target.scores)
        var topics: [Purpose: TopicHandle] = [:]
        for purpose in Purpose.allCases where properties.purposes & 1 << purpose.rawValue != 0 {
            topics[purpose] = try writer.topic(target.scoreChanges(purpose))
        }
        self.topics = topics
    }

    /// Writes the results gathered, where they are so many bytes or more, as the aggregator does, and their score changes,
    /// as the publisher does.
    func write(atLeast byteCount: Int) throws {
        guard output.results.count >= byteCount else { return }
        try ScoresRecord.cut(output, through: fold.sequence, partition: fold.partition) { key, value in
            try writer.append(scores, partition: fold.partition, key: key, value: value)
        }
        let results = output.results
        var cursor = ByteCursor(unsafe results.span.bytes)
        while cursor.remaining > 0, let next = try ScoreResult.next(from: &cursor, after: position) {
            position = (next.result.sequence, next.chain)
            let change = ScoreChange(result: next.result, card: card)
            for recipient in next.result.recipients {
                var value: [UInt8] = []
                change.encode(format, for: recipient, into: &value)
                let key = Array(recipient.grant.text.utf8)
                try writer.append(
                    topics[recipient.purpose]!, partition: fold.partition, key: unsafe key.span.bytes,
                    value: unsafe value.span.bytes)
                changes += 1
            }
        }
        output.removeAll()
    }
}
