import CorpusFiles
import Events
import Foundation
import TestBroker
import Testing
import Wire

/// `schemas/asyncapi.yaml` takes and refuses the same events as the decoder.
@Suite(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
struct AsyncAPIEventTests {
    private let decoder = EventDecoder()

    @Test func `any event is as it says`() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var events = RandomEvents(seed: seed)
        let records = try (0..<500).map { _ in
            let (person, event) = try events.event()
            return SchemaChecks.Record(
                channel: event.type.topic.name, key: person.text,
                payload: String(decoding: EventEncoder.json(person: person, event: event), as: UTF8.self))
        }
        for (record, said) in zip(records, try SchemaChecks.validate(records)) where said != "ok" {
            Issue.record("seed \(seed): \(said)\n\(record.payload)")
        }
    }

    /// What a schema cannot see: two fields beside each other, the clock, how a number or a key is written.
    private static let unseen: Set<String> = [
        "contradiction.paid-too-little", "contradiction.partial-of-all", "contradiction.more-kept-than-held",
        "outOfRange.grant-ends-before-it-begins", "outOfRange.grant-of-368-days", "wrongType.amount-with-exponent",
    ]
    private static let unseenReasons: Set<String> = [
        "datedAhead", "duplicateKey", "notSupportedYet", "malformedJSON", "tooDeep",
    ]

    @Test func `what the corpus has of bad JSON is refused`() throws {
        let cases = try Corpus.cases().filter { sample in
            sample.name.hasSuffix(".json") && !Self.unseenReasons.contains(sample.expectedReason)
        }
        #expect(cases.count > 70)
        let said = try SchemaChecks.validate(
            cases.map { .init(channel: $0.topic, payload: String(decoding: $0.value!, as: UTF8.self)) })
        for (sample, said) in zip(cases, said) {
            let kind = sample.name.split(separator: ".").dropFirst().dropLast().joined(separator: ".")
            #expect((said == "ok") == Self.unseen.contains(kind), "\(sample): \(said)")
        }
    }

    @Test func `a golden example with one member changed is taken by both or by neither`() throws {
        var records: [SchemaChecks.Record] = []
        var decoded: [Refusal?] = []
        for type in EventType.allCases {
            let example = try #require(
                try JSONSerialization.jsonObject(with: Data(try Golden.json(type))) as? [String: Any])
            for changed in Self.changed(example) {
                let line = try JSONSerialization.data(withJSONObject: changed)
                records.append(.init(channel: type.topic.name, payload: String(decoding: line, as: UTF8.self)))
                decoded.append(refusal(of: [UInt8](line)))
            }
        }
        #expect(records.count > 900)
        #expect(decoded.contains { $0 == nil })
        for (record, (said, refusal)) in zip(records, zip(try SchemaChecks.validate(records), decoded)) {
            // Sums and times that must fit each other are the program's alone.
            if let refusal, said == "ok" {
                let isOfTwoFields = ["repayment.status", "bill.status", "rental.depositKept", "consent.expiresAt"]
                    .contains(refusal.field)
                #expect(isOfTwoFields, "\(record.payload): the decoder says \(refusal)")
            } else {
                #expect((said == "ok") == (refusal == nil), "\(record.payload): \(said)")
            }
        }
    }

    private func refusal(of bytes: [UInt8]) -> Refusal? {
        do throws(Refusal) {
            _ = try decoder.decode(unsafe bytes.span.bytes)
            return nil
        } catch { return error }
    }

    /// One member left out, put in or set to another value, at either level.
    private static func changed(_ object: [String: Any]) -> [[String: Any]] {
        var all = [object.merging(["somethingElse": 1]) { $1 }]
        for (name, value) in object {
            all.append(object.filter { $0.key != name })
            for other in others {
                all.append(object.merging([name: other]) { $1 })
            }
            if let part = value as? [String: Any] {
                all += changed(part).map { part in object.merging([name: part]) { $1 } }
            }
        }
        return all
    }

    private static let others: [any Sendable] = [
        0, 1, -1, 3650, 3651, 9_999_999_999_999, 10_000_000_000_000, 10_000_000_000_001, -10_000_000_000_000,
        -10_000_000_000_001, 7_258_118_399_999, 7_258_118_400_000, 1.5, true, "", "0", "17", "-17", "007", "3651",
        "10000000000000", "10000000000001", "-10000000000000", "a", "a b", String(repeating: "x", count: 64),
        String(repeating: "x", count: 65), "EUR", "EURO", "eur", "2005-04-06", "2005-02-30", "1969-12-31", "2200-01-01",
        "LOAN", "RENT", "PAID", "PARTIAL", "MISSED", "REVERSED", "IN", "OUT", "INCOME", "HOUSEHOLD", "GRANTED",
        "WITHDRAWN", "TENANCY", [String](), [String: String](),
    ]
}
