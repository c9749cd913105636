import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    /// A member that is still at work on the records of its last poll serves its group.
    @Suite struct Serving {
        @Test func `a member that serves its group keeps partitions and records, however long it does not poll`()
            throws
        {
            let (log, topic) = try Broker.log(
                partitions: 1, .init("session.timeout.ms", "6000"), .init("max.poll.interval.ms", "6000"))
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()
            let values = (0..<40).map { "\($0)" }
            try log.append(values, to: topic, partition: 0)
            // Past the interval, after which the group takes the partitions of a member that neither polls nor serves.
            let end = ContinuousClock.now + .seconds(9)
            var served = 0
            while ContinuousClock.now < end {
                try #require(try reader.serve() == .idle)
                served += 1
            }
            #expect(served > 100)
            #expect(try reader.records(40).map(\.value) == values)
            try reader.commit([CommittedOffset(partition: 0, offset: 40, metadata: "")])
            reader.close()
        }

        @Test func `what came ahead is forgotten when the group takes the partitions back`() throws {
            let (log, topic) = try Broker.log(partitions: 2, .init("session.timeout.ms", "6000"))
            let first = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try first.startAtCommitted()
            for partition in 0..<2 as Range<Int32> { try log.append(["x", "y", "z"], to: topic, partition: partition) }
            let second = try log.reader(group: topic, topic: topic, instance: "b")
            var batch = RecordBatch()
            let end = ContinuousClock.now + .seconds(40)
            var event = ReaderEvent.idle
            while event == .idle, ContinuousClock.now < end {
                _ = try second.poll(into: &batch, milliseconds: 10)
                event = try first.serve()
            }
            try #require(event == .revoked)
            try first.release()
            var given: [CommittedOffset]?
            while given == nil, ContinuousClock.now < end {
                _ = try second.poll(into: &batch, milliseconds: 10)
                if case .assigned(let offsets) = try first.poll(into: &batch, milliseconds: 10) { given = offsets }
            }
            #expect(given?.count == 1)
            try first.start([PartitionPosition(partition: given![0].partition, offset: 0)])
            #expect(try first.records(3).map(\.value) == ["x", "y", "z"])
            first.close()
            second.close()
        }
    }
}
