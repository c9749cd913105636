import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import Telemetry

/// Keeps what a producer sends in order, in a timeline for history: ticks travel on consents and events on other topics,
/// so that only the consumers' committed offsets tell what has been carried over into the timeline.
///
/// ```
/// events ─▶ delivered ─▶ their consumers have committed beyond them ─▶ tick ─▶ delivered
///                                  ─▶ the consents consumer has committed beyond the tick ─▶ events …
/// ```
/// A consumer commits an offset only after all that it made of the records below is delivered, every 100 ms at most.
struct HistoryOrder {
    /// Between two looks at the committed offsets. A look is a round trip.
    private static let lookEveryMicroseconds: UInt32 = 4_000
    /// After so long without a commit it is told who is waited for.
    private static let toldAfterMilliseconds: Int64 = 10_000
    /// After so long without a commit it is looked whether there are records at all below the end.
    private static let emptyAfterMilliseconds: Int64 = 1_000

    private let log: KafkaLog
    private let names: TopicNames
    /// How long the consumers may commit nothing before a tick, ms.
    private let stillMilliseconds: Int64
    /// The same where nothing has to wait, since no tick follows: it is long enough for a consumer that is at work.
    private static let unhurriedMilliseconds: Int64 = 15_000
    private var positions: [RawTopic: GroupPositions] = [:]
    /// Whether it has been told that a consumer stands still; once is enough.
    private var hasTold = false

    init(_ log: KafkaLog, _ names: TopicNames, stillSeconds: Int) {
        self.log = log
        self.names = names
        stillMilliseconds = Int64(stillSeconds) * 1000
    }

    /// Waits until all that stands in the raw topics now has been carried over. A topic that this producer may not see is
    /// passed over, and it is said: nothing can be known of it.
    mutating func waitForAll(beforeTick: Bool) throws {
        var targets: [CarryTarget] = []
        for topic in RawTopic.events {
            do {
                let name = names.raw(topic)
                for partition in 0..<(try log.partitionCount(topic: name)) {
                    let end = try log.watermarks(topic: name, partition: partition).upperBound
                    if end > 0 {
                        targets.append(
                            CarryTarget(topic: topic, partition: partition, offset: end, mayEndInMarkers: true))
                    }
                }
                if targets.contains(where: { $0.topic == topic }) { _ = try committed(topic) }
            } catch let error as LogError where error.kind == .configuration {
                targets.removeAll { $0.topic == topic }
                printError("plainscore: nothing that others sent to \(names.raw(topic)) is waited for: \(error)")
            }
        }
        try wait(for: targets, beforeTick: beforeTick)
    }

    /// Waits until the consumers have carried these records over.
    /// - Throws: `StandsStill` where a consumer commits nothing for too long, `LogError` where a right is missing.
    mutating func wait(for sent: DeliveredOffsets, beforeTick: Bool) throws {
        var targets: [CarryTarget] = []
        for (place, runs) in sent.runs {
            guard let topic = topic(place), let end = runs.last?.upperBound else { continue }
            targets.append(
                CarryTarget(topic: topic, partition: place.partition, offset: end, mayEndInMarkers: false))
        }
        for place in sent.unplaced.keys {
            guard let topic = topic(place) else { continue }
            let end = try log.watermarks(topic: place.topic, partition: place.partition).upperBound
            targets.append(CarryTarget(topic: topic, partition: place.partition, offset: end, mayEndInMarkers: true))
        }
        try wait(for: targets, beforeTick: beforeTick)
    }

    /// The raw topic of a delivered record.
    func topic(_ place: DeliveredOffsets.Place) -> RawTopic? {
        RawTopic.events.first { names.raw($0) == place.topic }
    }

    private mutating func wait(for targets: [CarryTarget], beforeTick: Bool) throws {
        let stillMilliseconds = beforeTick ? stillMilliseconds : min(stillMilliseconds, Self.unhurriedMilliseconds)
        var targets = targets
        var seen: [RawTopic: [Int64?]] = [:]
        var movedAt = monotonicMilliseconds()
        var hasLooked = false
        let behind = targets.reduce(0) { $0 + $1.offset }
        var progress: Progress?
        defer { progress?.finish() }
        while true {
            for topic in Set(targets.map(\.topic)) {
                let committed = try committed(topic)
                if let before = seen.updateValue(committed, forKey: topic), before != committed {
                    movedAt = monotonicMilliseconds()
                    hasLooked = false
                }
                targets.removeAll { $0.topic == topic && committed[Int($0.partition)] ?? 0 >= $0.offset }
            }
            guard let first = targets.first else { return }
            let still = monotonicMilliseconds() - movedAt
            if still >= Self.emptyAfterMilliseconds, !hasLooked {
                hasLooked = true
                try targets.removeAll { try $0.mayEndInMarkers && isEmpty($0, from: seen[$0.topic]!) }
                continue
            }
            let standing = StandsStill(
                topic: names.raw(first.topic), partition: first.partition,
                committed: seen[first.topic]![Int(first.partition)], end: first.offset,
                consumer: "\(first.topic.name)-consumer", seconds: still / 1000)
            guard still < stillMilliseconds else { throw standing }
            if still >= Self.toldAfterMilliseconds, !hasTold {
                hasTold = true
                printError("plainscore: waiting, since \(standing)")
            }
            if still >= 500, progress == nil { progress = Progress(label: "waiting for the consumers", total: behind) }
            let done = targets.reduce(behind) { $0 - ($1.offset - (seen[$1.topic]?[Int($1.partition)] ?? 0)) }
            progress?.update(done: done)
            usleep(Self.lookEveryMicroseconds)
        }
    }

    private mutating func committed(_ topic: RawTopic) throws -> [Int64?] {
        if let known = positions[topic] { return try known.committed() }
        do {
            let made = try log.positions(group: names.consumerGroup(topic), topic: names.raw(topic))
            positions[topic] = made
            return try made.committed()
        } catch {
            guard error.kind == .configuration else { throw error }
            throw LogError(
                .configuration,
                "how far \(names.consumerGroup(topic)) has come must be known, so that each tick has its place: "
                    + "this needs the right Describe on that group: \(error)")
        }
    }

    /// Whether no committed record stands between what has been committed and the end: only the markers of transactions,
    /// or records of one that is still open, which is nothing that a tick must wait for.
    private func isEmpty(_ target: CarryTarget, from committed: [Int64?]) throws -> Bool {
        var isEmpty = true
        do {
            let start = committed[Int(target.partition)] ?? 0
            try log.read(
                topic: names.raw(target.topic), partition: target.partition, range: start..<target.offset
            ) { batch in
                if !batch.isEmpty {
                    isEmpty = false
                    throw FoundOne()
                }
            }
        } catch is FoundOne {}
        return isEmpty
    }

    private struct FoundOne: Error {}
}

/// An offset that a consumer is to commit.
private struct CarryTarget {
    let topic: RawTopic
    let partition: Int32
    let offset: Int64
    /// Whether the offsets below may be of no record.
    let mayEndInMarkers: Bool
}

/// A consumer commits nothing.
struct StandsStill: Error, CustomStringConvertible {
    let topic: String
    let partition: Int32
    let committed: Int64?
    let end: Int64
    let consumer: String
    let seconds: Int64

    var description: String {
        "\(consumer) has committed nothing for \(seconds) s: \(topic)-\(partition) stands at offset "
            + "\(committed.map { "\($0)" } ?? "none") of \(end). Is \(consumer) running?"
    }
}
