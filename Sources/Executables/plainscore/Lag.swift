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
                LAG is the records that the group can still read: transaction markers and records of aborted transactions have
                offsets, and are none. (Markers that lie further on than 1,000 records count until these are read.) Records in an
                open transaction, and behind it, cannot be read before it ends; they are no lag, a line says where they are, and
                --until-zero waits for them. Where no broker answers, --until-zero says so and goes on until its --timeout.

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
        var outage = Outage()
        while !lags.allSatisfy(\.lag.isZero), monotonicMilliseconds() < deadline {
            usleep(100_000)
            if let found = try outage.outlasting({ try measure(log, cluster.names) }) { lags = found }
        }
    }
    print((arguments.flag("json") ? lags.map(\.json) : lagTable(lags)).joined(separator: "\n"))
    let held = lags.filter { $0.lag.held > 0 }
    if !held.isEmpty { printError("plainscore: \(heldText(held))") }
    if arguments.flag("until-zero"), !lags.allSatisfy(\.lag.isZero) {
        printError("plainscore: not zero after \(seconds) s")
        return ExitCode.failure.rawValue
    }
    return ExitCode.success.rawValue
}

private func heldText(_ held: [GroupLag]) -> String {
    let places = Set(held.map { "\($0.topic)[\($0.lag.partition)]" }).sorted().joined(separator: ", ")
    return
        "a transaction is open in \(places): records in it and behind it cannot be read before it ends, and are no lag. "
        + "Where its producer has died, the broker ends it after the producer's transaction.timeout.ms"
}

/// A group's place in one partition.
private struct GroupLag {
    let group: String
    let topic: String
    let lag: PartitionLag

    var json: String {
        func number(_ value: Int64?) -> String { value.map { "\($0)" } ?? "null" }
        let offsets = "\"committed\":\(number(lag.committed)),\"end\":\(lag.end)"
        let place = "\(offsets),\"held\":\(lag.held),\"lag\":\(number(lag.records))"
        return "{\"group\":\"\(group)\",\"topic\":\"\(topic)\",\"partition\":\(lag.partition),\(place)}"
    }
}

/// One pass, upstream first: a record that a group has passed on by the time it is measured is counted downstream.
private func measure(_ log: KafkaLog, _ names: TopicNames) throws -> [GroupLag] {
    let stages =
        (RawTopic.events + [.control]).map { (names.consumerGroup($0), names.raw($0)) }
        + [(names.aggregatorGroup, names.timeline), (names.publisherGroup, names.scores)]
    return try stages.flatMap { group, topic in
        try partitionLags(log, group: group, topic: topic).map { GroupLag(group: group, topic: topic, lag: $0) }
    }
}

private func lagTable(_ lags: [GroupLag]) -> [String] {
    let rows =
        [["GROUP", "TOPIC", "PARTITION", "COMMITTED", "END", "LAG"]]
        + lags.map { group in
            let lag = group.lag
            return [
                group.group, group.topic, "\(lag.partition)", lag.committed.map { "\($0)" } ?? "none", "\(lag.end)",
                lag.records.map { "\($0)" } ?? (lag.committed == nil ? "-" : "?"),
            ]
        }
    return aligned(rows, left: [0, 1])
}
