import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import Telemetry
import Wire

/// `plainscore produce`: a producer that checks what it sends as the consumers will.
extension Command {
    static var produce: Command {
        Command(
            path: ["produce"],
            summary: "Send events, one JSON a line, each to the topic of its type, keyed by the person.",
            operands: [Operand(name: "FILE", help: "the lines; - or nothing reads standard input", isRequired: false)],
            options: [
                .flag("allow-bad", "send lines that the consumers will refuse too"),
                .value("topic", "NAME", "where a bad line goes that names no event type (default payments)"),
                .flag("json", "at the end one JSON (schemas/explanation.md)"),
            ],
            notes: """
                A file is checked as a whole before anything of it is sent; standard input as it comes, up to the first bad
                line. Empty lines are passed over. {"tick":TIME} goes to every partition of consents, once all before it is
                delivered: in a timeline made with --history it states the time (ms, or "2005-05-01T00:00:00Z"), in a live
                one it is {"tick":null}. Exit 1 when a line is bad or a record could not be delivered.
                """,
            run: runProduce)
    }
}

private func runProduce(_ arguments: Arguments) throws -> Int32 {
    let path = arguments.operands.first ?? "-"
    let allowsBad = arguments.flag("allow-bad")
    var topicOfBad = RawTopic.payments
    if let name = arguments.text("topic") {
        guard let topic = RawTopic.events.first(where: { $0.name == name }) else {
            let all = RawTopic.events.map(\.name).joined(separator: ", ")
            throw UsageError("--topic \(name): give one of \(all)", arguments.command)
        }
        topicOfBad = topic
    }
    let cluster = try Cluster(arguments)
    let mode = TimelineMode(cluster)
    if path != "-", isRegularFile(path), !allowsBad {
        var reader = try LineReader(path: path)
        let bad = try countBadLines(&reader, mode)
        if bad > 0 {
            printError("plainscore: \(bad) bad lines: nothing is sent (--allow-bad sends them too)")
            if arguments.flag("json") { print(producedJSON(records: 0, topics: 0, ticks: 0, bad: bad), terminator: "") }
            return ExitCode.failure.rawValue
        }
    }
    var reader = try path == "-" ? LineReader() : LineReader(path: path)
    var producing = try Producing(cluster, topicOfBad: allowsBad ? topicOfBad : nil)
    let stoppedAtBad = try producing.run(&reader, mode)
    print(arguments.flag("json") ? producing.json(stoppedAtBad) : "sent \(producing.summary)\n", terminator: "")
    return stoppedAtBad ? ExitCode.failure.rawValue : ExitCode.success.rawValue
}

private func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Asks the timeline whether it is live or made for history, when the first tick wants to know.
private final class TimelineMode {
    private let cluster: Cluster
    private var known: TimelineProperties.Mode?

    init(_ cluster: Cluster) { self.cluster = cluster }

    func callAsFunction() throws -> TimelineProperties.Mode {
        if let known { return known }
        let mode = try readControl(cluster.log(), names: cluster.names).properties.mode
        known = mode
        return mode
    }
}

/// Names each bad line, up to a bound, and counts all.
private func countBadLines(_ reader: inout LineReader, _ mode: TimelineMode) throws -> Int {
    let namedMax = 20
    let check = LineCheck()
    var bad = 0
    while true {
        let number = reader.lineNumber + 1
        let hasMore = try reader.next { line in
            guard case .bad(let found) = try check.read(line, mode: mode.callAsFunction) else { return }
            bad += 1
            if bad <= namedMax { printError("line \(number): \(found.complaint)") }
            if bad == namedMax { printError("… more bad lines are only counted") }
        }
        if !hasMore { return bad }
    }
}

/// Sends lines and keeps count.
private struct Producing {
    /// Records in flight at most: as many as bound the memory to some tens of MB.
    private static let inFlightMax: Ticket = 8
    private static let recordsPerTicket = 16_384
    private static let deliveryMilliseconds = 120_000

