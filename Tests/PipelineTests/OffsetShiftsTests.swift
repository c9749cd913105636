import Events
import Log
import Pipeline
import SimulatedLog
import TestTimeline
import Testing

/// What `plainscore topics renew` says in `control`.
struct OffsetShiftsTests {
    @Test func `of each raw topic the last record of shifts counts, and coordinates lead back to the offset`() throws {
        let cluster = SimulatedCluster(seed: 1)
        defer { cluster.discard() }
        let names = TopicNames(prefix: "")
        cluster.createTopic(names.raw(.control), partitions: 1)
        let records: [ControlRecord] = [
            .properties(.example), .shifts(.payments, [5, 0]), .shifts(.bills, [1]), .shifts(.payments, [5, 7]),
        ]
        for record in records {
            cluster.append(names.raw(.control), partition: 0, key: nil, value: record.encode())
        }
        let shifts = try readControl(cluster.connect("reader"), names: names).shifts
        let expected: [(RawTopic, Int32, Int64)] = [
            (.payments, 0, 5), (.payments, 1, 7), (.bills, 0, 1), (.bills, 1, 0), (.accounts, 0, 0),
        ]
        for (topic, partition, shift) in expected {
            #expect(shifts[topic, partition] == shift)
            let source = shifts.coordinates(topic, partition, 3)
            #expect(source.offset == 3 + shift && shifts.offset(of: source) == 3)
        }
    }
}
