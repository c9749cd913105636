import Checksums
import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import TestTimeline
import Testing
import Wire

extension PipelineOnARealBroker {
    /// A record that is small on the wire and large unpacked stops nothing: the broker refuses it, and where a topic lets it in,
    /// the consumer goes on past it.
    @Suite struct PoisonTests {
        private static let poisonBytes = 5 << 20

        @Test func `the broker refuses what unpacks to more than a raw topic takes`() throws {
            let deployment = try Deployment()
            for codec in ["gzip", "zstd", "lz4", "snappy"] {
                let error = #expect(throws: LogError.self, "\(codec)") {
                    try send(blanks(Self.poisonBytes), to: deployment.names.raw(.payments), codec, deployment)
                }
                let said = error?.description ?? "nothing"
                #expect(said.contains("Message size too large"), "\(codec): \(said)")
                // An event of each producer that compresses is taken all the same.
                try send(Array("{}".utf8), to: deployment.names.raw(.payments), codec, deployment)
            }
            let check = try Program.run(
                ["topics", "check", "--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(!check.output.contains("compression.type"), "\(check.output)")
        }

        @Test func `where a topic lets it in, the consumer goes on past it, and its dead letter tells what it was`()
            throws
        {
            let deployment = try Deployment(history: false)
            let payments = deployment.names.raw(.payments)
            try allowAnyCompression(of: payments, deployment)
            try deployment.startAll()

            for codec in ["gzip", "zstd"] {
                for _ in 0..<10 { try send(blanks(Self.poisonBytes), to: payments, codec, deployment) }
            }
            try send(Array(repeating: 0xFF, count: RefusedRecord.keptByteCount + 1), to: payments, "none", deployment)
            try send(Array(repeating: 0xFF, count: RefusedRecord.keptByteCount), to: payments, "none", deployment)
            try send([], to: payments, "none", deployment)
            try produceStatement(of: "ada", deployment)
            try deployment.plainscore("lag", "--until-zero", "--timeout", "60")
            #expect(deployment.ended().isEmpty)
            // The person's event behind it is applied, and she has a score.
            #expect(try deployment.published().joined().count == 1)
            // 20 of 5 MiB came; none was held whole, beside what the library unpacks at a time.
            let peak = try #require(deployment.peakResidentBytes("payments-consumer"))
            #expect(peak < 256 << 20, "\(peak >> 20) MiB")

            try expectLetters(deployment)
            let balance = try Program.run(
                ["verify", "--secret", deployment.secret, "--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(balance.exitCode == 0, "\(balance.output)\(balance.errors)")
            try expectForgedLetterIsFound(deployment)
            try expectGoneIsSaid(deployment)
            deployment.stopAll()
        }

        private func expectLetters(_ deployment: Deployment) throws {
            for partition in deployment.partitions {
                for letter in try deployment.records(deployment.names.deadLetters, partition) {
                    #expect(letter.value.count <= RefusedRecord.keptByteCount)
                }
            }
            let letters = try shown(deployment)
            #expect(letters.count == 23)
            let poison = letters.filter { $0["originalByteCount"] as? Int == Self.poisonBytes }
            #expect(poison.count == 20)
            let value = blanks(Self.poisonBytes)
            let hash = unsafe xxh3Digest(value.span.bytes).hex
            for letter in poison {
                #expect(letter["reason"] as? String == "tooLarge" && letter["originalHash"] as? String == hash)
                #expect(letter["keptIn"] as? String == "rawTopic")
                #expect((letter["value"] as? String)?.utf8.count == Self.poisonBytes)
            }
            let others = letters.filter { $0["originalByteCount"] as? Int != Self.poisonBytes }
            #expect(
                Set(others.map { "\($0["reason"] ?? "") \($0["originalByteCount"] ?? "") \($0["keptIn"] ?? "")" }) == [
                    "tooLarge 65537 rawTopic", "malformedProtobuf 65536 deadLetter", "empty 0 deadLetter",
                ])
            let text = try deployment.plainscore("dead-letters", "show", "--reason", "tooLarge")
            #expect(text.contains("whole: 5,242,880 bytes with XXH3-128 \(hash): the raw topic keeps them"), "\(text)")
        }

        /// A second dead letter of a record, which tells another length, hash or prefix of it.
        private func expectForgedLetterIsFound(_ deployment: Deployment) throws {
            let letters = deployment.names.deadLetters
            let partition = try #require(deployment.partitions.first { try !deployment.records(letters, $0).isEmpty })
            var letter: HeaderedRecord?
            let end = try deployment.log.watermarks(topic: letters, partition: partition).upperBound
            try deployment.log.readWithHeaders(topic: letters, partition: partition, range: 0..<end) {
                if $0.headers["plainscore.value"] != nil { letter = $0 }
            }
            let found = try #require(letter)
            let writer = try deployment.log.writer()
            let topic = try writer.topic(letters)
            var forgeries: [([String: String], [UInt8])] = [(found.headers, [UInt8](repeating: 0x21, count: 1_024))]
            for (name, value) in [
                ("plainscore.original-bytes", "5242881"),
                ("plainscore.original-xxh3-128", String(repeating: "0", count: 32)), ("plainscore.value", "all"),
            ] {
                var headers = found.headers
                headers[name] = value
                forgeries.append((headers, found.value))
            }
            for (headers, value) in forgeries {
                try writer.append(
                    topic, partition: partition, key: unsafe found.key.span.bytes, value: unsafe value.span.bytes,
                    headers: headers.map { ($0.key, $0.value) })
            }
            try writer.flush(milliseconds: 30_000)
            let check = try Program.run(
                ["verify", "--json", "--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(check.exitCode == 1 && check.output.contains("\"differenceCount\":4"), "\(check.output)")
        }

        private func expectGoneIsSaid(_ deployment: Deployment) throws {
            let payments = deployment.names.raw(.payments)
            let places = deployment.partitions.map { #"{"topic":"\#(payments)","partition":\#($0),"offset":-1}"# }
            let files = try TemporaryFolder()
            try #"{"version":1,"partitions":[\#(places.joined(separator: ","))]}"#.write(
                toFile: files.path("all"), atomically: false, encoding: .utf8)
            try Broker.kafka(
                "tool", "delete-records", "--bootstrap-server", deployment.servers, "--offset-json-file",
                files.path("all"))
            let letters = try shown(deployment).filter { $0["originalByteCount"] as? Int == Self.poisonBytes }
            #expect(letters.count == 20)
            for letter in letters {
                #expect(letter["keptIn"] as? String == "gone" && letter["value"] is NSNull)
                #expect((letter["original"] as? String)?.count == 200)
            }
            let text = try deployment.plainscore("dead-letters", "show", "--reason", "tooLarge")
            #expect(text.contains(": the raw topic does not keep them any more"), "\(text)")
        }

        private func shown(_ deployment: Deployment) throws -> [[String: Any]] {
            try deployment.plainscore("dead-letters", "show", "--json").split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
        }

        private func blanks(_ count: Int) -> [UInt8] { Array(repeating: UInt8(ascii: " "), count: count) }

        /// As any producer with the right to write may.
        private func send(_ value: [UInt8], to topic: String, _ codec: String, _ deployment: Deployment) throws {
            let log = try KafkaLog(
                KafkaSettings(
                    servers: deployment.servers,
                    properties: [
                        .init("compression.type", codec), .init("message.max.bytes", "100000000"),
                        .init("log_level", "2"),
                    ]))
            let writer = try log.writer()
            let key = Array("x".utf8)
            try writer.append(
                writer.topic(topic), partition: nil, key: unsafe key.span.bytes, value: unsafe value.span.bytes)
            try writer.flush(milliseconds: 30_000)
        }

        private func allowAnyCompression(of topic: String, _ deployment: Deployment) throws {
            try Broker.kafka(
                "tool", "configs", "--bootstrap-server", deployment.servers, "--alter", "--entity-type", "topics",
                "--entity-name", topic, "--add-config", "compression.type=producer")
            let check = try Program.run(
                ["topics", "check", "--prefix", deployment.prefix], bootstrap: deployment.servers)
            #expect(check.output.contains("compression.type is producer, not uncompressed"), "\(check.output)")
        }

        private func produceStatement(of name: String, _ deployment: Deployment) throws {
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            let make = EventMaker()
            let person = try #require(Identifier(name))
            let granted = try make.granted("c", grant: "grant", at: now, until: now + day(30), purpose: .lending)
            let lines = try [granted, make.statement("s", at: now)].map {
                String(decoding: EventEncoder.json(person: person, event: $0), as: UTF8.self)
            }
            try deployment.plainscore("produce", "-", input: lines.joined(separator: "\n"))
        }
    }
}
