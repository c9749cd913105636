import Events
import Foundation
import Kafka
import Log
import Pipeline
import Telemetry

/// A subscriber of one pipeline, on a thread of its own: when it was handed which change.
final class ChangeWatch: @unchecked Sendable {
    /// A score change that a payment caused, ms since the epoch.
    struct Seen {
        let payment: HopStamps.Place
        let appendedAt: Int64
        /// When the subscriber had it.
        let at: Int64
    }

    private let settings: KafkaSettings
    private let topic: String
    private let lock = NSCondition()
    private var seen: [Seen] = []
    private var failure: (any Error)?
    private var isStopped = false

    /// From the first change on.
    init(_ setting: Setting, _ topics: TopicNames) {
        settings = KafkaSettings(servers: setting.bootstrap, clientID: "bench-subscriber")
        topic = topics.scoreChanges(.lending)
        let thread = Thread { [self] in
            do { try watch() } catch {
                lock.withLock { failure = error }
                lock.signal()
            }
        }
        thread.start()
    }

    func stop() { lock.withLock { isStopped = true } }

    /// What has come since the last call; where that is nothing, what comes next, within so many seconds.
    func take(within seconds: Double = 0) throws -> [Seen] {
        let deadline = Date(timeIntervalSinceNow: seconds)
        return try lock.withLock {
            while seen.isEmpty, failure == nil, lock.wait(until: deadline) {}
            if let failure { throw failure }
            defer { seen = [] }
            return seen
        }
    }

    private func watch() throws {
        let reader = try KafkaLog(settings).reader(group: "bench-\(topic)", topic: topic, instance: "bench")
        defer { reader.close() }
        var batch = RecordBatch()
        while !lock.withLock({ isStopped }) {
            switch try reader.poll(into: &batch, milliseconds: 100) {
            case .assigned(let committed):
                try reader.start(committed.map { PartitionPosition(partition: $0.partition, offset: 0) })
            case .records:
                let now = wallMilliseconds()
                let found = batch.entries.compactMap { entry in
                    Self.payment(of: batch.value(entry)).map {
                        Seen(payment: $0, appendedAt: entry.timestamp, at: now)
                    }
                }
                lock.withLock { seen += found }
                lock.signal()
            case .revoked, .lost: throw BenchError("the subscriber has lost its partitions")
            case .idle: break
            }
        }
    }

    private static let mark = Array(#""topic":"payments","partition":"#.utf8)

    /// Where the payment lies that caused a change; nil for another cause. Found by the text alone, since this shares two cores
    /// with what it measures.
    private static func payment(of change: RawSpan) -> HopStamps.Place? {
        unsafe change.withUnsafeBytes { bytes in
            let found = (0..<max(0, bytes.count - mark.count)).first { start in
                unsafe bytes[start] == mark[0] && bytes[start + 9] == mark[9]
                    && bytes[start..<start + mark.count].elementsEqual(mark)
            }
            guard var place = found.map({ $0 + mark.count }) else { return nil }
            func number() -> Int64 {
                var number: Int64 = 0
                while place < bytes.count, case let digit = unsafe Int64(bytes[place]) - 48, 0...9 ~= digit {
                    number = number * 10 + digit
                    place += 1
                }
                return number
            }
            let partition = number()
            place += #","offset":"#.utf8.count
            return HopStamps.Place(partition: Int32(partition), offset: number())
        }
    }
}
