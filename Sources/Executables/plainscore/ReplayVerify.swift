import Commands
import Glibc
import Kafka
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

let replayVerifyOptions: [Option] = [
    .flag("verify", "compare with topic scores and with the score changes, record by record"),
    .value("model", "FILE", "with --verify the scorecard that published, else the other one, PMML; needed"),
    .challenger,
    .value(
        "from", "beginning|FILE|FOLDER",
        "where to begin: at the first record (default), at a snapshot, or each partition at its newest in a state folder"
    ),
    .value("partitions", "N[,N-M…]", "only these partitions of the timeline (default: all)"),
    .flag("json", "one JSON (schemas/explanation.md)"),
]

let replayVerifyNotes = """
    With --verify each result of the fold must be in scores under its number, with its chain, bit for bit, and each score
    change that the publisher makes of it in its topic, once, in order, and nothing beside. Compared is what lies below
    the committed offsets. Prints records, results and changes compared and the digest of the state, per partition; at a
    difference where it is and both records, and exits with 1. It reads, and writes nothing. Score changes older than 7
    days that a later one of their grant follows may have been compacted away, results older than 30 days deleted:
    counted, not failed.
    """

/// `plainscore replay --verify`.
func replayVerify(_ arguments: Arguments) throws -> Int32 {
    let models = try arguments.models()
    let start = try replayStart(arguments)
    let cluster = try Cluster(arguments)
    stopAtSignal()
    let folds = try CommittedFolds(
        cluster.log(), names: cluster.names, models: models, snapshots: start.folder)
    let verifier = try ReplayVerifier(folds, from: start.start, now: wallMilliseconds())
    let partitions = try replayPartitions(arguments, of: folds.partitions, start.start)

    let startedAt = monotonicMilliseconds()
    let progress = Progress(label: "replay", total: try partitions.reduce(0) { $0 + (try verifier.recordCount($1)) })
    var done: Int64 = 0
    var reports: [ReplayVerifier<KafkaLog>.Report] = []
    do {
        for partition in partitions {
            reports.append(
                try verifier.verify(partition, skipped: { printError("plainscore: \($0)") }) { count in
                    done += Int64(count)
                    progress.update(done: done)
                    if StopSignal.isRaised { throw Interrupted() }
                })
        }
    } catch is Interrupted {
        progress.finish()
        printError("plainscore: " + interrupted(reports.map(\.partition), of: partitions, arguments))
    }
    progress.finish()

    let verification = ReplayVerification(
        reports: reports, isComplete: reports.count == partitions.count,
        milliseconds: monotonicMilliseconds() - startedAt)
    if arguments.flag("json") {
        print(verification.json)
    } else {
        print(verification.text.joined(separator: "\n"))
    }
    return verification.isEqual ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// What was done when Ctrl-C came, and how to go on.
private func interrupted(_ done: [Int32], of all: [Int32], _ arguments: Arguments) -> String {
    let rest = all.dropFirst(done.count).map { "\($0)" }.joined(separator: ",")
    let soFar =
        done.isEmpty
        ? "no partition is compared yet" : "partitions compared: \(done.map { "\($0)" }.joined(separator: ","))"
    let shorter =
        arguments.text("from").map { $0 == "beginning" } ?? true
        ? "; `--from FOLDER` begins at the newest snapshots of an aggregator's state folder and is shorter" : ""
    return "stopped; \(soFar). The same command with `--partitions \(rest)` does the rest\(shorter)"
}

/// Where `--from` says to begin, and where snapshots to choose from are.
private func replayStart(_ arguments: Arguments) throws -> (start: ReplayStart, folder: SnapshotFolder?) {
    guard let text = arguments.text("from"), text != "beginning" else { return (.beginning, nil) }
    var status = stat()
    guard unsafe stat(text, &status) == 0 else {
        throw UsageError(
            "--from \(text): no such file or folder; give `beginning`, a snapshot file or a state folder",
            arguments.command)
    }
    if status.st_mode & S_IFMT == S_IFDIR { return (.newestSnapshot, SnapshotFolder(text)) }
    return (.snapshot(try SnapshotReference(path: text)), nil)
}

/// The partitions that `--partitions` names; with one snapshot, its own.
private func replayPartitions(_ arguments: Arguments, of all: Range<Int32>, _ start: ReplayStart) throws -> [Int32] {
    let given = try arguments.partitions(of: all)
    guard case .snapshot(let reference) = start else { return given ?? Array(all) }
    guard given == nil || given == [reference.partition] else {
        throw UsageError(
            "--partitions: \(reference.path) is of partition \(reference.partition) alone", arguments.command)
    }
    guard all.contains(reference.partition) else {
        throw UsageError("--from: there is no partition \(reference.partition)", arguments.command)
    }
    return [reference.partition]
}

extension Arguments {
    /// The partitions that `--partitions` names, in order, each once; nil where it is not given.
    func partitions(of all: Range<Int32>) throws(UsageError) -> [Int32]? {
        guard let text = text("partitions") else { return nil }
        var partitions: Set<Int32> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = word.split(separator: "-", omittingEmptySubsequences: false).map { Int32($0) }
            guard (1...2).contains(bounds.count), let first = bounds[0], let last = bounds[bounds.count - 1],
                all.contains(first), all.contains(last), first <= last
            else {
                throw UsageError(
                    "--partitions \(text): give numbers from 0 to \(all.upperBound - 1), as in 0,2-3", command)
            }
            partitions.formUnion(first...last)
        }
        return partitions.sorted()
    }
}

