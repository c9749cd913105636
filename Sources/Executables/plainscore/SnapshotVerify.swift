import Commands
import Glibc
import Kafka
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore snapshot verify`: whether snapshots are what the timeline gives.
extension Command {
    static var snapshotVerify: Command {
        Command(
            path: ["snapshot", "verify"],
            summary:
                "Check snapshots: files, the state in them, and with brokers given the timeline folded up to them.",
            operands: [Operand(name: "PATH", help: "an aggregator's state folder, or one snapshot of it; only read")],
            options: [
                .value("model", "FILE", "the scorecard under which they were taken, PMML; needed"), .challenger,
                .flag("json", "one JSON a file (schemas/explanation.md)"),
            ],
            notes: """
                Each file is unpacked, loaded into a fold and written again: the bytes must be the same. Where --bootstrap (or the
                environment) names brokers, the timeline is folded from its beginning up to each snapshot, and the digests of
                the states are compared. Exit 1 where one differs.
                """,
            run: runSnapshotVerify)
    }
}

private func runSnapshotVerify(_ arguments: Arguments) throws -> Int32 {
    let models = try arguments.models()
    let files = try snapshotFiles(arguments.operands[0])
    stopAtSignal()
    var checks: [SnapshotCheck] = []
    var isInterrupted = false
    for file in files where !StopSignal.isRaised { checks.append(SnapshotCheck(file, models: models)) }
    if arguments.namesBrokers, !StopSignal.isRaised {
        do { try compareWithTimeline(&checks, models, arguments) } catch is Interrupted { isInterrupted = true }
    }
    if isInterrupted || checks.count < files.count {
        printError("plainscore: stopped; what is not compared says so. One FILE in place of the folder is shorter")
        isInterrupted = true
    }
    if arguments.flag("json") {
        for check in checks { print(check.json) }
    } else {
        print(checks.isEmpty ? "no snapshots" : text(of: checks).joined(separator: "\n"))
    }
    return checks.contains(where: \.isFailed) || isInterrupted ? ExitCode.failure.rawValue : ExitCode.success.rawValue
}

private func compareWithTimeline(_ checks: inout [SnapshotCheck], _ models: Models, _ arguments: Arguments) throws {
    let cluster = try Cluster(arguments)
    let folds = try CommittedFolds(cluster.log(), names: cluster.names, models: models, snapshots: nil)
    var ends: [Int32: Int64] = [:]
    for check in checks where !check.isFailed && check.file.reference.topic == cluster.names.timeline {
        ends[check.file.reference.partition, default: 0] = max(
            ends[check.file.reference.partition] ?? 0, check.file.reference.offset)
    }
    let progress = Progress(label: "snapshots", total: ends.values.reduce(0, +))
    defer { progress.finish() }
    var done: Int64 = 0
    try folds.compare(&checks) { count in
        done += Int64(count)
        progress.update(done: done)
        if StopSignal.isRaised { throw Interrupted() }
    }
}

extension Arguments {
    /// Whether options or environment say where the brokers are.
    fileprivate var namesBrokers: Bool {
        let environment = unsafe getenv("PLAINSCORE_BOOTSTRAP").map { unsafe String(cString: $0) } ?? ""
        return text("bootstrap") != nil || text("kafka-config") != nil || !environment.isEmpty
    }
}

private func text(of checks: [SnapshotCheck]) -> [String] {
    let rows = checks.map { check in
        let reference = check.file.reference
        return [
            reference.topic, "\(reference.partition)", grouped(reference.offset), check.digest?.hex ?? "-",
            check.words,
        ]
    }
    return aligned([["TOPIC", "PARTITION", "OFFSET", "STATE", "VERDICT"]] + rows, left: [0, 3, 4])
}

extension SnapshotCheck {
    fileprivate var name: String {
        switch verdict {
        case .sound: "sound"
        case .equal: "equal"
        case .notCompared: "notCompared"
        case .failed: "failed"
        }
    }

    fileprivate var problem: String? {
        switch verdict {
        case .sound, .equal: nil
        case .notCompared(let why), .failed(let why): why
        }
    }

    fileprivate var words: String {
        switch verdict {
        case .sound: "sound"
        case .equal: "equal to the timeline folded"
        case .notCompared(let why): "sound, not compared: \(why)"
        case .failed(let why): "FAILED: \(why)"
        }
    }

    fileprivate var json: String {
        var json = JSONText()
        json.beginObject()
        file.write(into: &json)
        json.member("verdict", name)
        json.member("problem", optional: problem)
        json.member("stateDigest", optional: digest?.hex)
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
