import Foundation
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// What the supervisor must not start again says so.
    @Suite struct RoleExitTests {
        @Test func `wrong secret, wrong model, wrong options and a state folder in use have exit codes of their own`()
            throws
        {
            let deployment = try Deployment()
            try deployment.startAll()
            try deployment.plainscore(
                "produce", "-", input: try Program.run(["sample", "uci", "--clients", "20"]).output)
            try deployment.plainscore("lag", "--until-zero")

            let files = try TemporaryFolder()
            let other = files.path("secret")
            try (String(repeating: "ab", count: 32) + "\n").write(toFile: other, atomically: false, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: other)
            #expect(try exit("payments-consumer", deployment, ["--secret", other]) == 11)

            let mean = repository.appendingPathComponent("deploy/models/uci-mean.pmml").path
            // The state folder is held by the running aggregator.
            #expect(try exit("aggregator", deployment, ["--model", mean, "--state", deployment.stateFolder]) == 14)
            #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
            for state in [deployment.stateFolder, files.path("empty")] {
                #expect(try exit("aggregator", deployment, ["--model", mean, "--state", state]) == 12)
            }
            let max = deployment.model
            let loaded = ["--model", max, "--state", deployment.stateFolder, "--challenger"]
            #expect(try exit("aggregator", deployment, loaded + [mean]) == 12)
            for words in ["\(mean),\(mean)", max, "\(mean),", "a,b,c,d"] {
                #expect(try exit("aggregator", deployment, loaded + [words]) == 2)
            }
            #expect(try exit("publisher", deployment, ["--model", mean]) == 12)
            #expect(try exit("publisher", deployment, ["--model", files.path("none")]) == 12)
            #expect(try exit("publisher", deployment, ["--modle", mean]) == 2)
        }

        /// Runs a role with just these options to its end.
        private func exit(_ role: String, _ deployment: Deployment, _ options: [String]) throws -> Int32 {
            let process = Process()
            process.executableURL = try Program.folder().appendingPathComponent(role)
            process.arguments =
                ["--bootstrap", deployment.servers, "--prefix", deployment.names.prefix, "--instance", "1"] + options
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
    }
}
