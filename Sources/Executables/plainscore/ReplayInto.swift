import Commands
import Events
import Pipeline
import Telemetry
import Wire

/// `plainscore replay --into`: a full set of outputs for a backtest.
func runReplayInto(_ arguments: Arguments) throws -> Int32 {
    let models = try arguments.models()
    let asOf = try arguments.time("as-of")
    let prefix = try arguments.required("into")
    guard isTopicPrefix(prefix) else {
        throw UsageError("--into \(prefix): 1 to 200 letters, digits, `.`, `_` and `-`", arguments.command)
    }
    for option in ["against", "cut", "largest", "html"] where arguments.flag(option) {
        throw UsageError("--\(option) goes with a preview, and --into writes outputs: leave one out", arguments.command)
    }
    let format = try arguments.choice("format", of: ScoreChangeFormat.self) ?? .json
    let cluster = try Cluster(arguments)
    let target = TopicNames(prefix: prefix)
    let folds = try CommittedFolds(cluster.log(), names: cluster.names, models: models, snapshots: nil)
    let progress = Progress(label: "replay", total: try folds.recordCount())
    defer { progress.finish() }
    stopAtSignal()
    let partitions = try folds.writeOutputs(into: target, cluster.admin(), format: format, asOf: asOf) { done in
        progress.update(done: done)
        if StopSignal.isRaised { throw Interrupted(target: target) }
    }
    progress.finish()

    if arguments.flag("json") {
        print(partitions.json(target), terminator: "")
        return ExitCode.success.rawValue
    }
    let rows =
        [["PARTITION", "FOLDED TO", "CLOCK", "RESULTS", "SCORE CHANGES", "CHAIN"]]
        + partitions.map { partition in
            [
                "\(partition.partition)", "\(partition.offset)", partition.clock.map(Timestamp.text) ?? "none",
                "\(partition.sequence)", "\(partition.changes)", partition.chain.hex,
            ]
        }
    print(aligned(rows, left: [2, 5]).joined(separator: "\n"))
    print("written to \(target.scores) and \(target.scoreChanges(.lending)), …: all of it")
    return ExitCode.success.rawValue
}

extension [ReplayedPartition] {
    fileprivate func json(_ target: TopicNames) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("prefix", target.prefix)
        json.array("partitions", self) { json, partition in
            json.member("partition", partition.partition)
            json.member("offset", partition.offset)
            json.member("clock", time: partition.clock)
            json.member("sequence", partition.sequence)
            json.member("changes", partition.changes)
            json.member("chain", partition.chain.hex)
        }
        json.endObject()
        return json.line
    }
}

/// Ctrl-C or SIGTERM in the middle.
private struct Interrupted: Error, CustomStringConvertible {
    let target: TopicNames

    var description: String {
        "interrupted: \(target.scores) and \(target.prefix)score-changes.* hold a part only. Delete them and run this again, "
            + "or choose another prefix"
    }
}

private func isTopicPrefix(_ text: String) -> Bool {
    (1...200).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
}
