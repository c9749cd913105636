import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// `plainscore dead-letters resend` sends mended events in place of refused ones, each once, whenever it is killed.
    @Suite struct ResendTests {
        struct Letter: Codable, Equatable {
            var topic: String
            var partition: Int32
            var offset: Int64
            var reason: String?
            var value: String?
            var valueBase64: String?

            var place: String { "\(topic)-\(partition)@\(offset)" }
        }

        struct Line: Decodable {
            let line: Int
            let place: String?
            let outcome: String
            let sentAs: String?
            let reason: String?
            let field: String?
            let mend: String?
        }

        @Test func `what is mended is checked, sent once, and applied`() throws {
            let deployment = try Deployment()
            try deployment.startAll()
            let sample = try Program.run(["sample", "uci", "--clients", "3", "--month", "1"]).lines.map(String.init)
            let statement = try #require(sample.first { $0.contains("\"statement\"") })
            let bad = [
                statement.replacing("\"daysPastDue\":", with: "\"daysPastDue\":-1").replacing("-s-", with: "-s9-"),
                statement.replacing("\"TWD\"", with: "\"twd\"").replacing("-s-", with: "-s8-"), "nonsense",
            ]
            let lines = sample.dropLast() + bad + sample.suffix(1)
            try deployment.plainscore("produce", "-", "--allow-bad", input: lines.joined(separator: "\n") + "\n")
            try deployment.plainscore("lag", "--until-zero")
            var letters = try shown(deployment)
            #expect(letters.count == 3 && Set(letters.compactMap(\.value)) == Set(bad))

            // As they are they are refused again, each with its place in the file, and nothing is sent.
            let ends = try deployment.ends(of: deployment.names.raw(.accounts))
            let before = try resend(letters, deployment)
            #expect(before.exitCode == 1)
            #expect(before.lines.map(\.reason) == letters.map(\.reason), "\(before.output)")
            #expect(before.lines.map(\.line) == [1, 2, 3] && before.lines.allSatisfy { $0.mend?.isEmpty == false })
            #expect(try deployment.ends(of: deployment.names.raw(.accounts)) == ends)

            // One is mended: alone it goes only when asked to.
            let first = try #require(letters.firstIndex { $0.value == bad[0] })
            let second = try #require(letters.firstIndex { $0.value == bad[1] })
            letters[first].value = statement.replacing("-s-", with: "-s9-")
            let held = try resend(letters, deployment)
            #expect(held.exitCode == 1 && held.lines[first].outcome == "notSent")
            #expect(try deployment.ends(of: deployment.names.raw(.accounts)) == ends)
            let skipped = try resend(letters, deployment, "--skip-refused")
            #expect(skipped.exitCode == 1 && skipped.lines[first].outcome == "sent", "\(skipped.output)")
            #expect(
                skipped.lines[first].sentAs
                    == "accounts-\(letters[first].partition)@\(ends[Int(letters[first].partition)])")

            // The second, too, in Base64; what was sent is not sent again, and neither is anything by a third run.
            letters[second].valueBase64 = Data(statement.replacing("-s-", with: "-s8-").utf8).base64EncodedString()
            letters[second].value = nil
            let mended = [letters[first], letters[second]]
            let both = try resend(mended, deployment)
            #expect(both.exitCode == 0 && both.lines.map(\.outcome) == ["sentBefore", "sent"], "\(both.output)")
            #expect(both.lines[0].sentAs == skipped.lines[first].sentAs)
            let sent = try deployment.ends(of: deployment.names.raw(.accounts))
            let again = try resend(mended, deployment)
            #expect(again.exitCode == 0 && again.lines.allSatisfy { $0.outcome == "sentBefore" })
            #expect(again.lines.map(\.sentAs) == both.lines.map(\.sentAs))
            #expect(try deployment.ends(of: deployment.names.raw(.accounts)) == sent)
            let grown = zip(ends, sent).map { $1 - $0 }.reduce(0, +)
            #expect(grown == 2)

            try expectRefusedLines(mended[0], deployment)
            try expectApplied(deployment, events: sample.count - 1 + 2)
            deployment.stopAll()
        }

        /// What is wrong with the file itself is said by line.
        private func expectRefusedLines(_ letter: Letter, _ deployment: Deployment) throws {
            var elsewhere = letter
            elsewhere.offset += 1_000_000
            var wrongTopic = letter
            let consent = try #require(
                try Program.run(["sample", "uci", "--clients", "1", "--month", "1"]).lines.first)
            wrongTopic.value = String(consent)
            let lines = [json(elsewhere), "not JSON", "{\"topic\":\"gossip\"}", json(letter), json(letter)]
            let result = try resend(lines, deployment)
            #expect(result.exitCode == 1)
            #expect(
                result.lines.map { $0.reason ?? $0.outcome } == [
                    "noLetter", "malformedLine", "malformedLine", "sentBefore", "namedTwice",
                ], "\(result.output)")
            #expect(result.lines[2].field == "topic")
            let other = try resend([json(wrongTopic)], deployment)
            #expect(other.lines.map(\.reason) == ["wrongTopic"])
        }

        private func expectApplied(_ deployment: Deployment, events: Int) throws {
            try deployment.plainscore("lag", "--until-zero")
            let outcomes = try Program.run(
                ["outcomes", "--model", deployment.model, "--json", "--prefix", deployment.prefix],
                bootstrap: deployment.servers)
            #expect(outcomes.exitCode == 0 && outcomes.output.contains("\"applied\":\(events),"), "\(outcomes.output)")
            try deployment.plainscore("verify", "--secret", deployment.secret)
        }

        @Test func `killed at any moment and run again, it has sent each once`() throws {
            let deployment = try Deployment()
            try deployment.start("accounts-consumer")
            let statement = String(
                try #require(
                    try Program.run(["sample", "uci", "--clients", "1", "--month", "1"]).lines.first {
                        $0.contains("\"statement\"")
                    }))
            let count = 3_000
            let bad = (0..<count).map { index in
                statement.replacing("-s-", with: "-x\(index)-").replacing("\"TWD\"", with: "\"twd\"")
            }
            try deployment.plainscore("produce", "-", "--allow-bad", input: bad.joined(separator: "\n") + "\n")
            let condition = Condition(seconds: 30)
            let isRead = try condition.holds { try deployment.lag(of: "accounts-consumer") == 0 }
            #expect(isRead)
            let letters = try shown(deployment).map { letter in
                var letter = letter
                letter.value = letter.value?.replacing("\"twd\"", with: "\"TWD\"")
                return letter
            }
            #expect(letters.count == count)
            let files = try TemporaryFolder()
            try letters.map(json).joined(separator: "\n").write(
                toFile: files.path("mended"), atomically: false, encoding: .utf8)
            let words = ["dead-letters", "resend", "--from", files.path("mended"), "--prefix", deployment.prefix]
            for _ in 0..<3 { try runAndKill(words, deployment) }
            let last = try Program.run(words, bootstrap: deployment.servers)
            #expect(last.exitCode == 0, "\(last.errors)")

            var marks: [String: Int] = [:]
            let topic = deployment.names.raw(.accounts)
            for partition in deployment.partitions {
                let kept = try deployment.log.watermarks(topic: topic, partition: partition)
                try deployment.log.readWithHeaders(topic: topic, partition: partition, range: kept) { record in
                    if let mark = record.headers[LetterResend.header] { marks[mark, default: 0] += 1 }
                }
            }
            #expect(marks.count == count && marks.values.allSatisfy { $0 == 1 })
            #expect(Set(marks.keys) == Set(letters.map(\.place)))
            try expectWaitForTransaction(words, letters[0].partition, deployment)
        }

        /// What an open transaction hides may be what was sent: then nothing is.
        private func expectWaitForTransaction(_ words: [String], _ partition: Int32, _ deployment: Deployment) throws {
            let topic = deployment.names.raw(.accounts)
            let transactions = try deployment.log.transactions(id: "\(deployment.prefix)producer")
            let text = Array("never committed".utf8)
            let ends = try deployment.ends(of: topic)
            try transactions.begin()
            try transactions.append(
                try transactions.topic(topic), partition: partition, key: unsafe text.span.bytes,
                value: unsafe text.span.bytes)
            let condition = Condition(seconds: 30)
            let isOpen = try condition.holds { try deployment.ends(of: topic) != ends }
            #expect(isOpen)
            let hidden = try Program.run(words, bootstrap: deployment.servers)
            #expect(hidden.exitCode == 1 && hidden.errors.contains("open transaction hides"), "\(hidden.output)")
            try transactions.abort()
            let isSeen = try condition.holds {
                let again = try Program.run(words, bootstrap: deployment.servers)
                return again.exitCode == 0 && again.output.hasSuffix("0 sent, 3,000 sent before, 0 refused\n")
            }
            #expect(isSeen)
        }

        /// Kills it as soon as more has come to the topic, if it has not ended before.
        private func runAndKill(_ words: [String], _ deployment: Deployment) throws {
            let ends = try deployment.ends(of: deployment.names.raw(.accounts))
            let process = Process()
            process.executableURL = try Program.folder().appendingPathComponent("plainscore")
            process.arguments = words + ["--bootstrap", deployment.servers]
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            let condition = Condition(seconds: 30)
            let hasCome = try condition.holds {
                try deployment.ends(of: deployment.names.raw(.accounts)) != ends || !process.isRunning
            }
            #expect(hasCome)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        private func shown(_ deployment: Deployment) throws -> [Letter] {
            try deployment.plainscore("dead-letters", "show", "--json").split(separator: "\n").map {
                try JSONDecoder().decode(Letter.self, from: Data($0.utf8))
            }
        }

        private func resend(_ letters: [Letter], _ deployment: Deployment, _ more: String...) throws
            -> (lines: [Line], exitCode: Int32, output: String)
        {
            try resend(letters.map(json), deployment, more)
        }

        private func resend(_ lines: [String], _ deployment: Deployment, _ more: [String] = []) throws
            -> (lines: [Line], exitCode: Int32, output: String)
        {
            let words = ["dead-letters", "resend", "--from", "-", "--json", "--prefix", deployment.prefix] + more
            let result = try Program.run(
                words, input: lines.joined(separator: "\n") + "\n", bootstrap: deployment.servers)
            let read = try result.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
            return (read, result.exitCode, result.output + result.errors)
        }

        private func json(_ letter: Letter) -> String {
            String(decoding: try! JSONEncoder().encode(letter), as: UTF8.self)
        }
    }
}
