import Foundation
import Kafka
import Log
import Pipeline
import Scoring
import TestBroker
import Testing

extension PipelineOnARealBroker.ReplayModelTests {
    /// The same model's outputs in topics of their own are those that were published, byte for byte; another's are not.
    func expectOutputs(in deployment: Deployment) throws {
        let prefix = deployment.prefix + "again-"
        let names = TopicNames(prefix: prefix)
        func replay(_ model: String, into prefix: String) throws -> Program.Result {
            try Program.run(
                ["replay", "--model", model, "--into", prefix, "--prefix", deployment.prefix],
                bootstrap: deployment.servers)
        }
        let first = try replay(deployment.model, into: prefix)
        #expect(first.exitCode == 0, "\(first.errors)")
        var changes = 0
        for partition in deployment.partitions {
            let topic = names.scoreChanges(.lending)
            let written = try deployment.records(topic, partition)
            let published = try deployment.records(deployment.names.scoreChanges(.lending), partition)
            #expect(written.map(\.key) == published.map(\.key) && written.map(\.value) == published.map(\.value))
            changes += written.count
            let results = try deployment.results(names.scores, partition)
            #expect(try results == deployment.results(deployment.names.scores, partition) && !results.isEmpty)
        }
        #expect(changes > 300)

        let again = try replay(deployment.model, into: prefix)
        #expect(again.exitCode == 10 && again.errors.contains("'\(names.scores)' is there already"), "\(again.errors)")
        let other = try replay(
            repository.appendingPathComponent("deploy/models/uci-mean.pmml").path, into: prefix + "mean-")
        #expect(other.exitCode == 0, "\(other.errors)")
        let watched = try Program.run(
            [
                "watch", "--purpose", "lending", "--from", "beginning", "--until-idle", "0", "--prefix",
                prefix + "mean-",
            ],
            bootstrap: deployment.servers)
        #expect(watched.exitCode == 0 && watched.lines.count == changes, "\(watched.errors)")
    }
}

extension Deployment {
    /// The bytes of all results of a partition, however they are cut into records.
    fileprivate func results(_ topic: String, _ partition: Int32) throws -> [UInt8] {
        try records(topic, partition).flatMap { record in
            try ScoresRecord.results(
                key: unsafe record.key.span.bytes, value: unsafe record.value.span.bytes, partition: partition
            ).copied
        }
    }
}
