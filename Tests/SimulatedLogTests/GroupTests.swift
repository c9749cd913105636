import Log
import SimulatedLog
import Testing

@Suite struct GroupTests {
    let cluster = SimulatedCluster(seed: 3)

    init() { cluster.createTopic("t", partitions: 5) }

    private func join(_ process: String, instance: String? = nil) throws -> SimulatedReader {
        try cluster.connect(process).reader(group: "g", topic: "t", instance: instance ?? process)
    }

    @Test func `a member reads from where it starts, in order of each partition`() throws {
        for number in 0..<40 { cluster.append("t", partition: Int32(number % 5), key: nil, value: [UInt8(number)]) }
        cluster.commitOffset(group: "g", topic: "t", partition: 2, offset: 3, metadata: "seen")
        let reader = try join("a")
        var batch = RecordBatch()
        let event = try reader.poll(into: &batch, milliseconds: 0)
        #expect(
            event
                == .assigned(
                    (0..<5).map {
                        CommittedOffset(partition: $0, offset: $0 == 2 ? 3 : nil, metadata: $0 == 2 ? "seen" : "")
                    }))
        try reader.start((0..<5).map { PartitionPosition(partition: $0, offset: $0 == 2 ? 3 : 0) })
        var read: [[Int64]] = Array(repeating: [], count: 5)
        while try reader.poll(into: &batch, milliseconds: 0) == .records {
            for entry in batch.entries { read[Int(entry.partition)].append(entry.offset) }
        }
        #expect(read == [Array(0..<8), Array(0..<8), Array(3..<8), Array(0..<8), Array(0..<8)])
    }

    @Test func `all give back before the next generation begins`() throws {
        let first = try join("a")
        #expect(try first.step().assignedPartitions == [0, 1, 2, 3, 4])
        let second = try join("b")
        #expect(try second.step() == .idle)

        var batch = RecordBatch()
        #expect(try first.poll(into: &batch, milliseconds: 0) == .revoked)
        try first.commit([CommittedOffset(partition: 4, offset: 0, metadata: "")])
        #expect(try second.step() == .idle)
        try first.release()
        #expect(kind { try first.commit([]) } == .fenced)
        #expect(cluster.generation(group: "g") == 2)

        #expect(try second.step().assignedPartitions == [3, 4])
        #expect(try first.step().assignedPartitions == [0, 1, 2])
        #expect(cluster.assignment(group: "g").map(\.partitions) == [[0, 1, 2], [3, 4]])
    }

    @Test func `more members than partitions leave some with none`() throws {
        let readers = try (0..<7).map { try join("p\($0)") }
        for _ in 0..<10 { for reader in readers { _ = try reader.step() } }
        #expect(cluster.assignment(group: "g").map(\.partitions) == [[0], [1], [2], [3], [4], [], []])
        for reader in readers { #expect(try reader.step() == .idle) }
    }

    @Test func `a crash hands over once the session ends`() throws {
        let (first, second) = (try join("a"), try join("b"))
        for _ in 0..<3 { for reader in [first, second] { _ = try reader.step() } }
        cluster.crash("a", sessionEnds: false)
        #expect(try second.step() == .idle)
        #expect(cluster.assignment(group: "g").map(\.partitions) == [[0, 1, 2], [3, 4]])
        cluster.endSessions()
        #expect(try second.step() == .revoked)
        #expect(try second.step().assignedPartitions == [0, 1, 2, 3, 4])
        #expect(kind { _ = try first.step() } == .unavailable)
    }

    @Test func `who comes back within the session takes over without a rebalance`() throws {
        let (first, second) = (try join("a"), try join("b"))
        for _ in 0..<3 { for reader in [first, second] { _ = try reader.step() } }
        let generation = cluster.generation(group: "g")
        cluster.crash("a", sessionEnds: false)
        let again = try join("a")
        #expect(try again.step().assignedPartitions == [0, 1, 2])
        #expect(try second.step() == .idle)
        #expect(cluster.generation(group: "g") == generation)
        cluster.endSessions()
        #expect(try again.step() == .idle)
        #expect(try second.step() == .idle)
    }

    @Test func `a closed reader's share waits for the end of its session`() throws {
        let (first, second) = (try join("a"), try join("b"))
        for _ in 0..<3 { for reader in [first, second] { _ = try reader.step() } }
        first.close()
        #expect(try second.step() == .idle)
        cluster.endSessions()
        #expect(try second.step() == .revoked)
        #expect(try second.step().assignedPartitions == [0, 1, 2, 3, 4])
        #expect(kind { _ = try first.step() } == .fatal)
    }

    @Test func `a second process under one instance fences the first`() throws {
        let first = try join("a", instance: "x")
        _ = try first.step()
        let second = try join("b", instance: "x")
        #expect(kind { _ = try first.step() } == .fenced)
        #expect(kind { try first.commit([]) } == .fenced)
        #expect(try second.step().assignedPartitions == [0, 1, 2, 3, 4])
    }

    @Test func `a zombie reads on, cannot commit, and hears of its loss when it wakes`() throws {
        let (first, second) = (try join("a"), try join("b"))
        for _ in 0..<3 { for reader in [first, second] { _ = try reader.step() } }
        cluster.append("t", partition: 0, key: nil, value: [1])
        cluster.pause("a")
        #expect(try second.step() == .revoked)
        #expect(try second.step().assignedPartitions == [0, 1, 2, 3, 4])
        #expect(try first.offsets() == [0])
        #expect(try second.offsets() == [0])
        #expect(kind { try first.commit([CommittedOffset(partition: 0, offset: 1, metadata: "")]) } == .fenced)
        try second.commit([CommittedOffset(partition: 0, offset: 1, metadata: "")])

        cluster.resume("a")
        #expect(try first.step() == .lost)
        #expect(try second.step() == .revoked)
        #expect(try first.step().assignedPartitions == [0, 1, 2])
        #expect(try second.step().assignedPartitions == [3, 4])
    }

    @Test func `a zombie whose instance is taken does not come back`() throws {
        let first = try join("a", instance: "x")
        _ = try first.step()
        cluster.pause("a")
        let second = try join("b", instance: "x")
        #expect(try second.step().assignedPartitions == [0, 1, 2, 3, 4])
        cluster.resume("a")
        #expect(kind { _ = try first.step() } == .fenced)
        #expect(try second.step() == .idle)
    }

    @Test func `offsets that are not kept are refused`() throws {
        for number in 0..<5 { cluster.append("t", partition: 0, key: nil, value: [UInt8(number)]) }
        cluster.deleteRecords("t", 0, below: 3)
        let log = cluster.connect("a")
        #expect(try log.watermarks(topic: "t", partition: 0) == 3..<5)
        let reader = try log.reader(group: "g", topic: "t", instance: "a")
        _ = try reader.step()
        #expect(kind { _ = try reader.step() } == .offsetOutOfRange)
    }

    @Test func `misuse is told`() throws {
        let reader = try join("a")
        var batch = RecordBatch()
        #expect(kind { try reader.start([PartitionPosition(partition: 0, offset: 0)]) } == .fatal)
        _ = try reader.poll(into: &batch, milliseconds: 0)
        #expect(kind { _ = try reader.poll(into: &batch, milliseconds: 0) } == .fatal)
        #expect(kind { try reader.start([PartitionPosition(partition: 0, offset: 0)]) } == .fatal)
        #expect(kind { try reader.release() } == .fatal)
        try reader.start((0..<5).map { PartitionPosition(partition: $0, offset: 0) })
        #expect(kind { try reader.commit([CommittedOffset(partition: 5, offset: 0, metadata: "")]) } == .fatal)
        #expect(kind { try reader.commit([CommittedOffset(partition: 0, offset: nil, metadata: "")]) } == .fatal)
        let long = String(repeating: "x", count: 4097)
        #expect(kind { try reader.commit([CommittedOffset(partition: 0, offset: 1, metadata: long)]) } == .fatal)
    }

    @Test func `a deleted topic takes its committed offsets along`() throws {
        cluster.commitOffset(group: "g", topic: "t", partition: 0, offset: 7)
        cluster.deleteTopic("t")
        cluster.createTopic("t", partitions: 1)
        #expect(cluster.committedOffset(group: "g", topic: "t", partition: 0).offset == nil)
    }
}
