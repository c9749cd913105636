import Foundation
import TestBroker
import Testing

/// The operator's checks on what the roles have left in the brokers and in the state folder.
extension PipelineOnARealBroker.ReplayModelTests {
    private struct Report: Decodable {
        var equal: Bool
        var differenceCount: Int
    }

    private struct SnapshotFile: Decodable {
        var whole: Bool
        var offset: Int64
        var path: String
    }

    func expectEqualEverywhere(in deployment: Deployment) throws {
        let beginning = try run(["replay", "--verify", "--model", deployment.model, "--json"], in: deployment)
        #expect(try report(beginning).equal, "\(beginning.output)")
        let raw = try run(["verify", "--secret", deployment.secret, "--json"], in: deployment)
        #expect(try report(raw).equal, "\(raw.output)")

        let list = try Program.run(["snapshot", "list", deployment.stateFolder, "--json"])
        let files = try list.lines.map { try JSONDecoder().decode(SnapshotFile.self, from: Data($0.utf8)) }
        #expect(!files.isEmpty && files.allSatisfy(\.whole), "\(list.errors)")
        for file in files {
            let replay = try run(
                ["replay", "--verify", "--from", file.path, "--model", deployment.model, "--json"], in: deployment)
            #expect(try report(replay).equal, "\(replay.output)")
        }
        print("replays from the beginning and from \(files.count) snapshots: equal")
        let snapshots = try run(
            ["snapshot", "verify", deployment.stateFolder, "--model", deployment.model, "--json"], in: deployment)
        #expect(
            snapshots.exitCode == 0 && snapshots.lines.count == files.count, "\(snapshots.output)\(snapshots.errors)")
        let inspected = try Program.run(["snapshot", "inspect", files[0].path, "--model", deployment.model])
        #expect(inspected.exitCode == 0 && inspected.output.contains("live grants"), "\(inspected.errors)")
    }

    /// A stray record in the timeline is named, by its place. Nothing can fold this timeline after it.
    func expectStrayRecordIsNamed(in deployment: Deployment) throws {
        _ = try Broker.kafka(
            "tool", "console-producer", "--bootstrap-server", deployment.servers, "--topic", deployment.names.timeline,
            "--reader-property", "parse.key=true", "--reader-property", "key.separator=:",
            input: "stray:not a timeline record\n")
        let raw = try run(["verify", "--json"], in: deployment)
        #expect(raw.exitCode == 1 && raw.output.contains("\"damaged\""), "\(raw.output)")
        #expect(try report(raw).differenceCount == 1)
        let text = try run(["verify"], in: deployment)
        #expect(text.exitCode == 1 && text.output.contains(deployment.names.timeline + "-"), "\(text.output)")
    }

    private func run(_ words: [String], in deployment: Deployment) throws -> Program.Result {
        try Program.run(words + ["--prefix", deployment.prefix], bootstrap: deployment.servers)
    }

    private func report(_ result: Program.Result) throws -> Report {
        try JSONDecoder().decode(Report.self, from: Data(result.output.utf8))
    }
}
