import Events
import Foundation
import Kafka
import Log
import Pipeline
import Synchronization

/// By partition, the offset that a topic's next record gets.
typealias Ends = [Int32: Int64]

/// The seven roles as processes of one pipeline, and what each has cost.
final class RunningRoles {
    static let names = RawTopic.events.map { "\($0.name)-consumer" } + ["aggregator", "publisher"]

    let topics: TopicNames
    let stateFolder: String
    private let setting: Setting
    private let log: KafkaLog
    private var processes: [String: Process] = [:]

    /// Of all pipelines here.
    private static let running = Mutex<Set<Int32>>([])

    static func killAll() {
        for process in running.withLock({ $0 }) { kill(process, SIGKILL) }
    }

    init(_ setting: Setting, prefix: String) throws {
        self.setting = setting
        topics = TopicNames(prefix: prefix)
        stateFolder = setting.folder + "/\(prefix)state"
        log = try KafkaLog(KafkaSettings(servers: setting.bootstrap))
    }

    deinit { for process in processes.values where process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    func startAll() throws { for role in Self.names { try start(role) } }

    func start(_ role: String) throws {
        var arguments = ["--bootstrap", setting.bootstrap, "--prefix", topics.prefix]
        switch role {
        case "aggregator": arguments += ["--model", setting.model, "--state", stateFolder]
        case "publisher": arguments += ["--model", setting.model]
        default: arguments += ["--secret", setting.secret(topics)]
        }
        let process = Process()
        process.executableURL = setting.programs.appendingPathComponent(role)
        process.arguments = arguments
        // As deploy/compose.yaml runs them: huge pages for the state.
        process.environment = ProcessInfo.processInfo.environment.merging(
            role == "aggregator" ? ["GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"] : [:]
        ) { $1 }
        process.standardError = try setting.journal(topics.prefix + role)
        try process.run()
        processes[role] = process
        let id = process.processIdentifier
        Self.running.withLock { _ = $0.insert(id) }
    }

    func killNine(_ role: String) {
        guard let process = processes.removeValue(forKey: role) else { return }
        kill(process.processIdentifier, SIGKILL)
        ended(process)
    }

    private func ended(_ process: Process) {
        process.waitUntilExit()
        let id = process.processIdentifier
        Self.running.withLock { _ = $0.remove(id) }
    }

    func stopAll() {
        for process in processes.values { process.terminate() }
        for process in processes.values { ended(process) }
        processes = [:]
    }

    /// CPU seconds of each so far, by its name.
    func cpu() -> [String: Double] { processes.mapValues { cpuSeconds(of: $0.processIdentifier) } }

    func residentBytes(_ role: String) -> Int { bench_pipeline.residentBytes(of: processes[role]!.processIdentifier) }

    /// Waits until all that lies in the topics has been worked on and committed. Throws where a role has ended, and after
    /// ten minutes.
    func waitUntilDone() throws {
        let deadline = wallSeconds() + 600
        while wallSeconds() < deadline {
            if let (role, process) = processes.first(where: { !$0.value.isRunning }) {
                throw BenchError(
                    "\(role) ended with \(process.terminationStatus): \(setting.folder)/\(topics.prefix)\(role).log")
            }
            // From the first topic to the last: what one has left behind, the next cannot have missed.
            if try lag(topics.consumerGroup(.consents), topics.raw(.consents)) == 0,
                try lag(topics.consumerGroup(.payments), topics.raw(.payments)) == 0,
                try lag(topics.aggregatorGroup, topics.timeline) == 0,
                try lag(topics.publisherGroup, topics.scores) == 0
            {
                return
            }
            usleep(50_000)  // between two looks
        }
        throw BenchError("the roles are not done after ten minutes: \(setting.folder)")
    }

    func lag(_ group: String, _ topic: String) throws -> Int64 {
        try log.committed(group: group, topic: topic).reduce(0) {
            try $0 + log.watermarks(topic: topic, partition: $1.partition).upperBound - ($1.offset ?? 0)
        }
    }

    /// Where each partition of a topic ends.
    func ends(_ topic: String) throws -> Ends {
        try Dictionary(
            uniqueKeysWithValues: (0..<log.partitionCount(topic: topic)).map { partition in
                (partition, try log.watermarks(topic: topic, partition: partition).upperBound)
            })
    }

    /// Records of a topic so far.
    func count(_ topic: String) throws -> Int64 { try ends(topic).values.reduce(0, +) }

    /// Each committed record of a topic, partition after partition, from these offsets on.
    func read(_ topic: String, from first: Ends = [:], _ body: (borrowing RecordBatch) throws -> Void) throws {
        for partition in 0..<(try log.partitionCount(topic: topic)) {
            try log.read(topic: topic, partition: partition, range: (first[partition] ?? 0)..<Int64.max, body)
        }
    }
}
