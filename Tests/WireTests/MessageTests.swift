import CorpusFiles
import Events
import Foundation
import Testing
import Wire

/// Each message that a producer can get, beside the input that leads to it: `Tests/Messages/records.txt`.
@Suite struct MessageTests {
    @Test(arguments: try MessageTable.read("records.txt"))
    func `each input leads to these messages`(_ sample: MessageCase) throws {
        let said = try faults(of: sample)
        #expect(
            said.map(\.description) == sample.messages,
            "\(sample.place)> \(sample.text)\n\(said.map { "  \($0)\n" }.joined())")
        // A consumer stops at the first fault: it is the one that is said first.
        #expect(try refusal(of: sample) == said.first)
    }

    @Test func `every reason is in the table`() throws {
        let reasons = try MessageTable.read("records.txt").flatMap(faults).map(\.reason)
        let others: [RefusalReason] = RefusalReason.ofControl + [.datedAhead]
        #expect(Set(reasons).union(others) == Set(RefusalReason.allCases))
    }

    @Test func `every foreign form is in the table`() throws {
        let forms = try MessageTable.read("records.txt").compactMap(\.bytes)
            .compactMap { unsafe ForeignForm($0.span.bytes) }
        #expect(Set(forms) == Set(ForeignForm.allCases))
    }

    /// So a new message cannot be forgotten in the table.
    @Test func `every text of a message in the sources is in the table`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let wire = try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Wire").path)
            .filter { $0 != "SecretFile.swift" && $0 != "PersonHasher.swift" }.map { "Wire/\($0)" }
        let said = try MessageTable.read("records.txt").flatMap(\.messages).joined(separator: "\n")
        var found = 0
        // Said where the parser refuses a text and the search for the place finds none: no such text is known.
        let unmet = ["send one JSON object (RFC 8259) and nothing after it"]
        for file in wire + ["Events/EventRules.swift"] {
            let source = try String(contentsOf: root.appending(path: file), encoding: .utf8)
            for text in Self.texts(of: source) where !(said + EventRules.datedAheadMend).contains(text) {
                if unmet.contains(text) { continue }
                Issue.record("\(file): no input of Tests/Messages/records.txt leads to: \(text)")
            }
            found += Self.texts(of: source).count
        }
        #expect(found > 60)
    }

    /// The parts of string literals that are words: at least ten characters, a blank among them, nothing interpolated.
    private static func texts(of source: String) -> [String] {
        var texts: [String] = []
        for line in source.split(separator: "\n") {
            let code = line.drop { $0 == " " }
            if code.hasPrefix("//") || code.contains("fatalError(") || code.contains("precondition") { continue }
            let interpolation = /\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/
            for literal in line.replacing(interpolation, with: "\u{1}").matches(of: /"((?:[^"\\]|\\.)*)"/) {
                for part in literal.output.1.split(separator: "\u{1}") {
                    let text = part.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
                    if text.count >= 10, text.contains(" ") { texts.append(String(text)) }
                }
            }
        }
        return texts
    }

    /// As `plainscore produce` finds them: all that is wrong with the value, then what its consumer refuses besides.
    private func faults(of sample: MessageCase) throws -> [Refusal] {
        guard let bytes = sample.bytes else { return [.null] }
        let decoder = EventDecoder()
        let diagnosis = decoder.diagnose(unsafe bytes.span.bytes)
        if !diagnosis.faults.isEmpty { return diagnosis.faults }
        return try refusal(of: sample).map { [$0] } ?? []
    }

    /// As the consumer of the topic finds it.
    private func refusal(of sample: MessageCase) throws -> Refusal? {
        let words = sample.place.split(separator: " ")
        let topic = try #require(RawTopic.allCases.first { words.first == "\($0)" })
        guard let bytes = sample.bytes else { return .null }
        do throws(Refusal) {
            let decoded = try EventDecoder().decode(unsafe bytes.span.bytes)
            try RawRules(on: topic, in: words.last == "live" ? .live : .history).check(decoded)
            return nil
        } catch {
            return error
        }
    }
}
