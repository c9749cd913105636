// README.md is run. What its writer has to know:
//
// - ```sh fences hold commands, and all of them run, top to bottom, as a reader would type them: one bash session per
//   `##` section (a command that fails ends the section), in a copy of the tree that is built already, with
//   .build/release on PATH. Working directory and exported variables go on into the next section, and so do the
//   topics and what runs in the background. ``` without a word is a picture or an output; ```json must be JSON.
// - `localhost:9092` stands for the test's broker: a real one where PLAINSCORE_KAFKA_HOME is set, else `plainscore
//   dev-broker --history --day-offset none`.
// - `swift build …` does nothing here: it is what has built these tests.
// - A comment on a line of its own before a fence, or below a `##` heading for all of the section, says what is unusual:
//
//   <!-- test: not run, REASON -->             cannot run here (docker, an installer); counted and printed
//   <!-- test: needs Kafka, REASON -->         not on dev-broker (transactions, admin requests); counted and printed
//   <!-- test: exit 1 -->                      is meant to fail with this code
//   <!-- test: background until "TEXT" -->     a terminal of its own: once it has printed TEXT (within 120 s) the next
//                                              block runs beside it; at the end of the README it gets Ctrl-C and must exit 0
//   <!-- test: until "TEXT" -->                the same, and gets Ctrl-C at once
//
//   A line that ends in `&` runs in the background too, with nothing waited for.
// - Links are followed in every .md of the tree: to a file or folder that exists, and a heading that exists; an anchor of
//   a line (#L12) is refused, since it breaks with the next edit.
import Foundation
import TestBroker
import Testing

@Suite(.serialized) struct ReadmeTests {
    private static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test func `every command of the README does what it says`() throws {
        let text = try String(contentsOf: Self.root.appendingPathComponent("README.md"), encoding: .utf8)
        let readme = try Readme(text)
        for (line, json) in readme.json {
            #expect(throws: Never.self, "README.md:\(line) is no JSON") {
                _ = try JSONSerialization.jsonObject(with: Data(json.utf8))
            }
        }
        try withBroker { servers, isReal in
            let terminal = try Terminal(copyOf: Self.root, servers: servers)
            var left: [String] = []
            var count = 0
            for section in readme.sections where !section.blocks.isEmpty {
                var blocks: [Readme.Block] = []
                for block in section.blocks {
                    if let reason = (section.directives + block.directives).reasonNotToRun(onKafka: isReal) {
                        left.append("README.md:\(block.line) \(reason)")
                    } else {
                        blocks.append(block)
                    }
                }
                if blocks.isEmpty { continue }
                let outcome = try terminal.run(blocks, named: "README.md:\(section.line) \(section.title)")
                count += outcome.done.count
                if let failure = outcome.failure {
                    let failed = blocks.first { !outcome.done.contains($0.line) }?.line ?? section.line
                    Issue.record("README.md:\(failed), in \(section.title): \(failure)")
                }
            }
            for fault in terminal.close() { Issue.record("\(fault)") }
            print("README.md: \(count) blocks run on \(isReal ? "a real Kafka" : "dev-broker"), \(left.count) not run")
            for line in left { print("    \(line)") }
            // On the embedded broker there may be none that can run.
            if isReal { #expect(count > 0) }
        }
    }

    @Test func `every link into the tree leads somewhere`() throws {
        let skipped = [".build/", ".git/", ".swiftpm/", "plainscore-state/"]
        let texts = try FileManager.default.subpathsOfDirectory(atPath: Self.root.path).filter { path in
            path.hasSuffix(".md") && !skipped.contains { path.hasPrefix($0) }
        }
        #expect(texts.contains("README.md"))
        var count = 0
        for path in texts.sorted() {
            let file = Self.root.appendingPathComponent(path)
            let isRun = path == "README.md"
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { continue }
            guard let readme = isRun ? try Readme(text) : try? Readme(text) else { continue }
            for link in readme.links where !link.target.contains("://") && !link.target.hasPrefix("mailto:") {
                count += 1
                if let fault = fault(of: link, in: readme, at: file) {
                    Issue.record("\(path):\(link.line): \(link.target) \(fault)")
                }
            }
        }
        #expect(count > 10)
    }

    private func fault(of link: Readme.Link, in readme: Readme, at file: URL) -> String? {
        let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let target = parts[0].isEmpty ? file : file.deletingLastPathComponent().appendingPathComponent(parts[0])
        guard FileManager.default.fileExists(atPath: target.path) else { return "does not exist" }
        guard parts.count == 2 else { return nil }
        guard target.pathExtension == "md" else { return "has an anchor that breaks with the next edit" }
        let text = (try? String(contentsOf: target, encoding: .utf8)) ?? ""
        return (try? Readme(text))?.anchors.contains(parts[1]) == true ? nil : "is no heading there"
    }

    private func withBroker(_ body: (_ servers: String, _ isReal: Bool) throws -> Void) throws {
        guard Broker.home != nil else {
            let broker = try EmbeddedBroker("--history", "--day-offset", "none")
            try body(broker.servers, false)
            #expect(broker.stop() == 0, "\(broker.errors)")
            return
        }
        let files = try TemporaryFolder()
        let folder = files.path("kafka")
        defer { _ = try? Broker.kafka("down", folder) }
        // Of what `topics check` demands the one setting that a fresh broker lacks.
        let servers = try Broker.kafka("up", folder, "--set", "offsets.retention.minutes=43200")
        try body(servers, true)
    }
}

extension [Readme.Directive] {
    fileprivate func reasonNotToRun(onKafka isReal: Bool) -> String? {
        for directive in self {
            switch directive {
            case .notRun(let reason): return reason
            case .needsKafka(let reason) where !isReal: return "needs a real Kafka: \(reason)"
            default: continue
            }
        }
        return nil
    }
}