/// What all partitions gave.
private struct ReplayVerification {
    typealias Report = ReplayVerifier<KafkaLog>.Report

    let reports: [Report]
    let isComplete: Bool
    let milliseconds: Int64

    var differenceCount: Int { reports.reduce(0) { $0 + $1.differenceCount } }
    var isEqual: Bool { isComplete && differenceCount == 0 }

    private func sum(_ count: KeyPath<Report, Int64>) -> Int64 { reports.reduce(0) { $0 + $1[keyPath: count] } }

    var text: [String] {
        let header = [["PARTITION", "FROM", "TO", "RECORDS", "RESULTS", "CHANGES", "DIFFERENCES", "STATE"]]
        let rows = reports.map { report in
            [
                "\(report.partition)", grouped(report.start), grouped(report.end), grouped(report.records),
                grouped(report.results), grouped(report.changes), grouped(report.differenceCount),
                report.stateDigest?.hex ?? "-",
            ]
        }
        return reports.flatMap { $0.differences.flatMap(\.text) } + aligned(header + rows, left: [7]) + [""] + sentences
    }

    private var sentences: [String] {
        let records = sum(\.records)
        let rate = milliseconds > 0 ? ", \(grouped(records * 1000 / milliseconds)) a second" : ""
        var sentences = [
            "\(grouped(records)) timeline records folded again\(rate): \(grouped(sum(\.results))) results and "
                + "\(grouped(sum(\.changes))) score changes compared, \(grouped(differenceCount)) differences"
        ]
        let after = [
            (sum(\.recordsAfter), "records"), (sum(\.resultsAfter), "results"), (sum(\.changesAfter), "changes"),
        ]
        if after.contains(where: { $0.0 > 0 }) {
            let list = after.map { "\(grouped($0.0)) \($0.1)" }.joined(separator: ", ")
            sentences.append("after the committed positions, not compared: \(list)")
        }
        let gone = [(sum(\.resultsNotKept), "results"), (sum(\.changesNotKept), "changes")]
        if gone.contains(where: { $0.0 > 0 }) {
            let list = gone.map { "\(grouped($0.0)) \($0.1)" }.joined(separator: ", ")
            sentences.append("deleted or compacted with age, not compared: \(list)")
        }
        if sum(\.repeats) > 0 {
            sentences.append(
                "\(grouped(sum(\.repeats))) results stand in scores once more, sent again after a crash: equal")
        }
        return sentences
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("equal", isEqual)
        json.member("complete", isComplete)
        json.member("records", sum(\.records))
        json.member("results", sum(\.results))
        json.member("changes", sum(\.changes))
        json.member("differenceCount", differenceCount)
        json.array("partitions", reports) { json, report in
            json.member("partition", report.partition)
            json.member("from", report.start)
            json.member("to", report.end)
            json.member("records", report.records)
            json.member("recordsAfter", report.recordsAfter)
            json.member("results", report.results)
            json.member("resultsNotKept", report.resultsNotKept)
            json.member("resultsAfter", report.resultsAfter)
            json.member("resultRepeats", report.repeats)
            json.member("changes", report.changes)
            json.member("changesNotKept", report.changesNotKept)
            json.member("changesAfter", report.changesAfter)
            json.member("sequence", report.sequence)
            json.member("chain", report.chain.hex)
            json.member("stateDigest", optional: report.stateDigest?.hex)
            json.member("differenceCount", report.differenceCount)
            json.array("differences", report.differences) { $1.write(into: &$0) }
        }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
