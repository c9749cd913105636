import Log
import SimulatedLog
import Testing

@Suite struct WriterTests {
    @Test func `what is flushed is in the log, with its stamp, key and headers`() throws {
        let cluster = SimulatedCluster(seed: 1)
        cluster.createTopic("payments", partitions: 3)
        cluster.now = 1000
        let writer = try cluster.connect("a").writer()
        let topic = try writer.topic("payments")
        try writer.append(topic, partition: 2, "k", "first")
        let (key, value) = (Array("foobar".utf8), Array("second".utf8))
        try unsafe writer.append(
            topic, partition: nil, key: key.span.bytes, value: value.span.bytes, headers: [("reason", "x")])
        cluster.now = 2000
        try writer.flush(milliseconds: 0)
        #expect(cluster.records("payments", 2).map(\.text) == ["first"])
        #expect(cluster.records("payments", 2).map(\.timestamp) == [2000])
        let keyed = cluster.records("payments", murmur2Partition(key: key, partitions: 3))
        #expect(keyed.map(\.key) == [key])
        #expect(keyed.map(\.headers) == [[.init(name: "reason", value: "x")]])
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `a ticket that is settled is in the log, and at last all are`(seed: UInt64) throws {
        let cluster = SimulatedCluster(seed: seed)
        cluster.createTopic("t", partitions: 4)
        let writer = try cluster.connect("a").writer()
        let topic = try writer.topic("t")
        var settled: Ticket = 0
        for ticket in 1...20 as ClosedRange<Ticket> {
            for partition in 0..<4 as Range<Int32> { try writer.append(topic, partition: partition, "", "\(ticket)") }
            #expect(writer.seal() == ticket)
            let newest = try writer.settled()
            #expect(newest >= settled && newest <= ticket)
            settled = newest
            for partition in 0..<4 as Range<Int32> {
                let texts = cluster.records("t", partition).map(\.text)
                #expect(texts == (0..<texts.count).map { "\($0 + 1)" })
                #expect(texts.count >= settled)
            }
        }
        var polls = 0
        while try writer.settled() < 20 {
            polls += 1
            try #require(polls < 10_000)
        }
        #expect(cluster.records("t").count == 80)
    }

    @Test func `a crash keeps a prefix of each partition, not always the same`() throws {
        var kept: Set<[Int]> = []
        for seed in 0..<100 as Range<UInt64> {
            let cluster = SimulatedCluster(seed: seed)
            cluster.createTopic("t", partitions: 2)
            let writer = try cluster.connect("a").writer()
            let topic = try writer.topic("t")
            for number in 0..<6 { try writer.append(topic, partition: Int32(number % 2), "", "\(number)") }
            cluster.crash("a")
            #expect(["0", "2", "4"].starts(with: cluster.records("t", 0).map(\.text)))
            #expect(["1", "3", "5"].starts(with: cluster.records("t", 1).map(\.text)))
            kept.insert([cluster.records("t", 0).count, cluster.records("t", 1).count])
            #expect(kind { _ = try writer.settled() } == .unavailable)
            #expect(kind { try writer.append(topic, partition: 0, "", "late") } == .unavailable)
        }
        #expect(kept.count == 16)
    }

    @Test func `failed deliveries are told, and nothing after them arrives`() throws {
        let cluster = SimulatedCluster(seed: 1)
        cluster.createTopic("t", partitions: 1)
        let writer = try cluster.connect("a").writer()
        let topic = try writer.topic("t")
        for number in 0..<5 { try writer.append(topic, partition: 0, "", "\(number)") }
        let ticket = writer.seal()
        cluster.failDeliveries(of: "a")
        #expect(kind { try writer.flush(milliseconds: 0) } == .undelivered)
        #expect(kind { _ = try writer.settled() } == .undelivered)
        #expect(cluster.records("t").count < 5)
        #expect(ticket == 1)
    }

    @Test func `a process crashes in the call it was told to`() throws {
        let cluster = SimulatedCluster(seed: 1)
        cluster.createTopic("t", partitions: 1)
        let writer = try cluster.connect("a").writer()
        let topic = try writer.topic("t")
        cluster.crash("a", afterCalls: 2)
        try writer.append(topic, partition: 0, "", "0")
        try writer.append(topic, partition: 0, "", "1")
        #expect(!cluster.isCrashed("a"))
        #expect(kind { try writer.append(topic, partition: 0, "", "2") } == .unavailable)
        #expect(cluster.isCrashed("a"))
        #expect(["0", "1"].starts(with: cluster.records("t").map(\.text)))
        _ = try cluster.connect("a").writer()
    }

    @Test func `what does not exist is named`() throws {
        let cluster = SimulatedCluster(seed: 1)
        cluster.createTopic("t", partitions: 1)
        let log = cluster.connect("a")
        #expect(kind { _ = try log.partitionCount(topic: "u") } == .missingTopic)
        #expect(kind { _ = try log.reader(group: "g", topic: "u", instance: "a") } == .missingTopic)
        let writer = try log.writer()
        #expect(kind { _ = try writer.topic("u") } == .missingTopic)
        let topic = try writer.topic("t")
        #expect(kind { try writer.append(topic, partition: 1, "", "") } == .configuration)
    }
}
