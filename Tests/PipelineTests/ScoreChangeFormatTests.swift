import Checksums
import Events
import Foundation
import Pipeline
import ScorecardFiles
import Scoring
import TestBroker
import TestTimeline
import Testing

/// Score changes as Protobuf: the same as the JSON, and read by all that reads JSON.
@Suite struct ScoreChangeFormatTests {
    private let make = EventMaker()

    @Test func `a score change as Protobuf stands for its JSON, byte for byte`() throws {
        let (json, protobuf) = try bothForms(of: smallest(try modelFile("uci-max")))
        #expect(json.count == 2)
        #expect(String(decoding: json[0], as: UTF8.self).hasPrefix(#"{"grantId":"g","number":1,"#))
        // Field 1, one byte of text: g; field 2: 1.
        #expect(protobuf[0].starts(with: [0x0A, 1, UInt8(ascii: "g"), 0x10, 1]))
        #expect(protobuf[0].count < json[0].count)
        #expect(protobuf.map(read) == json)
        // What is JSON already is left as it is.
        #expect(json.map(read) == json)
    }

    @Test func `any score changes stand for their JSON, and Google's Protobuf reads the same`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        let pipeline = try SimulatedPipeline.drawn(seed)
        var json = try pipeline.replayed().changes.joined().map(\.value)
        var protobuf = try pipeline.replayed(format: .protobuf).changes.joined().map(\.value)
        // Reasons that count upwards, names that need a longer length, and numbers below zero.
        let above = try altered([
            #"reasonCodeAlgorithm="pointsBelow""#: #"reasonCodeAlgorithm="pointsAbove""#,
            #"baselineMethod="max""#: #"baselineMethod="other""#, #"baselineScore="10""#: #"baselineScore="-10""#,
            #"initialScore="523""#: #"initialScore="-523""#,
            #"name="late_now""#: #"name="late_now\#(String(repeating: "_ß", count: 100))""#,
        ])
        let more = try bothForms(of: smallest(above))
        json += more.json
        protobuf += more.protobuf
        #expect(protobuf.count > 100)
        #expect(protobuf.map(read) == json, "seed \(seed)")
        guard PythonTools.shared != nil else { return }
        let lines = zip(json, protobuf).map { "\(String(decoding: $0, as: UTF8.self))\t\(hexadecimal($1))\n" }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("changes-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try lines.joined().write(to: file, atomically: false, encoding: .utf8)
        let said = try SchemaChecks.run("score_changes.py", [file.path]).split(separator: "\n")
        // Each field of the schema was there.
        #expect(said == ["\(json.count) score changes, the same in both forms"], "seed \(seed)")
    }

    @Test func `what differs in one bit, is cut off or written otherwise stands for nothing`() throws {
        let (_, protobuf) = try bothForms(of: smallest(try modelFile("uci-max")))
        let good = protobuf[1]
        for index in good.indices {
            #expect(read(Array(good[..<index])) == nil, "\(index) bytes")
            for bit in 0..<8 {
                var bytes = good
                bytes[index] ^= 1 << UInt8(bit)
                #expect(read(bytes) == nil || bytes.first == UInt8(ascii: "{"), "byte \(index), bit \(bit)")
            }
        }
        #expect(read(good + [0]) == nil)
        #expect(read(good + good) == nil)
        // number (field 2) in two bytes instead of one, under a checksum made again.
        let long = Array(good[..<3]) + [0x10, good[4] | 0x80, 0] + good[5...]
        #expect(good[3] == 0x10 && read(sealed(good)) == read(good) && read(sealed(long)) == nil)
        // The first two fields the other way round; a field that there is not.
        #expect(read(sealed(Array(good[3..<5] + good[..<3] + good[5...]))) == nil)
        #expect(read(sealed(Array(good[..<5]) + [0xA0, 1, 1] + good[5...])) == nil)
    }

