import Checksums
import Events
import Foundation
import Pipeline
import SimulatedLog
import TestTimeline
import Testing
import Wire

/// A dead letter can be written whatever the refused record holds: its value and its headers are bounded.
@Suite struct DeadLetterTests {
    private static let wholeMax = 65_536
    private static let prefixMax = 1_024

    @Test func `a long record's dead letter holds a prefix, and says how long the record is and what it hashes to`()
        throws
    {
        let longs: [[UInt8]] = [
            Array(repeating: UInt8(ascii: " "), count: 5 << 20), Array(repeating: 0xFF, count: Self.wholeMax + 1),
            Array(#"{"eventId":""#.utf8) + Array(repeating: 0, count: 200_000),
        ]
        let pipeline = try SimulatedPipeline(seed: 1)
        pipeline.produce(try make.granted("c", at: day(13_000), until: day(13_300)), of: "ann")
        try pipeline.run()
        for (number, value) in longs.enumerated() { pipeline.produce(value, to: .accounts, key: "key-\(number)") }
        pipeline.produce(try make.statement("s1", at: day(13_030)), of: "ann")
        try pipeline.run()
        try pipeline.stop()
        // What comes behind them goes on.
        #expect(pipeline.published(.lending).joined().count == 1)

        let letters = pipeline.cluster.records(pipeline.names.deadLetters)
        #expect(letters.count == longs.count)
        for value in longs {
            let digest = unsafe xxh3Digest(value.span.bytes).hex
            let letter = try #require(letters.first { header("plainscore.original-xxh3-128", of: $0) == digest })
            #expect(letter.value == Array(value.prefix(Self.prefixMax)))
            #expect(header("plainscore.value", of: letter) == "prefix")
            #expect(header("plainscore.original-bytes", of: letter) == "\(value.count)")
            #expect(header("plainscore.reason", of: letter) == "tooLarge")
        }
    }

    @Test func `up to 64 KiB a dead letter holds the record, and says nothing else of it`() throws {
        let shorts: [[UInt8]?] = [Array(repeating: 0xFF, count: Self.wholeMax), [], nil, Array("nonsense".utf8)]
        let pipeline = try SimulatedPipeline(seed: 2)
        for (number, value) in shorts.enumerated() { pipeline.produce(value, to: .bills, key: "key-\(number)") }
        try pipeline.run()
        try pipeline.stop()
        let letters = pipeline.cluster.records(pipeline.names.deadLetters)
        let values = letters.map { $0.value ?? [] }
        #expect(values.sorted { $0.count < $1.count } == [[], [], Array("nonsense".utf8), shorts[0]!])
        for letter in letters {
            #expect(header("plainscore.value", of: letter) == nil)
            #expect(header("plainscore.original-bytes", of: letter) == nil)
        }
    }

    @Test func `names that someone else chose are bounded and printable in the headers`() throws {
        let names: [[UInt8]] = [
            Array(repeating: UInt8(ascii: "x"), count: 60_000), Array("a\r\nplainscore.reason: none".utf8),
            Array("\u{1F600}\u{202E}é".utf8), [UInt8](#"\u0000\u001b[2J"#.utf8),
        ]
        let pipeline = try SimulatedPipeline(seed: 3)
        for (number, name) in names.enumerated() {
            for object in [#"{"NAME":1}"#, #"{"eventId":"e","repayment":{"NAME":1}}"#, #"{"tick":null,"NAME":1}"#] {
                let parts = object.utf8.split(separator: UInt8(ascii: "N"), maxSplits: 1).map(Array.init)
                let value = parts[0] + name + parts[1].dropFirst(3)
                pipeline.produce(value, to: .payments, key: "key-\(number)")
            }
        }
        try pipeline.run()
        try pipeline.stop()
        let letters = pipeline.cluster.records(pipeline.names.deadLetters)
        #expect(letters.count == 3 * names.count)
        for header in letters.flatMap(\.headers) {
            #expect(header.value.utf8.count <= 1_024, "\(header.name)")
            #expect(header.value.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(header)")
            if header.name == "plainscore.field" {
                #expect(header.value.utf8.count <= 160)
                #expect(header.value.utf8.allSatisfy { (0x20...0x7E).contains($0) })
            }
        }
    }

    @Test func `a dead letter tells all that is wrong with its record`() throws {
        let pipeline = try SimulatedPipeline(seed: 1)
        let event = #"{"eventId":"e","person":"a b","correction":{"correctedEvent":7}}"#
        let single = event.replacing("a b", with: "ann").replacing(":7", with: ":\"f\",\"x\":1")
            .replacing("\"correction\"", with: "\"producer\":\"p\",\"occurredAt\":5,\"correction\"")
        for value in [event, single] { pipeline.produce(Array(value.utf8), to: .consents, key: "key") }
        try pipeline.run()
        try pipeline.stop()
        let letters = pipeline.cluster.records(pipeline.names.deadLetters)
        #expect(letters.count == 2)
        for letter in letters {
            let value = try #require(letter.value)
            let faults = EventDecoder().diagnose(unsafe value.span.bytes).faults
            #expect(header("plainscore.reason", of: letter) == faults[0].reason.rawValue)
            #expect(header("plainscore.field", of: letter) == faults[0].field)
            #expect(header("plainscore.mend", of: letter) == faults[0].mend)
            let others = faults.dropFirst().map(\.description).joined(separator: " | ")
            #expect(header("plainscore.also", of: letter) ?? "" == others)
            #expect(others.isEmpty == (value == Array(single.utf8)))
        }
    }

    private let make = EventMaker()

    private func header(_ name: String, of record: SimulatedRecord) -> String? {
        record.headers.first { $0.name == name }?.value
    }
}
