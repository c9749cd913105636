import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    @Suite struct RoundTrip {
        @Test func `a record comes back as it was sent`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            try writer.append(handle, partition: 0, key: "key", value: "value")
            try writer.append(handle, partition: 0, key: "", value: "")
            try writer.flush(milliseconds: 10_000)

            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()
            #expect(
                try reader.records(2) == [
                    Record(partition: 0, offset: 0, key: "key", value: "value"),
                    Record(partition: 0, offset: 1, key: nil, value: ""),
                ])
            reader.close()
        }

        @Test func `a tombstone is a null value`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            try Broker.kafka(
                "tool", "console-producer", "--bootstrap-server", #require(Broker.current).servers, "--topic", topic,
                "--reader-property", "parse.key=true", "--reader-property", "null.marker=NULL", input: "gone\tNULL\n")
            var records: [Record] = []
            try log.read(topic: topic, partition: 0, range: 0..<1) { records += $0.records }
            #expect(records == [Record(partition: 0, offset: 0, key: "gone", value: nil)])
        }

        @Test func `a hundred thousand records come back, each partition in order`() throws {
            let (count, partitions) = (100_000, Int32(4))
            let (log, topic) = try Broker.log(partitions: partitions)
            let reader = try log.reader(group: topic, topic: topic, instance: "a")
            _ = try reader.startAtCommitted()

            let writer = try log.writer()
            let handle = try writer.topic(topic)
            for number in 0..<count {
                try writer.append(handle, partition: Int32(number) % partitions, key: "k", value: "\(number)")
            }
            try writer.flush(milliseconds: 30_000)

            let records = try reader.records(count)
            #expect(records.count == count)
            for partition in 0..<partitions {
                let own = records.filter { $0.partition == partition }
                #expect(own.map(\.offset) == Array(0..<Int64(count) / Int64(partitions)))
                #expect(
                    own.map(\.value) == stride(from: Int(partition), to: count, by: Int(partitions)).map { "\($0)" })
                #expect(try log.values(topic, partition: partition) == own.map(\.value))
            }
            reader.close()
        }

        @Test func `a range is read from its first to before its last offset`() throws {
            let (log, topic) = try Broker.log(partitions: 2)
            try log.append((0..<10).map { "\($0)" }, to: topic, partition: 1)
            #expect(try log.watermarks(topic: topic, partition: 1) == 0..<10)
            #expect(try log.values(topic, partition: 1, range: 3..<6) == ["3", "4", "5"])
            #expect(try log.values(topic, partition: 1, range: 8..<100) == ["8", "9"])
            #expect(try log.values(topic, partition: 1, range: 100..<200) == [])
            #expect(try log.values(topic, partition: 0) == [])
        }

        @Test func `an error thrown by the body ends a read`() throws {
            struct Enough: Error {}
            let (log, topic) = try Broker.log(partitions: 1)
            try log.append(["a"], to: topic)
            #expect(throws: Enough.self) {
                try log.read(topic: topic, partition: 0, range: 0..<1) { _ in throw Enough() }
            }
        }

        @Test func `a missing topic is said by everything that is asked for one`() throws {
            let log = try KafkaLog(Broker.settings())
            #expect(try kind { _ = try log.partitionCount(topic: "nowhere") } == .missingTopic)
            #expect(try kind { _ = try log.reader(group: "g", topic: "nowhere", instance: "a") } == .missingTopic)
            #expect(try kind { _ = try log.writer().topic("nowhere") } == .missingTopic)
            #expect(try kind { _ = try log.watermarks(topic: "nowhere", partition: 0) } == .missingTopic)
            #expect(try kind { _ = try log.values("nowhere") } == .missingTopic)
            #expect(try kind { _ = try log.committed(group: "g", topic: "nowhere") } == .missingTopic)
            let (_, topic) = try Broker.log(partitions: 1)
            #expect(try kind { _ = try log.values(topic, partition: 1) } == .missingTopic)
        }

        private func kind(_ body: () throws -> Void) throws -> LogError.Kind? { try KafkaTests.kind(of: body) }
    }
}
