import Kafka
import Log
import TestBroker
import Testing

extension OnARealBroker {
    @Suite struct Writers {
        @Test func `a ticket settles when its records and all before it are delivered`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            #expect(try writer.settled() == 0)
            #expect(writer.seal() == 1)
            #expect(try writer.settled() == 1)  // nothing was appended

            for number in 0..<1_000 { try writer.append(handle, partition: 0, key: "k", value: "\(number)") }
            #expect(writer.seal() == 2)
            try writer.append(handle, partition: 0, key: "k", value: "open")
            let end = ContinuousClock.now + .seconds(10)
            var seen: Set<Ticket> = [1]
            while try seen.insert(writer.settled()).memberAfterInsert != 2 { try #require(ContinuousClock.now < end) }
            #expect(seen == [1, 2])
            #expect(try log.watermarks(topic: topic, partition: 0).upperBound >= 1_000)

            try writer.flush(milliseconds: 10_000)
            #expect(try writer.settled() == 2)  // the record after it belongs to no sealed ticket
            #expect(writer.seal() == 3)
            #expect(try writer.settled() == 3)
            #expect(try log.values(topic).count == 1_001)
        }

        @Test func `more records than the queue holds wait for room`() throws {
            let (log, topic) = try Broker.log(partitions: 1, .init("queue.buffering.max.messages", "100"))
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            for number in 0..<2_000 { try writer.append(handle, partition: 0, key: "k", value: "\(number)") }
            try writer.flush(milliseconds: 30_000)
            #expect(try log.values(topic) == (0..<2_000).map { "\($0)" })
        }

        @Test func `many at once go to their partitions in order, and wait for room as one does`() throws {
            let (log, topic) = try Broker.log(partitions: 3, .init("queue.buffering.max.messages", "100"))
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            try writer.append(handle, OutgoingRecords([]))
            for part in [0..<5, 5..<2_500, 2_500..<2_501] {
                try writer.append(handle, OutgoingRecords(part.map { (partition: Int32($0 % 3), value: "\($0)") }))
            }
            let ticket = writer.seal()
            try writer.flush(milliseconds: 30_000)
            #expect(try writer.settled() == ticket)
            for partition in 0..<3 {
                let expected = stride(from: partition, to: 2_501, by: 3).map { "\($0)" }
                #expect(try log.values(topic, partition: Int32(partition)) == expected)
            }
        }

        @Test func `one of many that is refused ends the writer`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            let large = String(repeating: "x", count: KafkaWriter.recordBytesMax + 1)
            let records = OutgoingRecords([(partition: 0, value: "small"), (partition: 0, value: large)])
            #expect(try kind { try writer.append(handle, records) } == .undelivered)
            #expect(try kind { _ = try writer.settled() } == .undelivered)
        }

        @Test func `headers arrive`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            let (key, value) = ("k", "v")
            let headers = [(name: "reason", value: "too late"), (name: "empty", value: "")]
            try writer.append(
                handle, partition: nil, key: unsafe key.utf8Span.span.bytes, value: unsafe value.utf8Span.span.bytes,
                headers: headers)
            try writer.flush(milliseconds: 10_000)
            let printed = try Broker.kafka(
                "tool", "console-consumer", "--bootstrap-server", #require(Broker.current).servers, "--topic", topic,
                "--from-beginning", "--max-messages", "1", "--formatter-property", "print.headers=true",
                "--formatter-property", "print.key=true")
            #expect(printed == "reason:too late,empty:\tk\tv")
        }

        @Test func `the partition of a key is that of Java's client`() throws {
            let partitions: Int32 = 7
            let (log, topic) = try Broker.log(partitions: partitions)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            let keys = (0..<200).map { "person-\($0 * $0)" } + ["a", "ab", "abc", "abcd", "grüß"]
            for key in keys { try writer.append(handle, key: key, value: "") }
            try writer.flush(milliseconds: 10_000)
            for partition in 0..<partitions {
                var found: Set<String> = []
                try log.read(topic: topic, partition: partition, range: 0..<Int64.max) { batch in
                    found.formUnion(batch.records.compactMap(\.key))
                }
                let expected = keys.filter { Int32(murmur2(Array($0.utf8)) & 0x7fff_ffff) % partitions == partition }
                #expect(found == Set(expected))
            }
        }

        @Test func `a record that is refused ends the writer`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            // Larger than the topic takes (1 MiB), smaller than the client does; does not compress.
            var generator = SystemRandomNumberGenerator()
            let large = (0..<2 << 20).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let key = "k"
            try writer.append(handle, partition: 0, key: unsafe key.utf8Span.span.bytes, value: unsafe large.span.bytes)
            let ticket = writer.seal()
            #expect(try kind { try writer.flush(milliseconds: 10_000) } == .undelivered)
            #expect(try kind { _ = try writer.settled() } == .undelivered)
            #expect(try kind { try writer.append(handle, partition: 0, key: "k", value: "small") } == .undelivered)
            #expect(ticket == 1)
            #expect(try log.values(topic) == [])
        }

        @Test func `a partition that does not exist ends the writer`() throws {
            let (log, topic) = try Broker.log(partitions: 1)
            let writer = try log.writer()
            let handle = try writer.topic(topic)
            #expect(
                try kind {
                    try writer.append(handle, partition: 9, key: "k", value: "v")
                    try writer.flush(milliseconds: 10_000)
                } == .undelivered)
        }

        private func kind(_ body: () throws -> Void) throws -> LogError.Kind? { try KafkaTests.kind(of: body) }
    }
}

/// Austin Appleby's MurmurHash2 with the seed and the byte order of Kafka's `Utils.murmur2`, from its published text.
func murmur2(_ bytes: [UInt8]) -> UInt32 {
    let multiplier: UInt32 = 0x5bd1_e995
    var hash: UInt32 = 0x9747_b28c ^ UInt32(bytes.count)
    let tail = bytes.count & ~3
    for start in stride(from: 0, to: tail, by: 4) {
        var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        word = word &* multiplier
        word = (word ^ word >> 24) &* multiplier
        hash = hash &* multiplier ^ word
    }
    if tail < bytes.count {
        for index in (tail..<bytes.count).reversed() { hash ^= UInt32(bytes[index]) << UInt32(8 * (index - tail)) }
        hash = hash &* multiplier
    }
    hash = (hash ^ hash >> 13) &* multiplier
    return hash ^ hash >> 15
}

/// The values of Kafka's own `UtilsTest.testMurmur2`.
@Test(
    arguments: [
        ("21", -973_932_308), ("foobar", -790_332_482), ("a-little-bit-long-string", -985_981_536),
        ("a-little-bit-longer-string", -1_486_304_829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
        ("abc", 479_470_107),
    ] as [(String, Int32)])
func `murmur2 of the tests is that of Kafka's tests`(key: String, hash: Int32) {
    #expect(Int32(bitPattern: murmur2(Array(key.utf8))) == hash)
}
