import Events
import Foundation
import ScorecardFiles
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// `plainscore status` tells an operator how the pipeline stands: before its first start, at work, and with a role down.
    @Suite struct StatusTests {
        struct Status: Decodable {
            struct Group: Decodable {
                struct Member: Decodable {
                    let instance: String?
                    let partitions: [Int32]
                }
                struct Place: Decodable {
                    let lag: Int64?
                    let lagMilliseconds: Int64?
                }
                let group: String
                let state: String?
                let members: [Member]
                let partitions: [Place]

                var lag: Int64 { partitions.reduce(0) { $0 + ($1.lag ?? 0) } }
            }
            struct Partition: Decodable {
                struct Snapshot: Decodable {
                    let offset: Int64
                    let bytes: Int
                    let ageMilliseconds: Int64
                }
                let clock: String?
                let sequence: Int64?
                let snapshot: Snapshot?
            }
            struct Models: Decodable {
                struct Found: Decodable {
                    let hash: String
                    let partitions: [Int32]
                    let given: String?
                }
                let role: String
                let hashes: [Found]
            }
            struct Outcomes: Decodable {
                let balanced: Bool
                let classes: [String: Int]
            }
            let mode: String
            let groups: [Group]
            let partitions: [Partition]
            let models: [Models]
            struct Switch: Decodable {
                struct Card: Decodable { let hash: String }
                let models: [Card]
            }
            let switches: [Switch]
            let outcomes: Outcomes?
        }

        @Test func `status tells who is at work, the lag, the clock, the models, the snapshots and the balance`() throws
        {
            let deployment = try Deployment()
            let empty = try status(deployment)
            #expect(empty.mode == "history" && empty.groups.count == Deployment.roles.count)
            #expect(empty.groups.allSatisfy { $0.members.isEmpty })
            #expect(empty.partitions.count == 4)
            #expect(empty.partitions.allSatisfy { $0.clock == nil && $0.sequence == nil && $0.snapshot == nil })
            #expect(empty.models.allSatisfy { $0.hashes.isEmpty } && empty.outcomes == nil)
            let text = try deployment.plainscore("status")
            let down = text.split(separator: "\n").filter { $0.contains("nobody: it does not run") }
            #expect(down.count == 7, "\(text)")

            try deployment.startAll()
            let sample = try Program.run(["sample", "uci", "--clients", "20", "--month", "1"]).output
            try deployment.plainscore("produce", "-", input: sample)
            try deployment.plainscore("lag", "--until-zero")
            try expectAllAtWork(deployment)
            try expectLagWithoutAConsumer(deployment)
            let mean = repository.appendingPathComponent("deploy/models/uci-mean.pmml").path
            try deployment.plainscore("model", "switch", mean)
            let switched = try status(deployment)
            #expect(empty.switches.isEmpty && switched.switches.count == 1)
            #expect(try switched.switches[0].models.map(\.hash) == [ModelFile.read(mean).hash.hex])
            deployment.stopAll()
        }

        private func expectAllAtWork(_ deployment: Deployment) throws {
            // Snapshots come every 2 s.
            let condition = Condition(seconds: 20)
            let isWritten = try condition.holds {
                try status(deployment, "--state", deployment.stateFolder).partitions.allSatisfy { $0.snapshot != nil }
            }
            #expect(isWritten)
            let full = try status(deployment, "--state", deployment.stateFolder, "--model", deployment.model)
            for group in full.groups {
                #expect(group.state == "Stable" && group.lag == 0, "\(group)")
                #expect(group.members.flatMap(\.partitions) == [0, 1, 2, 3], "\(group)")
                #expect(group.partitions.allSatisfy { $0.lagMilliseconds == 0 })
            }
            #expect(Set(full.partitions.map(\.clock)) == ["2005-05-01T00:00:00.000Z"])
            #expect(full.partitions.contains { $0.sequence ?? 0 > 0 })
            for snapshot in full.partitions.compactMap(\.snapshot) {
                #expect(snapshot.bytes > 0 && (0..<120_000).contains(snapshot.ageMilliseconds))
            }
            let aggregator = try #require(full.models.first { $0.role == "aggregator" })
            #expect(aggregator.hashes.count == 1 && aggregator.hashes[0].partitions == [0, 1, 2, 3])
            #expect(aggregator.hashes[0].given?.isEmpty == false)
            let publisher = try #require(full.models.first { $0.role == "publisher" })
            #expect(publisher.hashes.map(\.hash) == [deployment.scorecard.hash.hex])
            #expect(full.outcomes?.balanced == true && full.outcomes?.classes["applied"] ?? 0 > 20)
        }

        /// Records that nobody reads grow old, and the table says whose they are.
        private func expectLagWithoutAConsumer(_ deployment: Deployment) throws {
            deployment.kill9("accounts-consumer")
            let more = try Program.run(["sample", "uci", "--clients", "20", "--month", "2"]).output
            try deployment.plainscore("produce", "-", "--no-wait", input: more)
            let first = try accounts(deployment)
            #expect(first.lag > 0)
            // A killed member stays until its session ends; meanwhile what is not read grows older, by the broker's stamp.
            let condition = Condition(seconds: 30)
            var last = first
            let isSeen = try condition.holds {
                last = try accounts(deployment)
                return last.members.isEmpty
            }
            #expect(isSeen && last.lag == first.lag)
            for (before, after) in zip(first.partitions, last.partitions) where before.lag != 0 {
                #expect(before.lagMilliseconds! < after.lagMilliseconds!)
            }
            let text = try deployment.plainscore("status")
            let rows = text.split(separator: "\n").filter { $0.contains("nobody: it does not run") }
            #expect(rows.count == 1 && rows[0].contains("accounts-consumer"), "\(text)")
            try deployment.start("accounts-consumer")
            try deployment.plainscore("lag", "--until-zero")
            let caughtUp = try accounts(deployment)
            #expect(caughtUp.lag == 0)
        }

        private func accounts(_ deployment: Deployment) throws -> Status.Group {
            let group = deployment.names.consumerGroup(.accounts)
            let found = try status(deployment).groups.first { $0.group == group }
            return try #require(found)
        }

        private func status(_ deployment: Deployment, _ more: String...) throws -> Status {
            let words = ["status", "--json", "--prefix", deployment.prefix] + more
            let result = try Program.run(words, bootstrap: deployment.servers)
            try #require(result.exitCode == 0, "\(result.errors)")
            return try JSONDecoder().decode(Status.self, from: Data(result.output.utf8))
        }
    }
}
