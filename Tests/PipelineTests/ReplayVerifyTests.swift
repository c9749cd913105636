import Events
import Pipeline
import Scoring
import SimulatedLog
import Snapshots
import TestTimeline
import Testing

/// `replay --verify` on a simulated log: all that was published is what the fold gives, and whatever is changed in it is
/// named, that and nothing else.
@Suite struct ReplayVerifyTests {
    private let pipeline: SimulatedPipeline
    private let copy: PublishedCopy
    private let names: TopicNames

    init() throws {
        pipeline = try SimulatedPipeline(
            seed: 5, snapshotEveryMilliseconds: 300, challengers: [try modelFile("uci-mean")])
        names = pipeline.names
        let make = EventMaker()
        for round in 0..<3 {
            for number in 1...8 {
                let person = "person-\(number)"
                let time = day(13_000 + round * 30)
                if round == 0 {
                    pipeline.produce(
                        try make.granted("c", grant: "g-\(person)", at: time, until: time + day(300)), of: person)
                }
                pipeline.produce(
                    try make.statement("s\(round)", at: time, daysPastDue: Int32(round * number * 10)), of: person)
            }
            pipeline.tick(day(13_001 + round * 30))
            try pipeline.run()
        }
        try pipeline.stop()
        copy = PublishedCopy(of: pipeline)
    }

    @Test func `from the beginning and from every snapshot it is equal, and gives one state`() throws {
        let whole = try (0..<3).map { try copy.verify($0) }
        #expect(whole.allSatisfy { $0.differenceCount == 0 })
        #expect(whole.reduce(0) { $0 + $1.results } > 40)
        #expect(whole.reduce(0) { $0 + $1.changes } == Int64(pipeline.published(.lending).joined().count))
        let files = try SnapshotFolder(pipeline.folder.appendingPathComponent("1").path).files()
        #expect(files.count > 6)
        for file in files {
            let report = try copy.verify(file.reference.partition, from: .snapshot(file.reference))
            #expect(report.differenceCount == 0, "\(file.reference.path)")
            #expect(report.stateDigest == whole[Int(file.reference.partition)].stateDigest)
            #expect(report.records == report.end - file.reference.offset)
        }
    }

    @Test func `one byte altered anywhere in a record of scores names that record`() throws {
        let (partition, offset) = try middle(names.scores)
        let record = copy.topics[names.scores]![partition][offset]
        for index in 0..<(record.key.count + record.value.count) {
            var changed = copy
            changed.topics[names.scores]![partition][offset].flip(index)
            let report = try changed.verify(Int32(partition))
            #expect(report.differenceCount == 1, "byte \(index)")
            let difference = try #require(report.differences.first)
            #expect(difference.kind == .damaged && difference.topic == names.scores, "byte \(index)")
            #expect(difference.offset == Int64(offset) && difference.partition == partition, "byte \(index)")
            record.expectNamed(index, by: difference)
        }
    }

