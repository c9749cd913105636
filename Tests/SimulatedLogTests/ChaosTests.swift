import Log
import SimulatedLog
import Testing

/// Copies `in` to `out`, partition by partition, through crashes, pauses, failed deliveries and aborted transactions.
/// What comes out shows that the simulated log keeps the promises that the roles build on.
@Suite struct ChaosTests {
    @Test(arguments: 0..<100 as Range<UInt64>)
    func `transactions copy each record once, in order`(seed: UInt64) throws {
        let cluster = try copied(seed: seed) { try TransactionalCopier($0, instance: $1) }
        for partition in 0..<3 as Range<Int32> {
            #expect(cluster.records("out", partition).map(\.text) == (0..<40).map(String.init), "seed \(seed)")
        }
        cluster.discard()
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `plain appends copy each record at least once, first occurrences in order`(seed: UInt64) throws {
        let cluster = try copied(seed: seed) { try PlainCopier($0, instance: $1) }
        for partition in 0..<3 as Range<Int32> {
            var next = 0
            for record in cluster.records("out", partition) where Int(record.text)! >= next {
                #expect(record.text == "\(next)", "seed \(seed)")
                next += 1
            }
            #expect(next == 40, "seed \(seed)")
        }
        cluster.discard()
    }

    @Test func `plain appends do repeat`() throws {
        let counts = try (0..<20).map { seed in
            try copied(seed: seed) { try PlainCopier($0, instance: $1) }.records("out").count
        }
        #expect(counts.max()! > 120)
    }

    @Test func `the seed is the whole run`() throws {
        let runs = try (0..<2).map { _ in
            try copied(seed: 11) { try PlainCopier($0, instance: $1) }.records("out").map { [$0.offset, $0.timestamp] }
        }
        #expect(runs[0] == runs[1])
        let other = try copied(seed: 12) { try PlainCopier($0, instance: $1) }.records("out").map {
            [$0.offset, $0.timestamp]
        }
        #expect(other != runs[0])
    }

    /// Two instances at a time copy 40 records of each of 3 partitions, in bad times and at last in good ones.
    private func copied(
        seed: UInt64, _ make: (SimulatedLog, String) throws -> any Copier
    ) throws -> SimulatedCluster {
        let cluster = SimulatedCluster(seed: seed)
        var random = SplitMix64(seed: seed ^ 0xC4A05)
        cluster.createTopic("in", partitions: 3)
        cluster.createTopic("out", partitions: 3)
        for partition in 0..<3 as Range<Int32> {
            cluster.commitOffset(group: "g", topic: "in", partition: partition, offset: 0)
        }
        cluster.abortedCommitPercent = 10
        var running: [(process: String, instance: String, copier: any Copier)] = []
        var zombies: [(process: String, copier: any Copier)] = []
        var started = 0
        var appended = 0
        for turn in 0..<1500 {
            let isGoodTime = turn > 900
            cluster.now += 1
            if appended < 40, Int.random(in: 0..<10, using: &random) == 0 {
                for partition in 0..<3 as Range<Int32> {
                    cluster.append("in", partition: partition, key: nil, value: Array("\(appended)".utf8))
                }
                appended += 1
            }
            for instance in ["x", "y"] where !running.contains(where: { $0.instance == instance }) {
                started += 1
                let process = "p\(started)"
                // The new process may crash while it starts.
                if let copier = try? make(cluster.connect(process), instance) {
                    running.append((process, instance, copier))
                }
            }
            let index = Int.random(in: running.indices, using: &random)
            let process = running[index].process
            if !isGoodTime {
                switch Int.random(in: 0..<100, using: &random) {
                case 0..<2: cluster.crash(process, sessionEnds: Bool.random(using: &random))
                case 2..<4: cluster.crash(process, afterCalls: Int.random(in: 0..<6, using: &random))
                case 4: cluster.failDeliveries(of: process)
                case 5: cluster.endSessions()
                case 6:
                    cluster.pause(process)
                    zombies.append((process, running.remove(at: index).copier))
                    continue
                default: break
                }
            } else if turn % 50 == 0 {
                cluster.endSessions()
            }
            if (try? running[index].copier.step()) == nil {
                cluster.crash(process, sessionEnds: false)
                running.remove(at: index)
            }
            if let zombie = zombies.indices.randomElement(using: &random) {
                let wakes = isGoodTime || Int.random(in: 0..<20, using: &random) == 0
                if wakes { cluster.resume(zombies[zombie].process) }
                if (try? zombies[zombie].copier.step()) == nil || wakes {
                    cluster.crash(zombies[zombie].process)
                    zombies.remove(at: zombie)
                }
            }
        }
        return cluster
    }
}

private protocol Copier: AnyObject {
    /// Throws what ends the process.
    func step() throws
}

private final class TransactionalCopier: Copier {
    private let reader: SimulatedReader
    private let writer: SimulatedTransactionalWriter
    private let out: TopicHandle
    private var batch = RecordBatch()

    init(_ log: SimulatedLog, instance: String) throws {
        reader = try log.reader(group: "g", topic: "in", instance: instance)
        writer = try log.transactions(id: instance)
        out = try writer.topic("out")
    }

    func step() throws {
        guard try reader.step(&batch) == .records else { return }
        var outcome = TransactionOutcome.aborted(reason: "")
        while outcome != .committed {
            try writer.begin()
            var next: [Int32: Int64] = [:]
            for entry in batch.entries {
                try writer.append(out, partition: entry.partition, batch.text(entry))
                next[entry.partition] = entry.offset + 1
            }
            outcome = try writer.commit(
                next.map { CommittedOffset(partition: $0.key, offset: $0.value, metadata: "") }, of: reader)
        }
    }
}

private final class PlainCopier: Copier {
    private let reader: SimulatedReader
    private let writer: SimulatedWriter
    private let out: TopicHandle
    private var batch = RecordBatch()
    private var inFlight: [(ticket: Ticket, offset: CommittedOffset)] = []

    init(_ log: SimulatedLog, instance: String) throws {
        reader = try log.reader(group: "g", topic: "in", instance: instance)
        writer = try log.writer()
        out = try writer.topic("out")
    }

    func step() throws {
        switch try reader.poll(into: &batch, milliseconds: 0) {
        case .records:
            for entry in batch.entries {
                try writer.append(out, partition: entry.partition, "", batch.text(entry))
                let offset = CommittedOffset(partition: entry.partition, offset: entry.offset + 1, metadata: "")
                inFlight.append((writer.seal(), offset))
            }
        case .assigned(let committed):
            try reader.start(committed.map { PartitionPosition(partition: $0.partition, offset: $0.offset!) })
        case .revoked:
            try writer.flush(milliseconds: 0)
            try commit(settled: .max)
            try reader.release()
        case .lost:
            inFlight = []
            try reader.release()
        case .idle: break
        }
        try commit(settled: try writer.settled())
    }

    private func commit(settled: Ticket) throws {
        for entry in inFlight where entry.ticket <= settled { try reader.commit([entry.offset]) }
        inFlight.removeAll { $0.ticket <= settled }
    }
}