    private let log: KafkaLog
    private let writer: KafkaWriter
    private let names: TopicNames
    /// Asked for when a record of the topic comes: a producer may have the right to write one topic alone.
    private var handles: [RawTopic: TopicHandle] = [:]
    private var consentPartitions: Int32?
    /// Where a bad line goes that tells no topic; nil where it ends the run.
    private let topicOfBad: RawTopic?
    private let check = LineCheck()
    private var progress = Progress()
    private var topics: Set<RawTopic> = []
    private var ticks = 0
    private var sinceSeal = 0

    var summary: String { "\(progress.count) records to \(topics.count) topics, \(ticks) ticks" }

    func json(_ stoppedAtBad: Bool) -> String {
        producedJSON(records: progress.count, topics: topics.count, ticks: ticks, bad: stoppedAtBad ? 1 : 0)
    }

    init(_ cluster: Cluster, topicOfBad: RawTopic?) throws {
        log = try cluster.log()
        writer = try log.writer()
        names = cluster.names
        self.topicOfBad = topicOfBad
    }

    /// Sends what the reader brings and waits until all is delivered; true where a bad line ended it.
    mutating func run(_ reader: inout LineReader, _ mode: TimelineMode) throws -> Bool {
        var complaint: String?
        while complaint == nil {
            let number = reader.lineNumber + 1
            let hasMore = try reader.next { line in
                if let bad = try send(line, mode) { complaint = "line \(number): \(bad)" }
            }
            if !hasMore { break }
        }
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        progress.finish()
        if let complaint { printError("plainscore: \(complaint)") }
        return complaint != nil
    }

    /// What is wrong with the line, where that ends the run.
    private mutating func send(_ line: RawSpan, _ mode: TimelineMode) throws -> String? {
        switch try check.read(line, mode: mode.callAsFunction) {
        case .blank: return nil
        case .tick(let tick): try send(tick)
        case .event(let topic, let person): try append(topic, partition: nil, key: person.span, value: line)
        case .bad(let bad):
            guard let topicOfBad else { return bad.complaint }
            let noKey: [UInt8] = []
            try append(bad.topic ?? topicOfBad, partition: nil, key: unsafe noKey.span.bytes, value: line)
        }
        return nil
    }

    /// Nothing that came before a tick may be later than it in any topic, and nothing after it earlier.
    private mutating func send(_ tick: TickLine) throws {
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        let value = EventEncoder.tick(tick.time)
        let noKey: [UInt8] = []
        let partitions = try consentPartitions ?? log.partitionCount(topic: names.raw(.consents))
        consentPartitions = partitions
        for partition in 0..<partitions {
            try append(.consents, partition: partition, key: unsafe noKey.span.bytes, value: unsafe value.span.bytes)
        }
        try writer.flush(milliseconds: Self.deliveryMilliseconds)
        ticks += 1
    }

    private mutating func append(_ topic: RawTopic, partition: Int32?, key: RawSpan, value: RawSpan) throws {
        let handle = try handles[topic] ?? writer.topic(names.raw(topic))
        handles[topic] = handle
        try writer.append(handle, partition: partition, key: key, value: value)
        topics.insert(topic)
        sinceSeal += 1
        if sinceSeal == Self.recordsPerTicket {
            sinceSeal = 0
            let ticket = writer.seal()
            while ticket > Self.inFlightMax, try writer.settled() < ticket - Self.inFlightMax { usleep(1000) }
        }
        progress.add()
    }
}

private func producedJSON(records: Int, topics: Int, ticks: Int, bad: Int) -> String {
    var json = JSONText()
    json.beginObject()
    json.member("records", records)
    json.member("topics", topics)
    json.member("ticks", ticks)
    json.member("badLines", bad)
    json.endObject()
    return json.line
}

/// Says on a terminal, each second, how many records have been handed over and how fast.
private struct Progress {
    private let isShown = isatty(STDERR_FILENO) == 1
    private let start = monotonicMilliseconds()
    private var shown = monotonicMilliseconds()
    private(set) var count = 0

    mutating func add() {
        count += 1
        guard isShown, count.isMultiple(of: 1024) else { return }
        let now = monotonicMilliseconds()
        guard now - shown >= 1000 else { return }
        shown = now
        writeError("\r\(count) records, \(Int64(count) * 1000 / max(1, now - start)) a second ")
    }

    func finish() {
        if isShown, shown > start + 999 { writeError("\r\u{1B}[K") }
    }
}
