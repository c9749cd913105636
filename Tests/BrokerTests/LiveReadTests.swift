import Events
import Foundation
import Pipeline
import Scoring
import TestBroker
import Testing
import Wire

extension PipelineOnARealBroker {
    /// `plainscore features PERSON`: what the aggregator at work answers is what a fold of the timeline holds behind the
    /// same record.
    @Suite struct LiveReadTests {
        private let clients = ["uci-00100", "uci-00200", "uci-00300", "uci-00400"]

        @Test func `a live read is the offline fold at the offset that it names`() throws {
            let deployment = try Deployment()
            for role in Deployment.roles where role != "aggregator" { try deployment.start(role) }
            try deployment.start("aggregator", ["--persons-http", "0"])
            let port = try port(of: deployment)
            let none = try features("uci-00100", ["--live", port], deployment)
            #expect(none.exitCode == 1 && none.errors.contains("no live consent"), "\(none.errors)")

            var offsets: Set<Int64> = []
            for month in 1...3 {
                let sample = try Program.run(["sample", "uci", "--clients", "4", "--month", "\(month)"]).lines
                // The month goes through before its tick: what is known as of then is all of it.
                try deployment.plainscore("produce", "-", input: sample.dropLast().joined(separator: "\n") + "\n")
                // While records still come, and when all have.
                for client in clients { try offsets.formUnion(expectEqual(client, port, deployment)) }
                try deployment.plainscore("lag", "--until-zero")
                try deployment.plainscore("produce", "-", input: sample.last! + "\n")
                try deployment.plainscore("lag", "--until-zero")
                for client in clients { #expect(try !expectEqual(client, port, deployment).isEmpty) }
            }
            #expect(offsets.count > 1)
            try expectEqualOffline(port, deployment)
            try expectNothingAfterWithdrawal(port, deployment)
            try expectTheOtherAggregator(port, deployment)
            let journal = deployment.journalText("aggregator")
            let hasher = try hasher(deployment)
            for client in clients {
                let key = hasher.key(of: Identifier(client)!).path.dropFirst("/persons/".count)
                #expect(!journal.contains(client) && !journal.contains(key))
            }
            deployment.stopAll()
            deployment.stopAll(instance: 2)
        }

        /// The offset at which the person was read; empty where there was no consent yet.
        private func expectEqual(_ client: String, _ port: String, _ deployment: Deployment) throws -> [Int64] {
            let live = try features(client, ["--live", port, "--json"], deployment)
            guard live.exitCode == 0 else { return [] }
            let place = try JSONDecoder().decode(Place.self, from: Data(live.output.utf8))
            var replay = PartitionReplay(partition: place.partition, scorecard: deployment.scorecard)
            for record in try deployment.records(deployment.names.timeline, place.partition)
            where record.offset < place.offset {
                _ = try replay.take(
                    offset: record.offset, key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes)
            }
            let key = try hasher(deployment).key(of: Identifier(client)!)
            let folded = try #require(PersonReading(replay.fold, of: key))
            #expect(live.output == String(decoding: folded.json, as: UTF8.self) + "\n")
            #expect(place.features.count > 3 && place.features.values.contains { $0 ?? 0 > 0 } || place.score == nil)
            return [place.offset]
        }

        private struct Place: Decodable {
            let partition: Int32
            let offset: Int64
            let score: Int?
            let features: [String: Int64?]
        }

        private func expectEqualOffline(_ port: String, _ deployment: Deployment) throws {
            for client in clients {
                let live = try features(client, ["--live", port, "--json"], deployment)
                let folded = try features(client, ["--model", deployment.model, "--json"], deployment)
                #expect(live.exitCode == 0 && live.output == folded.output, "\(live.errors)\(folded.errors)")
                let text = try features(client, ["--live", port], deployment)
                #expect(text.output.hasPrefix("partition "), "\(text.output)\(text.errors)")
                let then = try features(
                    client, ["--model", deployment.model, "--as-of", "2005-07-01", "--json"], deployment)
                let (was, now) = (try values(then.output), try values(live.output))
                #expect(was == now && !was.isEmpty, "\(then.errors)")
            }
        }

        private func values(_ json: String) throws -> [String: Int64?] {
            struct Values: Decodable { let features: [String: Int64?] }
            return try JSONDecoder().decode(Values.self, from: Data(json.utf8)).features
        }

        private func expectNothingAfterWithdrawal(_ port: String, _ deployment: Deployment) throws {
            let consent = try #require(
                try Program.run(["sample", "uci", "--clients", "1", "--month", "1"]).lines.first {
                    $0.contains("consent")
                })
            let withdrawn = String(consent).replacing("-c\"", with: "-w\"").replacing("GRANTED", with: "WITHDRAWN")
                .replacing(/,"expiresAt":[0-9]+/, with: "")
            try deployment.plainscore("produce", "-", input: withdrawn + "\n")
            try deployment.plainscore("lag", "--until-zero")
            let live = try features("uci-00100", ["--live", port, "--json"], deployment)
            #expect(live.exitCode == 1 && live.output == "{\"status\":\"noConsent\"}\n", "\(live.output)\(live.errors)")
        }

        /// Where partitions are shared out, the one that has the person answers.
        private func expectTheOtherAggregator(_ port: String, _ deployment: Deployment) throws {
            try deployment.start("aggregator", instance: 2, ["--persons-http", "0"])
            let other = try self.port(of: deployment, instance: 2)
            // Strangers, one in each partition: who does not have it says so before who it is about.
            let hasher = try hasher(deployment)
            let strangers = try deployment.partitions.map { partition in
                let names = (0...).lazy.map { "stranger-\($0)" }
                return try #require(names.first { hasher.key(of: Identifier($0)!).partition(of: 4) == partition })
            }
            func answers(_ ports: String) throws -> [String] {
                try strangers.map { try features($0, ["--live", ports], deployment).errors }
            }
            let elsewhere = "is not with this aggregator: name the ports of the others"
            let condition = Condition(seconds: 30)
            let isShared = try condition.holds {
                let (one, two) = (try answers(port), try answers(other))
                return one.count { $0.contains(elsewhere) } == 2 && two.count { $0.contains(elsewhere) } == 2
                    && zip(one, two).allSatisfy { $0 != $1 }
            }
            #expect(isShared)
            let isAnswered = try condition.holds {
                try answers("\(port),\(other)").allSatisfy { $0.contains("no live consent") }
            }
            #expect(isAnswered)
            for client in clients.dropFirst() {
                #expect(try !expectEqual(client, "\(port),\(other)", deployment).isEmpty)
            }
        }

        private func features(_ person: String, _ more: [String], _ deployment: Deployment) throws -> Program.Result {
            let words = ["features", person, "--secret", deployment.secret, "--prefix", deployment.prefix]
            return try Program.run(words + more, bootstrap: deployment.servers)
        }

        private func hasher(_ deployment: Deployment) throws -> PersonHasher {
            PersonHasher(secret: try SecretFile.read(deployment.secret))
        }

        /// As the aggregator's journal tells it.
        private func port(of deployment: Deployment, instance: Int = 1) throws -> String {
            var port: String?
            let condition = Condition(seconds: 30)
            let isServed = condition.holds {
                let journal = deployment.journalText("aggregator", instance: instance)
                port = journal.firstMatch(of: /"persons":"127\.0\.0\.1:([0-9]+)"/).map { String($0.1) }
                return port != nil
            }
            #expect(isServed)
            return try #require(port)
        }
    }
}
