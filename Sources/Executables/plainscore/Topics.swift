import Commands
import Events
import Pipeline
import Telemetry
import Wire

/// `plainscore topics create`: makes a timeline, or completes one that was being made.
extension Command {
    static var topicsCreate: Command {
        Command(
            path: ["topics", "create"],
            summary: "Create the topics of a timeline and say in them what it is; a second run changes nothing.",
            options: [
                .value(
                    "partitions", "N", "partitions of every topic but control, 1 to 1024 (default 4); fixed for good"),
                .flag("history", "a timeline for histories: its ticks state their time, and no clock enters"),
                .value(
                    "day-offset", "none|spread", "when each person's day ends: all at 00:00 UTC, or spread (default)"),
                .value(
                    "rolls-per-record", "K",
                    "due persons rolled at most with each record of a live timeline (default 16)"),
                .value("rolls-per-tick", "K", "the same with each tick (default 4096)"),
                .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            run: runTopicsCreate)
    }

    /// `plainscore topics check`: what differs from what a timeline needs, and how to mend it.
    static var topicsCheck: Command {
        Command(
            path: ["topics", "check"],
            summary: "Compare topics, settings and committed offsets with what they must be; exit 1 where they differ.",
            options: [.flag("json", "one JSON (schemas/explanation.md)")], run: runTopicsCheck)
    }
}

private func runTopicsCreate(_ arguments: Arguments) throws -> Int32 {
    let partitions = try arguments.integer("partitions", in: 1...1024)
    let rolls = 1...Int(Int32.max)
    let options = TimelineOptions(
        partitions: partitions.map { Int32($0) },
        mode: arguments.flag("history") ? .history : nil,
        dayOffset: try arguments.choice("day-offset", of: DayOffsetChoice.self)?.dayOffset,
        rollsPerRecord: try arguments.integer("rolls-per-record", in: rolls).map { Int32($0) },
        rollsPerTick: try arguments.integer("rolls-per-tick", in: rolls).map { Int32($0) })
    let cluster = try Cluster(arguments)
    let done = try createTopics(cluster.log(), cluster.admin(), names: cluster.names, options)
    return tell(done, arguments, nothing: "all topics are there: nothing to do")
}

private func runTopicsCheck(_ arguments: Arguments) throws -> Int32 {
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let check = try checkTopics(log, cluster.admin(), names: cluster.names, bootstrap: cluster.bootstrap)
    if arguments.flag("json") {
        print(check.json, terminator: "")
        return check.differences.isEmpty ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    }
    for difference in check.differences { print(difference.advice.text) }
    let timeline = check.identity.map { "\($0.properties.mode) timeline of \($0.properties.partitions) partitions" }
    let count = check.differences.count
    let verdict = count == 0 ? "as it must be" : count == 1 ? "1 difference" : "\(count) differences"
    print("\(timeline ?? "no timeline that says what it is"): \(verdict)")
    return count == 0 ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

extension Advice {
    /// A line that says what happened, and under it a line for each part of the advice.
    fileprivate var text: String {
        let parts = [("lost", lost)] + mends.map { ("mend", $0) } + [("gives up", givesUp)]
        return ([what] + parts.map { "    \($0): \($1)" }).joined(separator: "\n")
    }
}

extension TopicCheck {
    fileprivate var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("asNeeded", differences.isEmpty)
        json.member("mode", optional: identity.map { "\($0.properties.mode)" })
        json.member("partitions", optional: identity.map(\.properties.partitions))
        json.array("differences", differences) { json, difference in
            json.member("finding", difference.finding.rawValue)
            json.member("what", difference.advice.what)
            json.member("lost", difference.advice.lost)
            json.texts("mends", difference.advice.mends)
            json.member("givesUp", difference.advice.givesUp)
        }
        json.endObject()
        return json.line
    }
}

enum DayOffsetChoice: String, CaseIterable {
    case none, spread

    var dayOffset: DayOffset { self == .none ? .none : .spread }
}
