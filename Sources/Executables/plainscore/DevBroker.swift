import Commands
import Glibc
import Kafka
import Pipeline
import Telemetry
import Wire

/// `plainscore dev-broker`: a broker inside this process with a new timeline in it, to try everything without a Kafka.
extension Command {
    static var devBroker: Command {
        Command(
            path: ["dev-broker"],
            summary: "Be a small broker in memory, with the topics of a new timeline, until Ctrl-C.",
            options: [
                .value("partitions", "N", "partitions of every topic but control, 1 to 1024 (default 4)"),
                .flag("history", "a timeline for histories: its ticks state their time, and no clock enters"),
                .value(
                    "day-offset", "none|spread", "when each person's day ends: all at 00:00 UTC, or spread (default)"),
                .value("prefix", "TEXT", "before the name of each topic and group (default none)"),
                .flag("json", "when it is ready one JSON, `bootstrap` and `limits`, instead of the two lines"),
            ],
            needsLog: false,
            notes: """
                When everything is ready it prints a line `PLAINSCORE_BOOTSTRAP=127.0.0.1:PORT`, then one with its limits. It
                does what `topics create` does, so that follows no more; `secret bind` does. It is librdkafka's mock cluster:
                nothing is on disk, `topics create` and `topics check` cannot work on it, and of a partition that grows above
                5 MiB it keeps only the newest records. As soon as it has dropped one it says which and ends with exit 1.
                """,
            run: runDevBroker)
    }
}

private func runDevBroker(_ arguments: Arguments) throws -> Int32 {
    let options = TimelineOptions(
        partitions: try arguments.integer("partitions", in: 1...1024).map { Int32($0) },
        mode: arguments.flag("history") ? .history : nil,
        dayOffset: try arguments.choice("day-offset", of: DayOffsetChoice.self)?.dayOffset)
    StopSignal.install(within: stopSeconds) { ExitCode.success.exit() }
    let broker = try MockCluster()
    let settings = KafkaSettings(servers: broker.servers, properties: [.init("log_level", "3")])
    _ = try createTopics(
        KafkaLog(settings), KafkaAdmin(settings), names: TopicNames(prefix: arguments.text("prefix") ?? ""), options,
        make: broker.create)

    var output = StandardOutput()
    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.member("bootstrap", broker.servers)
        json.member("limits", limits)
        json.endObject()
        try output.write(json.line)
    } else {
        try output.write("PLAINSCORE_BOOTSTRAP=\(broker.servers)\n\(limits)\n")
    }
    try output.flush()
    return try watchLosses(of: broker).rawValue
}

private let limits =
    "limits: \(MockCluster.partitionBytesMax >> 20) MiB a partition, above that it stops; stamps are the producers' own; no "
    + "transactions (publisher --without-transactions); all is gone when it ends"

/// Until the process is told to stop, or a partition has dropped records: every reader that was not yet there would
/// lose them, and no later one could fold the log from its beginning.
private func watchLosses(of broker: MockCluster) throws -> ExitCode {
    while true {
        let isLast = StopSignal.isRaised
        let losses = try broker.losses()
        for loss in losses {
            printError(
                "plainscore: \(loss.topic)[\(loss.partition)] has grown above \(MockCluster.partitionBytesMax >> 20) MiB: its "
                    + "records 0 to \(loss.firstKept - 1) have been dropped")
        }
        if !losses.isEmpty {
            printError(
                "plainscore: dev-broker ends, since what is dropped cannot be read or replayed: send less, take more "
                    + "--partitions, or use a real Kafka (see README.md)")
            return .failure
        }
        if isLast { return .success }
        usleep(pollMilliseconds * 1000)
    }
}

/// How long it may take to stop; nothing of it is kept in any case.
private let stopSeconds = 5

/// Time between two looks, ms.
private let pollMilliseconds: UInt32 = 100
