import Events
import Kafka
import Pipeline
import TestBroker
import Testing

extension PipelineOnARealBroker {
    /// `schemas/asyncapi.yaml` against the topics that `plainscore topics create` makes.
    @Suite struct AsyncAPITopicsTests {
        @Test(.enabled(if: PythonTools.shared != nil, Comment(rawValue: PythonTools.missing)))
        func `topics have the partitions and settings that asyncapi.yaml tells`() throws {
            let deployment = try Deployment()
            let admin = try KafkaAdmin(KafkaSettings(servers: deployment.servers))
            let partitions = try admin.topics()
            let lines = try SchemaChecks.run("asyncapi.py", ["topics", SchemaChecks.schemas])
                .split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            let names =
                RawTopic.events.map(\.name) + Purpose.allCases.map { "score-changes.\($0.name)" } + ["dead-letters"]
            #expect(Set(lines.map { $0[0] }) == Set(names))
            for name in names {
                let settings = try admin.settings(ofTopic: deployment.prefix + name)
                let told = lines.filter { $0[0] == name }
                #expect(told.count > 1)
                for words in told {
                    let found =
                        words[1] == "partitions"
                        ? partitions[deployment.prefix + name].map { "\($0)" } : settings[words[1]]
                    #expect(found == words[2], "\(words)")
                }
            }
        }
    }
}
