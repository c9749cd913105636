import Commands
import Kafka
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore status`: how the whole pipeline stands, on one screen.
extension Command {
    static var status: Command {
        Command(
            path: ["status"],
            summary: "Show who is at work, how far behind, the clock, the models, the snapshots and the balance.",
            options: [
                .value("state", "FOLDER", "an aggregator's snapshots: their age and size; only read"),
                .value(
                    "model", "FILE",
                    "the scorecard that published, PMML: counts the outcomes too, as `plainscore outcomes` does"),
                .challenger, .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                LAG is as in `plainscore lag --help`. A question mark stands for what no broker has told in time; a line on standard
                error says why, and the exit code is 1. A broker that cannot say who is in a group (dev-broker) is no fault.

                SECONDS is the age of the oldest record that is not committed, by the broker's stamp. Roles that do not run are
                said so; a role that was killed stays a member until its session ends (10 s). Without --model nothing is folded,
                and the answer is quick. Exit 1 where the outcomes do not balance.
                """,
            run: runStatus)
    }
}

private func runStatus(_ arguments: Arguments) throws -> Int32 {
    let models = try arguments.text("model").map { _ in try arguments.models() }
    let snapshots = arguments.text("state").map { SnapshotFolder($0) }
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let status = try PipelineStatus(log, names: cluster.names, snapshots: snapshots) {
        membersOfGroups($0, arguments, bootstrap: cluster.bootstrap)
    }
    let accounting = try models.map { models in
        try Accounting(
            log, names: cluster.names, models: models, snapshots: snapshots,
            skipped: { printError("plainscore: \($0)") })
    }
    let report = StatusReport(
        status: status, accounting: accounting, models: models, showsSnapshots: snapshots != nil,
        now: wallMilliseconds())
    print(arguments.flag("json") ? report.json : report.text.joined(separator: "\n"))
    for fault in status.faults { printError("plainscore: not known: \(fault)") }
    let isWhole = status.faults.isEmpty && accounting?.isBalanced != false
    return isWhole ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// All that `status` knows, and how it says it.
struct StatusReport {
    let status: PipelineStatus
    let accounting: Accounting?
    /// Those of the command line.
    let models: Models?
    let showsSnapshots: Bool
    /// ms since the epoch.
    let now: Int64

    var text: [String] {
        let heading = ["ROLE", "STATE", "MEMBER", "PARTITIONS", "LAG", "SECONDS"]
        var lines = aligned([heading] + groupRows, left: [0, 1, 2, 3])
        lines += ["", "timeline: \(isLive ? "live, its clock runs" : "for history, its clock is told")"]
        lines += aligned([partitionHeading] + status.partitions.map(row), left: [])
        lines += doubts
        lines += ["", modelLine("aggregator", status.aggregatorModels), modelLine("publisher", status.publisherModels)]
        if let last = status.switched.last {
            let names = last.all.map { "\($0.name) \($0.version), hash \($0.hash.hex)" }
            lines.append("switched \(status.switched.count) times, last to \(names.joined(separator: "; "))")
        }
        lines += [""] + (accounting?.text ?? ["outcomes: give --model to count them"])
        return lines
    }

    /// A sentence where ticks jumped ahead and are not followed.
    private var doubts: [String] {
        let doubtful = status.partitions.filter { $0.claimed != nil }
        guard let latest = doubtful.compactMap(\.claimed).max() else { return [] }
        return [
            "",
            "the clock is in doubt in partitions \(ranges(doubtful.map(\.partition))): the brokers' stamps jumped ahead to "
                + "\(utcText(milliseconds: latest)). Events are applied, and nothing expires or rolls off",
            "where that time is wrong, set the brokers' clocks; where it is right, say so: plainscore clock accept",
        ]
    }

    private var isLive: Bool { status.identity.properties.mode == .live }

    private var groupRows: [[String]] {
        status.groups.flatMap { group -> [[String]] in
            func row(_ state: String, _ member: String, _ partitions: [Int32]) -> [String] {
                let places = group.places.filter { partitions.contains($0.partition) }
                let lag = places.reduce(0) { $0 + ($1.records ?? 0) }
                let oldest = places.compactMap(\.milliseconds).max()
                let isLagKnown = group.fault == nil && places.allSatisfy { $0.records != nil || $0.committed == nil }
                let isAgeKnown = isLagKnown && places.allSatisfy { $0.records == 0 || $0.milliseconds != nil }
                return [
                    group.group, state, member, ranges(partitions), isLagKnown ? grouped(lag) : "?",
                    isAgeKnown ? tenths(oldest ?? 0) : "?",
                ]
            }
            guard let description = group.description else { return [row("?", "?", group.places.map(\.partition))] }
            return description.members.map { member in
                row(description.state, "\(member.instance ?? "?")@\(member.host.drop { $0 == "/" })", member.partitions)
            } + (group.orphans.isEmpty ? [] : [row(description.state, nobody(description), group.orphans)])
        }
    }

    private func nobody(_ description: GroupDescription) -> String {
        description.members.isEmpty ? "nobody: it does not run" : "nobody"
    }

    private var partitionHeading: [String] {
        ["PARTITION", "CLOCK", "SECONDS AGO", "RESULTS"]
            + (showsSnapshots ? ["SNAPSHOT AT", "SECONDS OLD", "BYTES", "RECORDS SINCE"] : [])
    }

    private func row(_ partition: PipelineStatus.PartitionStatus) -> [String] {
        let committed = status.groups[status.groups.count - 2].places.first { $0.partition == partition.partition }
        var row = [
            "\(partition.partition)", partition.clock.map(utcText) ?? "none",
            isLive ? partition.clock.map { tenths(now - $0) } ?? "-" : "-",
            partition.sequence.map { grouped($0) } ?? "-",
        ]
        if showsSnapshots {
            guard let snapshot = partition.snapshot else { return row + ["none", "-", "-", "-"] }
            row += [
                grouped(snapshot.offset), tenths(now - snapshot.file.writtenAt), grouped(snapshot.file.bytes),
                committed?.committed.map { grouped($0 - snapshot.offset) } ?? "-",
            ]
        }
        return row
    }
}
