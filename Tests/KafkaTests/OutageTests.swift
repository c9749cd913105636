import Foundation
import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    /// What happens while the broker is away, or the process is.
    @Suite struct Outages {
        @Test func `nothing is lost, doubled or moved when the broker goes and comes back`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let broker = try #require(Broker.current)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            for number in 0..<1_000 { try writer.append(handle, partition: 0, key: "k", value: "\(number)") }
            let before = writer.seal()
            try Broker.kafka("stop", broker.folder, "1")
            for number in 1_000..<2_000 { try writer.append(handle, partition: 0, key: "k", value: "\(number)") }
            let after = writer.seal()
            #expect(try writer.settled() <= before)
            #expect(throws: LogError.self) { try writer.flush(milliseconds: 100) }
            try Broker.kafka("start", broker.folder, "1")
            try writer.flush(milliseconds: 50_000)
            #expect(try writer.settled() == after)

            var values: [String] = []
            var batch = RecordBatch()
            let end = ContinuousClock.now + .seconds(40)
            while values.count < 2_000 {
                try #require(ContinuousClock.now < end, "\(values.count) records")
                switch try reader.poll(into: &batch, milliseconds: 100) {
                case .records: values += batch.records.map { $0.value ?? "null" }
                case .assigned: try reader.start([PartitionPosition(partition: 0, offset: Int64(values.count))])
                case .revoked, .lost: try reader.release()
                case .idle: break
                }
            }
            #expect(values == (0..<2_000).map { "\($0)" })
            reader.close()
        }

        @Test func `a transaction whose broker is killed before its commit ends known, and the next one works`() throws
        {
            let (log, input) = try Broker.log(partitions: 1)
            let output = try Broker.log(partitions: 1).topic
            let broker = try #require(Broker.current)
            var writer = try log.transactions(id: output)
            var handle = try writer.topic(output)
            let reader = try log.reader(group: input, topic: input, instance: "a")
            _ = try reader.startAtCommitted()

            try writer.begin()
            try writer.append(handle, value: "one")
            try Broker.kafka("kill", broker.folder, "1")
            let script = try #require(Broker.home) + "/kafka"
            let start = try Process.run(URL(fileURLWithPath: script), arguments: ["start", broker.folder, "1"])
            var outcome: TransactionOutcome?
            let failure = try kind(of: {
                outcome = try writer.commit([CommittedOffset(partition: 0, offset: 1, metadata: "")], of: reader)
            })
            start.waitUntilExit()
            try #require(start.terminationStatus == 0)
            let isCommitted = outcome == .committed
            // Where the broker has timed the transaction out, the producer is fenced.
            #expect(failure == nil || failure == .fenced)
            if failure != nil {
                writer = try log.transactions(id: output)
                handle = try writer.topic(output)
            }

            // The broker was away for longer than the member's session: go on as a process that starts again does.
            let successor = try log.reader(group: input, topic: input, instance: "a")
            let kept = try successor.startAtCommitted()
            #expect(kept.map(\.offset) == [isCommitted ? 1 : nil])
            try writer.begin()
            try writer.append(handle, value: "two")
            let offset = CommittedOffset(partition: 0, offset: 2, metadata: "")
            #expect(try writer.commit([offset], of: successor) == .committed)
            try log.expect(isCommitted ? ["one", "two"] : ["two"], in: output)
            #expect(try successor.committed([0]).map(\.offset) == [2])
            reader.close()
            successor.close()
        }

        @Test func `a reader closes within its bound while the broker does not answer`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let broker = try #require(Broker.current)
            var reader: KafkaReader? = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader?.startAtCommitted()
            try Broker.kafka("pause", broker.folder, "1")
            defer { _ = try? Broker.kafka("resume", broker.folder, "1") }
            let start = ContinuousClock.now
            #expect(
                try kind(of: { try reader?.commit([CommittedOffset(partition: 0, offset: 1, metadata: "")]) })
                    == .unavailable)
            #expect(ContinuousClock.now - start < .seconds(12))
            let closing = ContinuousClock.now
            reader?.close()
            reader = nil
            #expect(ContinuousClock.now - closing < .seconds(7))
        }

        @Test func `a member that does not poll loses its partitions to another, is told so, and can come back`() throws
        {
            let (log, topic) = try Broker.log(
                partitions: 1, .init("max.poll.interval.ms", "6000"), .init("session.timeout.ms", "6000"))
            try log.append(["a"], to: topic)
            let idler = try log.reader(group: topic, topic: topic, instance: "idler")
            _ = try idler.startAtCommitted()
            #expect(try idler.records(1).count == 1)

            let other = try log.reader(group: topic, topic: topic, instance: "other")
            let end = ContinuousClock.now + .seconds(40)
            var batch = RecordBatch()
            while try other.startAtCommitted().map(\.partition) != [0] {
                // The idler is a static member: its partition stays with it until its session ends.
                try #require(ContinuousClock.now < end)
                #expect(try other.next(&batch) == .revoked)
                try other.release()
            }
            let offset = CommittedOffset(partition: 0, offset: 1, metadata: "")
            #expect(try kind(of: { try idler.commit([offset]) }) == .fenced)
            #expect(try idler.next(&batch) == .lost)
            #expect(batch.isEmpty)
            #expect(try other.committed([0]).map(\.offset) == [nil])
            other.close()

            try idler.release()
            while try idler.startAtCommitted().isEmpty {
                // The one that closed keeps its place until its session ends.
                #expect([.revoked, .lost].contains(try idler.next(&batch)))
                try idler.release()
            }
            try idler.commit([offset])
            #expect(try idler.committed([0]) == [offset])
            idler.close()
        }
    }
}
