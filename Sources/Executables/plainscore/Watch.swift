import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import ScorecardFiles
import Telemetry

/// `plainscore watch`: a subscriber's view, which also proves exactly once by counting.
extension Command {
    static var watch: Command {
        Command(
            path: ["watch"],
            summary: "Print the score changes of a purpose as they become visible, and check their numbers.",
            options: [
                .value("purpose", "lending|tenancy|utilities", "whose changes; needed"),
                .flag("json", "each record as it is, one JSON a line; of Protobuf the JSON that it stands for"),
                .flag("table", "two aligned lines a change: score, points that moved, reasons in words"),
                .value("grant", "ID[,ID…]", "print only the changes of these grants; all are counted"),
                .value(
                    "model", "FILE[,FILE…]", "with --table: say above it the least and the most that these cards give"),
                .value("from", "beginning|end", "where to start (default beginning)"),
                .value("until-idle", "SECONDS", "end when nothing new has come for so long (default: at Ctrl-C)"),
            ],
            notes: """
                Where no broker answers any more it says so and waits for one; with --until-idle it ends with 1 instead.

                Per grant and opening the numbers must be 1, 2, 3 … without gap or repeat. Where they are not it says so on
                standard error, goes on, and exits with 1 at the end. A grant's first number seen may be above 1 with
                `--from end`, or where the topic is old enough to have been compacted (7 days).
                """,
            run: runWatch)
    }
}

private func runWatch(_ arguments: Arguments) throws -> Int32 {
    guard let purposeName = arguments.text("purpose"),
        let purpose = Purpose.allCases.first(where: { $0.name == purposeName.lowercased() })
    else {
        let all = Purpose.allCases.map(\.name).joined(separator: ", ")
        throw UsageError("--purpose: give one of \(all)", arguments.command)
    }
    let idleSeconds = try arguments.integer("until-idle", in: 0...86_400)
    let start = try arguments.choice("from", of: WatchStart.self) ?? .beginning
    if arguments.flag("json"), arguments.flag("table") {
        throw UsageError("--json and --table: give one of them", arguments.command)
    }
    let form: WatchForm = arguments.flag("json") ? .json : arguments.flag("table") ? .table : .line
    let cards = try (arguments.text("model") ?? "").split(separator: ",").map { try ModelFile.read(String($0)) }
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    stopAtSignal(within: 5)
    var watching = try Watching(
        log, topic: cluster.names.scoreChanges(purpose), start: start, form: form,
        heading: cards.map { "scores of \($0.name) \($0.version) are \($0.rangeWords)\n" },
        grants: arguments.text("grant").map { Set($0.split(separator: ",").map(String.init)) })
    return try watching.run(idleMilliseconds: idleSeconds.map { Int64($0) * 1000 }).rawValue
}

enum WatchStart: String, CaseIterable {
    case beginning, end
}

private enum WatchForm {
    case line, json, table
}

private struct Watching: ~Copyable {
    private static let pollMilliseconds: UInt32 = 200

    private let log: KafkaLog
    private let topic: String
    private let form: WatchForm
    /// Lines above the table.
    private let heading: [String]
    /// The grants whose changes are printed; nil for all.
    private let grants: Set<String>?
    private var positions: [Int64] = []
    /// The end of each partition as it was before its last read: nothing can become visible without raising it, since
    /// a transaction that commits adds a marker.
    private var endsRead: [Int64]
    private var numbers: GrantNumbers
    private var output = StandardOutput()

    init(
        _ log: KafkaLog, topic: String, start: WatchStart, form: WatchForm, heading: [String], grants: Set<String>?
    ) throws {
        self.log = log
        self.topic = topic
        self.form = form
        self.heading = heading
        self.grants = grants
        for partition in 0..<(try log.partitionCount(topic: topic)) {
            let kept = try log.watermarks(topic: topic, partition: partition)
            positions.append(start == .beginning ? kept.lowerBound : kept.upperBound)
        }
        endsRead = start == .beginning ? positions.map { _ in -1 } : positions
        numbers = GrantNumbers(partitions: positions.count, start: start)
    }

    /// Until it is told to stop or, where a bound is given, nothing new has come for so long.
    mutating func run(idleMilliseconds: Int64?) throws -> ExitCode {
        if form == .table { for line in heading + [ScoreChangeTable.header] { try output.write(line) } }
        var lastNew = monotonicMilliseconds()
        var outage = Outage()
        while !StopSignal.isRaised {
            // With a bound it ends: nobody can say that nothing new has come.
            let isNew = try idleMilliseconds == nil ? outage.outlasting { try readNew() } : readNew()
            if isNew == true { lastNew = monotonicMilliseconds() }
            if let idleMilliseconds, monotonicMilliseconds() - lastNew >= idleMilliseconds { break }
            usleep(Self.pollMilliseconds * 1000)
        }
        if StopSignal.isRaised { _ = try readNew() }  // all that was visible when it was told to stop
        try output.flush()
        printError(
            "\(numbers.recordCount) score changes of \(numbers.openingCount) grants, \(numbers.errorCount) out of order"
        )
        return numbers.errorCount == 0 ? .success : .failure
    }

    /// Whether anything new was there.
    private mutating func readNew() throws -> Bool {
        let before = numbers.recordCount
        for partition in positions.indices {
            let end = try log.watermarks(topic: topic, partition: Int32(partition)).upperBound
            if end == endsRead[partition] { continue }
            try log.read(topic: topic, partition: Int32(partition), range: positions[partition]..<end) { batch in
                for entry in batch.entries { try take(entry, batch.value(entry)) }
            }
            endsRead[partition] = end
        }
        try output.flush()
        return numbers.recordCount != before
    }

    private mutating func take(_ entry: RecordBatch.Entry, _ value: RawSpan) throws {
        positions[Int(entry.partition)] = entry.offset + 1
        let change = ScoreChangeLine(value)
        try show(change, value)
        if let complaint = numbers.check(change, entry) {
            try output.flush()
            printError("plainscore: \(topic)[\(entry.partition)]@\(entry.offset): \(complaint)")
        }
    }

    private mutating func show(_ change: ScoreChangeLine?, _ value: RawSpan) throws {
        if let grants, !grants.contains(change?.grant ?? "") { return }
        switch form {
        case .json:
            if let json = PublishedScoreChange.json(of: value) {
                try output.write(String(decoding: json, as: UTF8.self))
            } else {
                try output.write(value)
            }
            try output.write("\n")
        case .line: if let change { try output.write(change.text) }
        case .table: if let change { try output.write(ScoreChangeTable.rows(of: change)) }
        }
    }
}
