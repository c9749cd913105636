import Events
import Foundation
import Pipeline
import ScorecardFiles
import Scoring
import TestTimeline
import Testing
import Wire

/// `schemas/golden` shows each event type as it lies in the timeline, and a score change as a subscriber gets it; both
/// must come out byte for byte. `PLAINSCORE_WRITE_GOLDEN=1 swift test` writes them anew after a change that is meant.
@Suite struct GoldenTests {
    private static let folder = models.appendingPathComponent("../../schemas/golden").standardizedFileURL
    private static let isWriting = ProcessInfo.processInfo.environment["PLAINSCORE_WRITE_GOLDEN"] != nil
    private let hasher = PersonHasher(secret: Array(repeating: 7, count: 32))

    @Test(arguments: EventType.allCases)
    func `the golden event lies in the timeline as the golden record shows`(_ type: EventType) throws {
        let (person, event) = try golden(type)
        let source = Coordinates(topic: type.topic, partition: 2, offset: 17)
        let record = TimelineRecord(
            source: source, appendedAt: event.occurredAt + 1000, content: .event(hasher.key(of: person), event))
        var key: [UInt8] = []
        TimelineRecord.key(source: source, random: 0x0123_4567_89AB_CDEF, into: &key)
        var value: [UInt8] = []
        record.encode(key: unsafe key.span.bytes, partition: 3, into: &value)
        try compare("key \(hexadecimal(key))\nvalue \(hexadecimal(value))\n", "\(type.name).timeline.hex")
        let read = try TimelineRecord(key: unsafe key.span.bytes, value: unsafe value.span.bytes, partition: 3)
        #expect(read == record)
    }

    @Test func `the golden consent, two statements, another model and a withdrawal give the golden score changes`()
        throws
    {
        let (person, consent) = try golden(.consent)
        let key = hasher.key(of: person)
        var timeline = TimelineBuilder()
        timeline.event(consent, of: key)
        let make = EventMaker()
        let start = consent.occurredAt
        timeline.event(try make.statement("statement-1", at: start, limit: 5_000_000, balance: 1_250_000), of: key)
        timeline.event(
            try make.statement(
                "statement-2", at: start + day(30), limit: 5_000_000, balance: 4_000_000, daysPastDue: 30),
            of: key)
        let other = String(
            decoding: try ModelFile.bytes(models.appendingPathComponent("uci-max.pmml").path), as: UTF8.self
        ).replacing(#"initialScore="523""#, with: #"initialScore="530""#)
        timeline.append(
            .models(ModelActivation(files: [Array(other.utf8)])!),
            from: Coordinates(topic: .control, partition: 0, offset: 2), appendedAt: start + day(31))
        timeline.event(try make.withdrawn("withdrawal-17", grant: "grant-17", at: start + day(32)), of: key)
        let json = try changes(of: timeline, .json)
        #expect(json.count == 4)
        try compare(json.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined(), "score-changes.ndjson")
        let protobuf = try changes(of: timeline, .protobuf)
        try compare(protobuf.map { hexadecimal($0) + "\n" }.joined(), "score-changes.protobuf.hex")
        #expect(protobuf.map { unsafe PublishedScoreChange.json(of: $0.span.bytes) } == json)
    }

    private func changes(of timeline: TimelineBuilder, _ format: ScoreChangeFormat) throws -> [[UInt8]] {
        var replay = PartitionReplay(
            partition: 0, scorecard: try ModelFile.read(models.appendingPathComponent("uci-max.pmml").path),
            format: format)
        return try timeline.records.enumerated().flatMap { offset, record in
            try replay.take(
                offset: Int64(offset), key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes
            ).changes.map(\.value)
        }
    }

    private func golden(_ type: EventType) throws -> (Identifier, Event) {
        let line = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent("\(type.name).json")).dropLast())
        guard case .event(let person, let event) = try EventDecoder().decode(unsafe line.span.bytes) else {
            throw NoEvent()
        }
        return (person, event)
    }

    private struct NoEvent: Error {}

    private func compare(_ text: String, _ name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        if Self.isWriting { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text)
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
    }
}
