import Log
import SimulatedLog
import Testing

@Suite struct TransactionTests {
    let cluster = SimulatedCluster(seed: 5)
    let log: SimulatedLog
    let reader: SimulatedReader
    let writer: SimulatedTransactionalWriter
    let out: TopicHandle

    init() throws {
        cluster.createTopic("in", partitions: 2)
        cluster.createTopic("out", partitions: 2)
        log = cluster.connect("a")
        reader = try log.reader(group: "g", topic: "in", instance: "a")
        _ = try reader.step()
        writer = try log.transactions(id: "id")
        out = try writer.topic("out")
    }

    private func offset(_ offset: Int64) -> [CommittedOffset] {
        [CommittedOffset(partition: 0, offset: offset, metadata: "m\(offset)")]
    }

    @Test func `records and offsets appear together, and a marker takes an offset`() throws {
        try writer.begin()
        try writer.append(out, partition: 0, "first")
        try writer.append(out, partition: 0, "second")
        #expect(cluster.records("out").isEmpty)
        #expect(try writer.commit(offset(4), of: reader) == .committed)
        #expect(cluster.records("out", 0).map(\.text) == ["first", "second"])
        #expect(cluster.committedOffset(group: "g", topic: "in", partition: 0) == offset(4)[0])
        try writer.begin()
        try writer.append(out, partition: 0, "third")
        #expect(try writer.commit(offset(5), of: reader) == .committed)
        #expect(cluster.records("out", 0).map(\.offset) == [0, 1, 3])
        #expect(try log.watermarks(topic: "out", partition: 0) == 0..<5)
        #expect(try log.watermarks(topic: "out", partition: 1) == 0..<0)
    }

    @Test func `aborted records are never seen, and take offsets`() throws {
        try writer.begin()
        try writer.append(out, partition: 0, "dropped")
        try writer.abort()
        cluster.abortedCommitPercent = 100
        try writer.begin()
        try writer.append(out, partition: 0, "dropped too")
        #expect(try writer.commit(offset(4), of: reader) != .committed)
        #expect(cluster.committedOffset(group: "g", topic: "in", partition: 0).offset == nil)
        cluster.abortedCommitPercent = 0
        try writer.begin()
        try writer.append(out, partition: 0, "kept")
        #expect(try writer.commit([], of: reader) == .committed)
        #expect(cluster.records("out", 0).map(\.text) == ["kept"])
        #expect(cluster.records("out", 0).map(\.offset) == [4])
    }

    @Test func `an open transaction holds back every reader of the partition`() throws {
        let other = cluster.connect("b")
        let follower = try other.reader(group: "h", topic: "out", instance: "b")
        cluster.append("out", partition: 0, key: nil, value: [0])
        try writer.begin()
        try writer.append(out, partition: 0, "open")
        cluster.append("out", partition: 0, key: nil, value: [2])
        cluster.append("out", partition: 1, key: nil, value: [0])
        #expect(try follower.offsets().sorted() == [0, 0])
        #expect(try other.watermarks(topic: "out", partition: 0) == 0..<1)
        #expect(kind { try other.read(topic: "out", partition: 0, range: 0..<2) { _ in } } == .stalled)
        #expect(try writer.commit([], of: reader) == .committed)
        #expect(try follower.offsets() == [1, 2])
    }

    @Test func `the newest holder of an id fences the one before`() throws {
        try writer.begin()
        try writer.append(out, partition: 0, "lost")
        let again = try cluster.connect("b").transactions(id: "id")
        #expect(kind { try writer.append(out, partition: 0, "late") } == .fenced)
        #expect(kind { _ = try writer.commit([], of: reader) } == .fenced)
        #expect(kind { try writer.begin() } == .fenced)
        #expect(cluster.records("out").isEmpty)
        #expect(try log.watermarks(topic: "out", partition: 0) == 0..<2)
        try again.begin()
    }

    @Test(arguments: [true, false])
    func `a crash aborts, at once or when somebody ends it`(sessionEnds: Bool) throws {
        let other = cluster.connect("b")
        try writer.begin()
        try writer.append(out, partition: 0, "lost")
        cluster.crash("a", sessionEnds: sessionEnds)
        #expect(try other.watermarks(topic: "out", partition: 0) == 0..<(sessionEnds ? 2 : 0))
        cluster.endSessions()
        #expect(try other.watermarks(topic: "out", partition: 0) == 0..<2)
        #expect(cluster.records("out").isEmpty)
    }

    @Test func `a zombie's transaction is fenced by its offsets`() throws {
        cluster.pause("a")
        try writer.begin()
        try writer.append(out, partition: 0, "late")
        #expect(kind { _ = try writer.commit(offset(1), of: reader) } == .fenced)
        try writer.abort()
        #expect(cluster.records("out").isEmpty)
    }

    @Test func `a transaction that was open when its process fell silent is gone`() throws {
        try writer.begin()
        try writer.append(out, partition: 0, "late")
        cluster.pause("a")
        #expect(kind { _ = try writer.commit(offset(1), of: reader) } == .fenced)
        #expect(try cluster.connect("b").watermarks(topic: "out", partition: 0) == 0..<2)
    }

    @Test func `reading outside a group passes markers and aborted records`() throws {
        for number in 0..<10 {
            try writer.begin()
            try writer.append(out, partition: 0, "\(number)")
            if number % 3 == 0 { try writer.abort() } else { _ = try writer.commit([], of: reader) }
        }
        var texts: [String] = []
        try log.read(topic: "out", partition: 0, range: 2..<16) { batch in
            for entry in batch.entries { texts.append(batch.text(entry)) }
        }
        #expect(texts == ["1", "2", "4", "5", "7"])
        #expect(kind { try log.read(topic: "out", partition: 0, range: 2..<21) { _ in } } == .offsetOutOfRange)
    }

    @Test func `misuse is told`() throws {
        #expect(kind { try writer.append(out, partition: 0, "") } == .fatal)
        #expect(kind { _ = try writer.commit([], of: reader) } == .fatal)
        #expect(kind { try writer.abort() } == .fatal)
        try writer.begin()
        #expect(kind { try writer.begin() } == .fatal)
    }
}
