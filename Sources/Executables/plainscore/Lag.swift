import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import Telemetry

/// `plainscore lag`: how far each group is behind its topic.
extension Command {
    static var lag: Command {
        Command(
            path: ["lag"],
            summary: "Print how far each group is behind in each partition.",
            options: [
                .flag("until-zero", "wait until nothing that was written when it began to look is still on its way"),
                .value("timeout", "SECONDS", "how long to wait at most (default 600); exit 1 after that"),
                .flag("json", "one JSON a group and partition"),
            ],
            notes: """
                --until-zero looks at the groups in the order in which records flow, each one's end before the next: raw
                topics, timeline, scores. Where one pass finds every lag zero, all that was sent before it has gone through.
                """,
            run: runLag)
    }
}

private func runLag(_ arguments: Arguments) throws -> Int32 {
    let seconds = try arguments.integer("timeout", in: 0...86_400) ?? 600
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
    var lags = try measure(log, cluster.names)
    if arguments.flag("until-zero") {
        while lags.contains(where: { $0.lag != 0 }), monotonicMilliseconds() < deadline {
            usleep(100_000)
            lags = try measure(log, cluster.names)
        }
    }
    print((arguments.flag("json") ? lags.map(\.json) : lagTable(lags)).joined(separator: "\n"))
    if arguments.flag("until-zero"), lags.contains(where: { $0.lag != 0 }) {
        printError("plainscore: not zero after \(seconds) s")
        return ExitCode.failure.rawValue
    }
    return ExitCode.success.rawValue
}

/// A group's place in one partition.
private struct PartitionLag {
    let group: String
    let topic: String
    let partition: Int32
    let committed: Int64?
    let end: Int64

    /// nil where the group has no committed offset.
    var lag: Int64? { committed.map { end - $0 } }

    var json: String {
        let place =
            "\"committed\":\(committed.map { "\($0)" } ?? "null"),\"end\":\(end),\"lag\":\(lag.map { "\($0)" } ?? "null")"
        return "{\"group\":\"\(group)\",\"topic\":\"\(topic)\",\"partition\":\(partition),\(place)}"
    }
}

/// One pass, upstream first: a record that a group has passed on by the time it is measured is counted downstream.
private func measure(_ log: KafkaLog, _ names: TopicNames) throws -> [PartitionLag] {
    let stages =
        (RawTopic.events + [.control]).map { (names.consumerGroup($0), names.raw($0)) }
        + [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)]
    var lags: [PartitionLag] = []
    for (group, topic) in stages {
        // The offsets first: a lag of zero then means that the group had done all that the topic held afterwards.
        for committed in try log.committed(group: group, topic: topic) {
            let end = try log.watermarks(topic: topic, partition: committed.partition).upperBound
            lags.append(
                PartitionLag(
                    group: group, topic: topic, partition: committed.partition, committed: committed.offset, end: end))
        }
    }
    return lags
}

private func lagTable(_ lags: [PartitionLag]) -> [String] {
    let rows =
        [["GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG"]]
        + lags.map { lag in
            [
                lag.group, lag.topic, "\(lag.partition)", lag.committed.map { "\($0)" } ?? "none", "\(lag.end)",
                lag.lag.map { "\($0)" } ?? "-",
            ]
        }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
        row.enumerated().map { column, text in
            let space = String(repeating: " ", count: widths[column] - text.count)
            return column < 2 ? text + space : space + text
        }.joined(separator: "  ")
    }
}