    @Test func `a key altered below the snapshot names that record, too`() throws {
        let (partition, _) = try middle(names.scores)
        let files = try SnapshotFolder(pipeline.folder.appendingPathComponent("1").path).files()
        let newest = try #require(
            files.map(\.reference).filter { $0.partition == partition }.max { $0.offset < $1.offset })
        let record = copy.topics[names.scores]![partition][0]
        for index in record.key.indices {
            var changed = copy
            changed.topics[names.scores]![partition][0].flip(index)
            let report = try changed.verify(Int32(partition), from: .snapshot(newest))
            #expect(report.differenceCount == 1, "byte \(index): \(report.differences)")
            let difference = try #require(report.differences.first, "byte \(index)")
            #expect(difference.kind == .damaged && difference.offset == 0, "byte \(index): \(difference)")
            record.expectNamed(index, by: difference)
        }
    }

    @Test func `a result altered under a checksum made again is named with both sides`() throws {
        let (partition, offset) = try middle(names.scores)
        var changed = copy
        var record = changed.topics[names.scores]![partition][offset]
        // The score, 36 bytes into the body of the first result.
        record.value[16 + 20 + 36] ^= 1
        var value: [UInt8] = []
        ScoresRecord.encode(
            results: unsafe record.value.span.bytes.extracting(16...), count: Int(record.value[12]),
            key: unsafe record.key.span.bytes, partition: Int32(partition), into: &value)
        changed.topics[names.scores]![partition][offset].value = value
        let report = try changed.verify(Int32(partition))
        #expect(report.differenceCount == 1)
        let difference = try #require(report.differences.first)
        #expect(difference.kind == .altered && difference.offset == Int64(offset))
        let (found, expected) = (try #require(difference.found), try #require(difference.expected))
        #expect(found != expected && found.contains("\"score\":") && expected.contains("\"recipients\":"))
        #expect(found.contains("\"sequence\":\(difference.sequence!),"))
        #expect(difference.byte?.part == .value && difference.byte?.index == 16 + 20 + 36)
    }

    @Test func `one byte altered anywhere in a score change names that change`() throws {
        let topic = names.scoreChanges(.lending)
        let (partition, place) = try middle(topic)
        let record = copy.topics[topic]![partition][place]
        let offset = try copy.verify(Int32(partition)).end  // the fold's end, for the message alone
        for index in 0..<(record.key.count + record.value.count) {
            var changed = copy
            changed.topics[topic]![partition][place].flip(index)
            let report = try changed.verify(Int32(partition))
            #expect(report.differenceCount == 1, "byte \(index) of a change below \(offset)")
            let difference = try #require(report.differences.first)
            #expect(difference.kind == .altered && difference.topic == topic, "byte \(index): \(difference)")
            #expect(difference.offset == Int64(place) && difference.partition == partition, "byte \(index)")
            record.expectNamed(index, by: difference)
        }
    }

    @Test func `a score change that is dropped, doubled, made up or out of its place is named`() throws {
        let topic = names.scoreChanges(.lending)
        let (partition, place) = try middle(topic)
        let records = copy.topics[topic]![partition]
        var foreign = records[place]
        foreign.value = Array("{\"grantId\":\"nobody\"}".utf8)
        let last = records.count - 1
        typealias Case = (what: String, records: [PublishedCopy.Record], kind: RecordDifference.Kind, offset: Int64?)
        let cases: [Case] = [
            ("dropped", records.without(place), .missing, nil),
            ("the last dropped", records.without(last), .missing, nil),
            ("the first dropped", records.without(0), .missing, nil),
            ("doubled", records.with(records[place], at: place + 1), .repeated, Int64(place + 1)),
            ("doubled at the end", records + [records[0]], .repeated, Int64(records.count)),
            ("made up", records.with(foreign, at: place), .extra, Int64(place)),
            (
                "out of place", records.without(place).with(records[place], at: place + 1), .outOfOrder,
                Int64(place)
            ),
        ]
        for item in cases {
            var changed = copy
            changed.topics[topic]![partition] = item.records
            let report = try changed.verify(Int32(partition))
            #expect(report.differenceCount == 1, "\(item.what): \(report.differences)")
            #expect(report.differences.first?.kind == item.kind, "\(item.what)")
            #expect(report.differences.first?.offset == item.offset, "\(item.what)")
        }
    }

    @Test func `records of scores that are dropped or sent again`() throws {
        let (partition, offset) = try middle(names.scores)
        let records = copy.topics[names.scores]![partition]
        var dropped = copy
        dropped.topics[names.scores]![partition] = records.without(offset)
        let report = try dropped.verify(Int32(partition))
        #expect(report.differenceCount == Int(records[offset].value[12]), "as many results as the record held")
        #expect(report.differences.allSatisfy { $0.kind == .missing && $0.expected != nil })

        var again = copy
        again.topics[names.scores]![partition] = records + records
        let repeated = try again.verify(Int32(partition))
        #expect(repeated.differenceCount == 0 && repeated.repeats == repeated.results)
    }

    @Test func `what has been compacted with age is counted, and the last change of a grant must be there`() throws {
        let topic = names.scoreChanges(.lending)
        let (partition, _) = try middle(topic)
        let records = copy.topics[topic]![partition]
        let lastOfGrant = Dictionary(records.indices.map { (records[$0].key, $0) }, uniquingKeysWith: max)
        var compacted = copy
        compacted.topics[topic]![partition] = lastOfGrant.values.sorted().map { records[$0] }
        let gone = records.count - lastOfGrant.count
        #expect(gone > 0)
        let young = try compacted.verify(Int32(partition))
        #expect(young.differenceCount == gone)
        let old = try compacted.verify(Int32(partition), now: pipeline.cluster.now + day(8))
        #expect(old.differenceCount == 0 && old.changesNotKept == Int64(gone))

        compacted.topics[topic]![partition].removeFirst()
        let lost = try compacted.verify(Int32(partition), now: pipeline.cluster.now + day(8))
        #expect(!lost.differences.isEmpty && lost.differences.allSatisfy { $0.kind == .missing })
    }

    @Test func `a damaged timeline record stops the partition there, and another model all`() throws {
        var changed = copy
        let offset = copy.topics[names.timeline]![1].count / 2
        changed.topics[names.timeline]![1][offset].value[40] ^= 1
        let report = try changed.verify(1)
        let difference = try #require(report.differences.first)
        #expect(difference.kind == .damaged && difference.topic == names.timeline)
        #expect(difference.offset == Int64(offset) && report.stateDigest == nil)
        #expect(try changed.verify(0).differenceCount == 0)
        let wrong = #expect(throws: RoleError.self) { try copy.verify(0, models: Models(pipeline.scorecard)) }
        #expect(wrong?.exitCode == .wrongModel)
    }

    /// A partition that has some records, and the place of one in the middle.
    private func middle(_ topic: String) throws -> (partition: Int, place: Int) {
        let rows = try #require(copy.topics[topic])
        let partition = try #require(rows.indices.max { rows[$0].count < rows[$1].count })
        try #require(rows[partition].count >= 3)
        return (partition, rows[partition].count / 2)
    }
}

extension PublishedCopy.Record {
    /// Alters one byte, of the key first.
    fileprivate mutating func flip(_ index: Int) {
        if index < key.count { key[index] ^= 1 } else { value[index - key.count] ^= 1 }
    }

    /// Both sides are shown, and this byte as the first in which they differ.
    fileprivate func expectNamed(_ index: Int, by difference: RecordDifference) {
        #expect(difference.found != nil && difference.expected != nil, "byte \(index): \(difference)")
        let isOfKey = index < key.count
        let byte = isOfKey ? key[index] : value[index - key.count]
        #expect(difference.byte?.part == (isOfKey ? .key : .value), "byte \(index): \(difference)")
        #expect(difference.byte?.index == (isOfKey ? index : index - key.count), "\(difference)")
        #expect(difference.byte?.found == byte ^ 1 && difference.byte?.expected == byte, "\(difference)")
    }
}

extension [PublishedCopy.Record] {
    fileprivate func without(_ index: Int) -> Self { Array(self[..<index] + self[(index + 1)...]) }

    fileprivate func with(_ record: PublishedCopy.Record, at index: Int) -> Self {
        Array(self[..<index] + [record] + self[index...])
    }
}
