import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    @Suite struct Transactions {
        @Test func `records and offsets of a committed transaction are seen, of an aborted one never`() throws {
            let setup = try Setup()
            let (log, writer) = (setup.log, setup.writer)
            try writer.begin()
            try writer.append(setup.output, value: "one")
            let first = CommittedOffset(partition: 0, offset: 3, metadata: "number=1")
            #expect(try writer.commit([first], of: setup.reader) == .committed)
            #expect(try log.committed(group: setup.input, topic: setup.input) == [first])

            try writer.begin()
            for number in 0..<100 { try writer.append(setup.output, value: "no \(number)") }
            try writer.abort()
            try writer.begin()
            try writer.append(
                setup.output, OutgoingRecords([(partition: 0, value: "two"), (partition: 0, value: "three")]))
            let second = CommittedOffset(partition: 0, offset: 4, metadata: "number=2")
            #expect(try writer.commit([second], of: setup.reader) == .committed)
            #expect(try log.committed(group: setup.input, topic: setup.input) == [second])
            try log.expect(["one", "two", "three"], in: setup.outputName)
            setup.reader.close()
        }

        @Test func `an abort before the broker has heard of the transaction is an abort`() throws {
            let setup = try Setup()
            let rounds = 20
            for round in 0..<rounds {
                try setup.writer.begin()
                try setup.writer.append(setup.output, value: "\(round)")
                #expect(try setup.writer.commit([], of: setup.reader) == .committed)
                try setup.writer.begin()
                try setup.writer.append(setup.output, value: "no")
                try setup.writer.abort()
            }
            try setup.log.expect((0..<rounds).map { "\($0)" }, in: setup.outputName)
            setup.reader.close()
        }

        @Test func `offsets are committed also where there is no output`() throws {
            let setup = try Setup()
            try setup.writer.begin()
            let offset = CommittedOffset(partition: 0, offset: 9, metadata: "")
            #expect(try setup.writer.commit([offset], of: setup.reader) == .committed)
            #expect(try setup.reader.committed([0]) == [offset])
            setup.reader.close()
        }

        @Test func `a read ends where the log ends in transaction markers`() throws {
            let setup = try Setup()
            try setup.commitThreeAndAbortOne()
            let marks = try setup.log.watermarks(topic: setup.outputName, partition: 0)
            #expect(marks == 0..<8)
            #expect(try setup.log.values(setup.outputName, range: marks) == ["0", "1", "2"])
            #expect(try setup.log.values(setup.outputName, range: 1..<3) == ["1"])
            #expect(try setup.log.values(setup.outputName, range: 1..<2) == [])
            setup.reader.close()
        }

        @Test func `what can still be read are records, and neither markers nor what was aborted`() throws {
            let setup = try Setup()
            let name = setup.outputName
            func tail(_ offset: Int64) throws -> ReadableTail? {
                try setup.log.tails(topic: name, from: [PartitionPosition(partition: 0, offset: offset)])[0]
            }
            #expect(try tail(0).map { [$0.records, $0.stableEnd] } == [0, 0])
            try setup.commitThreeAndAbortOne()
            for (offset, left) in [(0, 3), (1, 2), (2, 2), (3, 1), (4, 1), (5, 0), (6, 0), (7, 0), (8, 0)] {
                let found = try #require(try tail(Int64(offset)))
                #expect(found.records == left && found.stableEnd == 8, "from \(offset)")
                #expect((found.firstStamp == nil) == (left == 0))
            }
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "open")
            try setup.waitForRecords(9)
            try setup.log.append(["behind"], to: name)
            let held = try #require(try tail(5))
            #expect(held.records == 0 && held.stableEnd == 8)
            #expect(try setup.writer.commit([], of: setup.reader) == .committed)
            try setup.waitForRecords(11)
            #expect(try tail(5)?.records == 2)
            setup.reader.close()
        }

        @Test func `an open transaction is not read, and holds nobody up`() throws {
            let setup = try Setup()
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "yes")
            #expect(try setup.writer.commit([], of: setup.reader) == .committed)
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "open")
            try setup.waitForRecords(3)
            try setup.log.expect(["yes"], in: setup.outputName)
            try setup.writer.abort()
            setup.reader.close()
        }

        @Test func `a second writer with the same id fences the first and ends what it left open`() throws {
            let setup = try Setup()
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "zombie")
            let second = try setup.log.transactions(id: setup.outputName)
            let output = try second.topic(setup.outputName)
            let offset = CommittedOffset(partition: 0, offset: 1, metadata: "")
            #expect(try kind { _ = try setup.writer.commit([offset], of: setup.reader) } == .fenced)
            #expect(try setup.reader.committed([0]).map(\.offset) == [nil])

            try second.begin()
            try second.append(output, value: "heir")
            #expect(try second.commit([offset], of: setup.reader) == .committed)
            try setup.log.expect(["heir"], in: setup.outputName)
            setup.reader.close()
        }

        @Test func `a member that was replaced cannot commit, and its records are never seen`() throws {
            let setup = try Setup()
            let successor = try setup.log.reader(group: setup.input, topic: setup.input, instance: "a")
            _ = try successor.startAtCommitted()
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "stale")
            let outcome = try setup.writer.commit(
                [CommittedOffset(partition: 0, offset: 5, metadata: "")], of: setup.reader)
            guard case .aborted = outcome else {
                Issue.record("expected an abort, got \(outcome)")
                return
            }
            #expect(try successor.committed([0]).map(\.offset) == [nil])

            // The writer goes on with a new producer and the same topic handle.
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "fresh")
            let offset = CommittedOffset(partition: 0, offset: 6, metadata: "")
            #expect(try setup.writer.commit([offset], of: successor) == .committed)
            try setup.log.expect(["fresh"], in: setup.outputName)
            setup.reader.close()
            successor.close()
        }

        @Test func `a transaction that the broker timed out ends as an abort or as fenced, and is never seen`() throws {
            let setup = try Setup()
            try setup.writer.begin()
            try setup.writer.append(setup.output, value: "slow")
            // The broker looks for expired transactions every 10 s; then the marker lies behind the record.
            try setup.waitForRecords(2)
            let kind = try kind {
                let outcome = try setup.writer.commit([], of: setup.reader)
                if case .aborted = outcome { throw LogError(.fenced, "aborted") }
            }
            #expect(kind == .fenced || kind == .fatal)
            try setup.log.expect([], in: setup.outputName)
            setup.reader.close()
        }

        @Test func `metadata that is too long is refused before it is sent`() throws {
            let setup = try Setup()
            try setup.writer.begin()
            let long = CommittedOffset(partition: 0, offset: 1, metadata: String(repeating: "m", count: 4097))
            #expect(try kind { _ = try setup.writer.commit([long], of: setup.reader) } == .fatal)
            try setup.writer.abort()
            #expect(try setup.reader.committed([0]).map(\.offset) == [nil])
            setup.reader.close()
        }

        /// A reader of an input, a transactional writer to an output.
        struct Setup {
            let log: KafkaLog
            let input: String
            let outputName: String
            let reader: KafkaReader
            let writer: KafkaTransactions
            let output: TopicHandle

            init() throws {
                (log, input) = try Broker.log(partitions: 1)
                outputName = try Broker.log(partitions: 1).topic
                writer = try log.transactions(id: outputName)
                output = try writer.topic(outputName)
                reader = try log.reader(group: input, topic: input, instance: "a")
                _ = try reader.startAtCommitted()
            }

            /// Values 0, 1 and 2, each in a transaction of its own, and one that is aborted: eight offsets.
            func commitThreeAndAbortOne() throws {
                for number in 0..<3 {
                    try writer.begin()
                    try writer.append(output, value: "\(number)")
                    #expect(try writer.commit([], of: reader) == .committed)
                }
                try writer.begin()
                try writer.append(output, value: "dropped")
                try waitForRecords(7)  // else the abort drops the record before it is sent
                try writer.abort()
                try waitForRecords(8)  // four records, each with its marker
            }

            /// Waits until the output holds `count` records and markers.
            func waitForRecords(_ count: Int64) throws {
                let end = ContinuousClock.now + .seconds(40)
                while try log.watermarks(topic: outputName, partition: 0).upperBound < count {
                    try #require(ContinuousClock.now < end, "\(count) records in \(outputName)")
                }
            }
        }

        private func kind(_ body: () throws -> Void) throws -> LogError.Kind? { try KafkaTests.kind(of: body) }
    }
}
