import Events
import Foundation
import Pipeline
import Scoring
import TestBroker
import TestTimeline
import Testing

/// Where in a copy one byte is altered.
private enum AlteredPlace: UInt64, CaseIterable {
    /// Of a record of `scores`: its key, its prefix; of one result in it the length, the chain, the body.
    case key, prefix, length, chain, body
    /// Of a score change: anywhere in its value.
    case scoreChange
}

private struct VerifyReport: Decodable {
    struct Byte: Decodable {
        let part: String
        let index: Int
        let found, expected: UInt8
    }

    struct Difference: Decodable {
        let kind, topic: String
        let partition: Int
        let offset: Int?
        let found, expected: String?
        let byte: Byte?
    }

    struct Partition: Decodable { let differences: [Difference] }
    let equal: Bool
    let results, changes: Int
    let differenceCount: Int
    let partitions: [Partition]
}

extension PipelineOnARealBroker.ReplayModelTests {
    /// Copies of all that was published, each with one byte altered: `replay --verify` names that record and that byte,
    /// and nothing else; of a copy without it nothing.
    func expectAlteredBytesAreNamed(in deployment: Deployment) throws {
        let written = try WrittenTopics(deployment)
        let (whole, result) = try verify(written, under: deployment.prefix + "whole-", deployment)
        #expect(result.exitCode == 0 && whole.equal && whole.differenceCount == 0, "\(result.output)\(result.errors)")
        #expect(whole.results > 0 && whole.changes > 0)
        print("a copy of \(whole.results) results and \(whole.changes) score changes: equal")
        for place in AlteredPlace.allCases {
            let alteration = try written.alteration(place)
            let prefix = "\(deployment.prefix)\(place)-"
            let (report, result) = try verify(written.altered(alteration), under: prefix, deployment)
            #expect(result.exitCode == 1 && !report.equal, "\(place): \(result.errors)")
            #expect(report.differenceCount == 1, "\(place): \(result.output)")
            let difference = try #require(report.partitions.flatMap(\.differences).first, "\(place): \(result.output)")
            #expect(difference.kind == (place == .scoreChange ? "altered" : "damaged"), "\(place): \(difference)")
            #expect(difference.topic == prefix + alteration.topic, "\(place): \(difference)")
            #expect(difference.partition == alteration.partition && difference.offset == alteration.offset, "\(place)")
            #expect(difference.found != nil && difference.expected != nil, "\(place): \(difference)")
            let byte = try #require(difference.byte, "\(place): \(difference)")
            #expect(byte.part == alteration.part.rawValue && byte.index == alteration.index, "\(place): \(difference)")
            let original = written.byte(alteration)
            #expect(byte.expected == original && byte.found == original ^ alteration.mask, "\(place): \(difference)")
            print(
                "\(place): \(difference.topic)-\(difference.partition)@\(alteration.offset), byte \(byte.index): named")
            try expectWords(difference, byte, prefix, deployment)
        }
    }

    /// The same as an operator reads it: one difference, in three lines.
    private func expectWords(
        _ difference: VerifyReport.Difference, _ byte: VerifyReport.Byte, _ prefix: String, _ deployment: Deployment
    ) throws {
        let words = ["replay", "--verify", "--model", deployment.model, "--partitions", "\(difference.partition)"]
        let result = try Program.run(words + ["--prefix", prefix], bootstrap: deployment.servers)
        #expect(result.exitCode == 1, "\(result.errors)")
        let lines = result.lines
        let record = "\(difference.topic)-\(difference.partition)@\(try #require(difference.offset)) "
        #expect(lines.filter { $0.hasPrefix(prefix) }.count == 1 && lines[0].hasPrefix(record), "\(result.output)")
        let sides = [byte.found, byte.expected].map { String(format: "0x%02x", $0) }
        #expect(
            lines[0].hasSuffix("; byte \(byte.index) of the \(byte.part) is \(sides[0]), not \(sides[1])"),
            "\(lines[0])")
        let both = "    found:    \(difference.found ?? "")\n    expected: \(difference.expected ?? "")\n"
        #expect(result.output.contains(both), "\(result.output)")
    }

    private func verify(
        _ written: WrittenTopics, under prefix: String, _ deployment: Deployment
    ) throws -> (VerifyReport, Program.Result) {
        try written.write(under: prefix)
        let result = try Program.run(
            ["replay", "--verify", "--model", deployment.model, "--json", "--prefix", prefix],
            bootstrap: deployment.servers)
        return (try JSONDecoder().decode(VerifyReport.self, from: Data(result.output.utf8)), result)
    }
}

extension WrittenTopics {
    /// Drawn by the place's own seed: of all records that there are one, and a byte of it.
    fileprivate func alteration(_ place: AlteredPlace) throws -> Alteration {
        var random = SeededRandom(seed: place.rawValue)
        let names = TopicNames(prefix: "")
        let topic = place == .scoreChange ? names.scoreChanges(.lending) : names.scores
        let all = topics[topic]!.enumerated().flatMap { partition, records in
            records.indices.map { (partition: partition, offset: $0) }
        }
        let drawn = try #require(all.randomElement(using: &random))
        let record = topics[topic]![drawn.partition][drawn.offset]
        let indices = try #require(place.indices(of: record, using: &random))
        return Alteration(
            topic: topic, partition: drawn.partition, offset: drawn.offset, part: place == .key ? .key : .value,
            index: Int.random(in: indices, using: &random), mask: UInt8.random(in: 1...255, using: &random))
    }
}

extension AlteredPlace {
    fileprivate func indices(of record: WrittenTopics.Record, using random: inout SeededRandom) -> Range<Int>? {
        let result = self == .scoreChange ? nil : results(record.value).randomElement(using: &random)
        return switch self {
        case .key: record.key.indices
        case .prefix: 0..<ScoresRecord.prefixByteCount
        case .length: result.map { $0.lowerBound..<$0.lowerBound + 4 }
        case .chain: result.map { $0.lowerBound + 4..<$0.lowerBound + 20 }
        case .body: result.map { $0.lowerBound + 20..<$0.upperBound }
        case .scoreChange: record.value.indices
        }
    }

    /// Where the results lie in a record of `scores` (schemas/scores.md).
    private func results(_ value: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = ScoresRecord.prefixByteCount
        while start < value.count {
            let count: UInt32 = unsafe value.span.bytes.load(littleEndianAt: start)
            ranges.append(start..<start + 4 + Int(count))
            start = ranges.last!.upperBound
        }
        return ranges
    }
}
