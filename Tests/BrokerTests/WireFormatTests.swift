import Events
import Foundation
import Kafka
import Pipeline
import TestBroker
import Testing
import Wire

extension PipelineOnARealBroker {
    /// Events as a Schema Registry's serializers frame them go in, Protobuf comes out: the scores are the same, and every
    /// tool reads them.
    @Suite struct WireFormatTests {
        private static let clients = ["--clients", "40", "--seed", "7"]

        @Test func `framed events in, Protobuf out: expected scores, and verify, watch and replay read them`() throws {
            let deployment = try Deployment()
            for role in Deployment.roles where role != "publisher" { try deployment.start(role) }
            // The first changes are JSON: a topic may hold both.
            try deployment.start("publisher")
            let lines = try Program.run(["sample", "uci"] + Self.clients).lines
            let events = lines.filter { !$0.hasPrefix("{\"tick\"") }
            try send(events.prefix(events.count / 2), to: deployment)
            try deployment.plainscore("lag", "--until-zero")
            deployment.kill9("publisher")
            try deployment.start("publisher", ["--format", "protobuf"])
            try send(events.dropFirst(events.count / 2), to: deployment)
            let ticks = lines.filter { $0.hasPrefix("{\"tick\"") }
            try deployment.plainscore("produce", "-", input: ticks.joined(separator: "\n") + "\n")
            try deployment.plainscore("lag", "--until-zero")

            let compared = try deployment.plainscore(["sample", "compare"] + Self.clients)
            #expect(compared.hasPrefix("40 of 40 equal"), "\(compared)")
            let changes = try deployment.published()
            let all = changes.joined()
            #expect(all.contains { $0.value[0] == UInt8(ascii: "{") } && all.contains { $0.value[0] == 0x0A })
            let replayed = try deployment.replayed().changes
            #expect(
                changes.map { $0.map { unsafe PublishedScoreChange.json(of: $0.value.span.bytes) } }
                    == replayed.map { $0.map(\.value) })
            let watched = try deployment.plainscore(
                "watch", "--purpose", "lending", "--from", "beginning", "--until-idle", "0", "--json")
            #expect(
                watched.split(separator: "\n").map(String.init).sorted()
                    == replayed.joined().map { String(decoding: $0.value, as: UTF8.self) }.sorted())
            let verified = try deployment.plainscore("replay", "--verify", "--model", deployment.model, "--json")
            #expect(verified.contains(#""equal":true"#), "\(verified)")
            let raw = try deployment.plainscore("verify", "--secret", deployment.secret, "--json")
            #expect(raw.contains(#""equal":true"#), "\(raw)")

            let names = TopicNames(prefix: deployment.prefix + "protobuf-")
            try deployment.plainscore(
                "replay", "--model", deployment.model, "--into", names.prefix, "--format", "protobuf")
            for partition in deployment.partitions {
                let written = try deployment.records(names.scoreChanges(.lending), partition).map(\.value)
                #expect(written.allSatisfy { $0[0] == 0x0A })
                #expect(
                    written.map { unsafe PublishedScoreChange.json(of: $0.span.bytes) }
                        == replayed[Int(partition)].map(\.value))
            }
            try subscribe(to: deployment, changes: all.count)
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        }

        /// deploy/examples/subscribe.py reads both forms and counts each opening whole.
        private func subscribe(to deployment: Deployment, changes: Int) throws {
            guard let python = PythonTools.shared else { return }
            let files = try TemporaryFolder()
            let said = try Shell.expect(
                [
                    python.path, repository.appendingPathComponent("deploy/examples/subscribe.py").path,
                    files.path("changes.db"), "--until-end",
                ],
                environment: [
                    "PLAINSCORE_BOOTSTRAP": deployment.servers, "PLAINSCORE_PREFIX": deployment.prefix,
                    "PYTHONPATH": python.classes,
                ])
            #expect(said == "\(changes) changes, 40 of 40 openings exactly once\n")
        }

        /// Framed in turn as JSON, as Protobuf with the short message index, and with the long one.
        private func send(_ lines: some Sequence<Substring>, to deployment: Deployment) throws {
            let writer = try deployment.log.writer()
            let decoder = EventDecoder()
            for (number, line) in lines.enumerated() {
                let json = Array(line.utf8)
                guard case .event(let person, let event) = try decoder.decode(unsafe json.span.bytes) else {
                    Issue.record("a tick")
                    return
                }
                let protobuf = EventEncoder.protobuf(person: person, event: event)
                let value = [0, 0, 0, 1, 0x87] + [json, [0] + protobuf, [2, 0] + protobuf][number % 3]
                let key = Array(person.text.utf8)
                try writer.append(
                    try writer.topic(deployment.names.raw(event.type.topic)), partition: nil,
                    key: unsafe key.span.bytes, value: unsafe value.span.bytes)
            }
            try writer.flush(milliseconds: 30_000)
        }
    }
}