    @Test func `a topic that turns from JSON to Protobuf and back is verified, and each altered byte is named`() throws
    {
        let pipeline = try SimulatedPipeline(seed: 5)
        for (round, format) in [ScoreChangeFormat.json, .protobuf, .json].enumerated() {
            pipeline.format = format
            for number in 1...6 {
                let time = day(13_000 + round * 30)
                if round == 0 {
                    pipeline.produce(
                        try make.granted("c", grant: "g-\(number)", at: time, until: time + day(300)), of: "\(number)")
                }
                pipeline.produce(
                    try make.statement("s\(round)", at: time, daysPastDue: Int32(round * number * 10)), of: "\(number)")
            }
            try pipeline.run()
            try pipeline.stop()
        }
        let copy = PublishedCopy(of: pipeline)
        for partition in 0..<3 as Range<Int32> { #expect(try copy.verify(partition).differenceCount == 0) }
        let topic = pipeline.names.scoreChanges(.lending)
        let records = try #require(copy.topics[topic])
        let all = records.joined()
        #expect(all.contains { $0.value[0] == UInt8(ascii: "{") } && all.contains { $0.value[0] == 0x0A })
        #expect(
            try pipeline.published(.lending).map { $0.map(\.asJSON) }
                == pipeline.replayed().changes.map { $0.map(Optional.some) })
        for (partition, changes) in records.enumerated() {
            guard let place = changes.firstIndex(where: { $0.value[0] == 0x0A }) else { continue }
            for index in 0..<changes[place].value.count {
                var changed = copy
                changed.topics[topic]![partition][place].value[index] ^= 1
                let report = try changed.verify(Int32(partition))
                #expect(report.differenceCount == 1, "byte \(index)")
                let difference = try #require(report.differences.first)
                #expect(
                    difference.kind == .altered && difference.offset == Int64(place), "byte \(index): \(difference)")
            }
            return
        }
        Issue.record("no partition has Protobuf")
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `whatever crashes, subscribers get each Protobuf once and in order`(_ seed: UInt64) throws {
        let pipeline = try SimulatedPipeline(seed: seed)
        pipeline.format = .protobuf
        pipeline.cluster.abortedCommitPercent = 10
        for round in 0..<5 {
            for number in 1...6 {
                let time = day(13_000 + round * 30)
                pipeline.produce(
                    try make.granted("c\(round)", grant: "g-\(number)", at: time, until: time + day(60)),
                    of: "\(number)")
                pipeline.produce(
                    try make.statement("s\(round)", at: time, daysPastDue: Int32(round * number * 5)), of: "\(number)")
            }
            try pipeline.run(crashPercent: 12, zombiePercent: 4, names: SimulatedPipeline.withSeconds)
        }
        try pipeline.run(names: SimulatedPipeline.withSeconds)
        #expect(try pipeline.published(.lending) == pipeline.replayed(format: .protobuf).changes)
        try pipeline.stop()
    }

    // MARK: -

    /// A consent and two statements, of which the second is late.
    private func smallest(_ card: Scorecard) throws -> (Scorecard, TimelineBuilder) {
        var timeline = TimelineBuilder()
        let person = PersonKey(high: 1, low: 2)
        timeline.event(try make.granted("c", at: day(13_000), until: day(13_300)), of: person)
        timeline.event(try make.statement("s1", at: day(13_001)), of: person)
        timeline.event(try make.statement("s2", at: day(13_030), balance: 90_000, daysPastDue: 60), of: person)
        return (card, timeline)
    }

    private func bothForms(of example: (card: Scorecard, timeline: TimelineBuilder)) throws -> (
        json: [[UInt8]], protobuf: [[UInt8]]
    ) {
        let forms = try [ScoreChangeFormat.json, .protobuf].map { format in
            var replay = PartitionReplay(partition: 0, scorecard: example.card, format: format)
            return try example.timeline.records.enumerated().flatMap { offset, record in
                try replay.take(
                    offset: Int64(offset), key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes
                ).changes.map(\.value)
            }
        }
        return (forms[0], forms[1])
    }

    private func altered(_ replacements: [String: String]) throws -> Scorecard {
        var text = String(
            decoding: try ModelFile.bytes(models.appendingPathComponent("uci-max.pmml").path), as: UTF8.self)
        for (old, new) in replacements {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("card-\(UUID().uuidString).pmml")
        defer { try? FileManager.default.removeItem(at: file) }
        try text.write(to: file, atomically: false, encoding: .utf8)
        return try ModelFile.read(file.path)
    }

    private func read(_ value: [UInt8]) -> [UInt8]? { unsafe PublishedScoreChange.json(of: value.span.bytes) }

    /// With the checksum that its other bytes have: the last field, two bytes and sixteen digits behind its tag of two.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        let rest = Array(bytes.dropLast(19))
        let digits = String(unsafe xxh3(rest.span.bytes), radix: 16)
        return rest + bytes.suffix(19).prefix(3)
            + Array((String(repeating: "0", count: 16 - digits.count) + digits).utf8)
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
    }
}

extension PartitionReplay.Change {
    /// The same with the JSON that its value stands for.
    fileprivate var asJSON: Self? {
        unsafe PublishedScoreChange.json(of: value.span.bytes).map { Self(purpose: purpose, key: key, value: $0) }
    }
}
