import CorpusFiles
import Events
import Foundation
import Pipeline
import Scoring
import TestBroker
import TestTimeline
import Testing
import Wire

/// `schemas/asyncapi.yaml` against the program: what it names, and what the roles write.
@Suite(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
struct AsyncAPITests {
    @Test func `it is AsyncAPI, says what schemas/ and the program say, and each flaw would be noticed`() throws {
        let facts = Facts(
            channels: Dictionary(
                uniqueKeysWithValues: RawTopic.events.map { topic in
                    (topic.name, EventType.allCases.filter { $0.topic == topic }.map(\.name))
                }),
            purposes: Purpose.allCases.map(\.name),
            reasons: RefusalReason.allCases.map(\.rawValue)
                + [FoldRefusal.Reason.conflict, .limit].map(\.rawValue),
            reasonMethods: [Scorecard.ReasonCodeAlgorithm.pointsBelow, .pointsAbove].map(\.rawValue),
            headers: Set(try deadLetters(of: refusing()).flatMap { $0.headers!.keys }).sorted())
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("facts-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        try JSONEncoder().encode(facts).write(to: file)
        let said = try SchemaChecks.run("asyncapi.py", ["check", SchemaChecks.schemas, file.path])
        print(said)
        #expect(said.hasSuffix("noticed each time\n"))
    }

    @Test func `what the roles publish and refuse is as it says`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        let pipeline = try SimulatedPipeline.drawn(seed)
        let changes = pipeline.published(.lending).joined().map { change in
            SchemaChecks.Record(
                channel: "scoreChanges", key: String(decoding: change.key, as: UTF8.self),
                payload: String(decoding: change.value, as: UTF8.self))
        }
        let letters = try deadLetters(of: pipeline)
        let records = changes + letters
        let complaints = try SchemaChecks.validate(records)
        for (record, complaint) in zip(records, complaints) where complaint != "ok" {
            Issue.record("seed \(seed): \(complaint)\n\(record)")
        }
        // Each kind of cause is among them, and a score that ceased.
        for said in ["EVENT", "ROLL_OFF", "CORRECTION", "CONSENT", "EXPIRY"].map({ #""cause":{"kind":"\#($0)""# })
            + [#""missingFeature":"#, #""kind":"WITHDRAWN""#]
        {
            #expect(changes.contains { $0.payload.contains(said) }, "seed \(seed): \(said)")
        }
        #expect(letters.contains { $0.headers!["plainscore.reason"] == "conflict" }, "seed \(seed)")
        // And what it does not say is told.
        let wrong = changes[0].payload.dropLast() + #","somethingElse":1}"#
        #expect(
            try SchemaChecks.validate([
                SchemaChecks.Record(channel: "scoreChanges", key: "g", payload: String(wrong)),
                SchemaChecks.Record(channel: "scoreChanges", key: "no grant", payload: changes[0].payload),
            ]).allSatisfy { $0 != "ok" })
    }

    private struct Facts: Encodable {
        let channels: [String: [String]]
        let purposes, reasons, reasonMethods, headers: [String]
    }

    private func refusing() throws -> SimulatedPipeline {
        let pipeline = try SimulatedPipeline(seed: 1)
        for sample in try Corpus.cases() where ["missingField", "tooLarge"].contains(sample.expectedReason) {
            pipeline.produce(sample.value, to: RawTopic.events.first { $0.name == sample.topic }!, key: "somebody")
        }
        try pipeline.run()
        try pipeline.stop()
        return pipeline
    }

    private func deadLetters(of pipeline: SimulatedPipeline) throws -> [SchemaChecks.Record] {
        let records = pipeline.cluster.records(pipeline.names.deadLetters)
        try #require(!records.isEmpty)
        return records.map { record in
            SchemaChecks.Record(
                channel: "deadLetters", key: String(decoding: record.key ?? [], as: UTF8.self),
                headers: Dictionary(uniqueKeysWithValues: record.headers.map { ($0.name, $0.value) }),
                payload: record.value == nil ? "null" : "\"bytes\"")
        }
    }
}
