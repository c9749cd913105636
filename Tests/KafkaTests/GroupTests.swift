import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    @Suite struct Groups {
        @Test func `what a member commits, the next one finds`() throws {
            let (log, topic) = try Broker.log(partitions: 2)
            try log.append(["a", "b"], to: topic, partition: 1)
            let first = try log.reader(group: topic, topic: topic, instance: "a")
            let none = [0, 1].map { CommittedOffset(partition: $0, offset: nil, metadata: "") }
            #expect(try first.startAtCommitted() == none)
            #expect(try first.records(2).map(\.value) == ["a", "b"])

            let committed = [
                CommittedOffset(partition: 0, offset: nil, metadata: ""),
                CommittedOffset(partition: 1, offset: 2, metadata: "seven — {\"n\":7}"),
            ]
            try first.commit(committed)
            #expect(try first.committed([0, 1]) == committed)
            first.close()

            let second = try log.reader(group: topic, topic: topic, instance: "a")
            #expect(try second.startAtCommitted() == committed)
            #expect(try log.committed(group: topic, topic: topic) == committed)
            try log.append(["c"], to: topic, partition: 1)
            #expect(try second.records(1) == [Record(partition: 1, offset: 2, key: "k", value: "c")])
            second.close()
        }

        @Test func `a member begins anew where it says`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            try log.append(["a", "b", "c"], to: topic, partition: 0)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()
            #expect(try reader.records(3).map(\.value) == ["a", "b", "c"])
            try reader.start([PartitionPosition(partition: 0, offset: 1)])
            #expect(try reader.records(2).map(\.value) == ["b", "c"])
            reader.close()
        }

        @Test func `a static member comes back without waiting for its session to end`() throws {
            let (log, topic) = try Broker.log(partitions: 4)
            let first = try log.reader(group: topic, topic: topic, instance: "a")
            #expect(try first.startAtCommitted().count == 4)
            first.close()

            let start = ContinuousClock.now
            let second = try log.reader(group: topic, topic: topic, instance: "a")
            #expect(try second.assignment().count == 4)
            #expect(ContinuousClock.now - start < .seconds(5))  // the session lasts 10 s
            second.close()
        }

        @Test func `two members share the partitions, and one takes over what the other leaves`() throws {
            let (log, topic) = try Broker.log(partitions: 4, .init("session.timeout.ms", "6000"))
            let stays = try log.reader(group: topic, topic: topic, instance: "stays")
            #expect(try stays.startAtCommitted().map(\.partition) == [0, 1, 2, 3])

            let leaves = try log.reader(group: topic, topic: topic, instance: "leaves")
            var held: [KafkaReaderName: [Int32]] = [.stays: [0, 1, 2, 3], .leaves: []]
            try until("both hold two partitions") {
                try serve(stays, .stays, &held)
                try serve(leaves, .leaves, &held)
                return held.values.allSatisfy { $0.count == 2 }
            }
            #expect(Set(held.values.joined()) == [0, 1, 2, 3])

            leaves.close()
            var events: [ReaderEvent] = []
            try until("the one that stays holds all") {
                try serve(stays, .stays, &held, &events)
                return held[.stays] == [0, 1, 2, 3]
            }
            #expect(events.first == .revoked)
            #expect(events.count == 2)

            try log.append(["x"], to: topic, partition: 3)
            #expect(try stays.records(1).map(\.value) == ["x"])
            stays.close()
        }

        @Test func `a member with nothing to read is told so`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let one = try log.reader(group: topic, topic: topic, instance: "one")
            let two = try log.reader(group: topic, topic: topic, instance: "two")
            var held: [KafkaReaderName: [Int32]] = [:]
            try until("both were assigned, one partition between them") {
                try serve(one, .stays, &held)
                try serve(two, .leaves, &held)
                return held.count == 2 && held.values.map(\.count).sorted() == [0, 1]
            }
            one.close()
            two.close()
        }

        @Test func `a second process with the same instance fences the first`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let first = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try first.startAtCommitted()
            let second = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try second.startAtCommitted()
            var batch = RecordBatch()
            let fenced = try kind {
                try first.commit([CommittedOffset(partition: 0, offset: 0, metadata: "")])
                _ = try first.next(&batch)
            }
            #expect(fenced == .fenced)
            #expect(try log.committed(group: topic, topic: topic).map(\.offset) == [nil])
            first.close()
            second.close()
        }

        @Test(arguments: [5, 1_000] as [Int64])
        func `an offset that is not kept is an error, never a jump`(offset: Int64) throws {
            let (log, topic) = try Broker.log(partitions: 1)
            try log.append((0..<20).map { "\($0)" }, to: topic)
            try deleteRecords(topic, below: 10)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.assignment()
            try reader.start([PartitionPosition(partition: 0, offset: offset)])
            let error = #expect(throws: LogError.self) { _ = try reader.records(1) }
            #expect(error?.kind == .offsetOutOfRange)
            #expect(
                error?.description.contains("\(topic)[0]: offset \(offset)") == true, "\(String(describing: error))")
            #expect(error?.description.contains("10..<20") == true)
            reader.close()
            #expect(try log.values(topic).first == "10")
        }

        @Test func `metadata of 4,096 characters is kept whole, and more is refused before it is sent`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()
            let most = CommittedOffset(partition: 0, offset: 0, metadata: String(repeating: "m", count: 4096))
            try reader.commit([most])
            #expect(try reader.committed([0]) == [most])
            let over = CommittedOffset(partition: 0, offset: 1, metadata: most.metadata + "m")
            #expect(try kind { try reader.commit([over]) } == .fatal)
            #expect(try reader.committed([0]) == [most])
            reader.close()
        }

        @Test func `release and start without their event change nothing`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            try log.append(["a"], to: topic)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            try reader.release()
            #expect(try kind { try reader.start([]) } == .fatal)
            _ = try reader.startAtCommitted()
            try reader.release()
            #expect(try reader.records(1).map(\.value) == ["a"])
            reader.close()
            var batch = RecordBatch()
            #expect(try kind { _ = try reader.poll(into: &batch, milliseconds: 0) } == .fatal)
        }

        enum KafkaReaderName { case stays, leaves }

        /// Polls once and does what a role does with group events.
        private func serve(
            _ reader: KafkaReader, _ name: KafkaReaderName, _ held: inout [KafkaReaderName: [Int32]],
            _ events: inout [ReaderEvent]
        ) throws {
            var batch = RecordBatch()
            let event = try reader.poll(into: &batch, milliseconds: 50)
            if event != .idle, event != .records { events.append(event) }
            switch event {
            case .assigned(let offsets):
                try reader.start(offsets.map { PartitionPosition(partition: $0.partition, offset: $0.offset ?? 0) })
                held[name] = offsets.map(\.partition)
            case .revoked, .lost:
                held[name] = []
                try reader.release()
            case .records, .idle: break
            }
        }

        private func serve(
            _ reader: KafkaReader, _ name: KafkaReaderName, _ held: inout [KafkaReaderName: [Int32]]
        ) throws {
            var events: [ReaderEvent] = []
            try serve(reader, name, &held, &events)
        }

        private func until(_ what: Comment, seconds: Int = 40, _ condition: () throws -> Bool) throws {
            let end = ContinuousClock.now + .seconds(seconds)
            while try !condition() { try #require(ContinuousClock.now < end, what) }
        }

        private func kind(_ body: () throws -> Void) throws -> LogError.Kind? { try KafkaTests.kind(of: body) }
    }
}
