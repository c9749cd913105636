import Commands
import Events
import Glibc
import Kafka
import Log
import Pipeline
import Scoring
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
                .flag("check", "send nothing, ask no broker: say what is wrong with each line, all of it at once"),
                .flag(
                    "allow-bad",
                    "send lines that the consumers will refuse too; exit 0 also where events find no consent"),
                .value("topic", "NAME", "where a bad line goes that names no event type (default payments)"),
                .value("model", "FILE", "the scorecard, PMML: an event in a currency that it does not read is said"),
                .challenger,
                .value("timeout", "SECONDS", "how long a consumer may stand still (default 60; timelines for history)"),
                .flag("no-wait", "wait for no consumer and count no outcomes (timelines for history)"),
                .flag("json", "at the end one JSON (schemas/explanation.md)"),
            ],
            notes: """
                A file is checked as a whole before anything of it is sent; standard input as it comes, up to the first bad
                line. Of a bad line all faults are said. Empty lines are passed over, and so is a byte order mark at the
                beginning. {"tick":TIME} goes to every partition of consents: in a timeline made
                with --history it states the time (ms, or "2005-05-01T00:00:00Z"), in a live one it is {"tick":null}. Exit 1
                when a line is bad or a record could not be delivered. What is allowed and looks wrong is sent, with a
                warning.

                Ticks travel on another topic than most events. So in a timeline for history each tick waits until the
                consumers have carried over into the timeline all that stands before it, and what comes after waits for the
                tick; with --no-wait nothing keeps them in order. Where a consumer stands still for --timeout, a tick ends
                the run, and it is said from which line to go on. At the end it is said what became of the events that were
                sent: for this the timeline is folded once, from its beginning. Where the last of them are not carried over
                within 15 s, it is said that they cannot be counted yet. Exit 1 where some found no consent, unless
                --allow-bad was given. A producer that may not read what the timeline is (topic control) sends events as
                into a live one.
                """,
            run: runProduce)
    }
}

private func runProduce(_ arguments: Arguments) throws -> Int32 {
    let path = arguments.operands.first ?? "-"
    let allowsBad = arguments.flag("allow-bad")
    let topicOfBad = try topicOfBad(arguments)
    let stillSeconds = try arguments.integer("timeout", in: 1...86_400) ?? 60
    let models = arguments.text("model") == nil ? nil : try arguments.models()
    let check = LineCheck(currencies: models?.all.map(\.currency))
    if arguments.flag("check") { return try checkAlone(arguments, path, check) }
    let cluster = try Cluster(arguments)
    let mode = ModeQuestion(cluster)
    var report = ProduceReport()
    let isChecked = path != "-" && isRegularFile(path) && !allowsBad
    if isChecked {
        var reader = try LineReader(path: path)
        try checkLines(&reader, check, { _ in try mode() }, &report)
        if report.bad > 0 {
            printError("plainscore: \(report.bad) bad lines: nothing is sent (--allow-bad sends them too)")
            if arguments.flag("json") { print(report.json, terminator: "") }
            return ExitCode.failure.rawValue
        }
    }
    let isHistory = try mode.isKnownHistory()
    var reader = try path == "-" ? LineReader() : LineReader(path: path)
    var producing = try Producing(cluster, check, topicOfBad: allowsBad ? topicOfBad : nil)
    if isHistory, !arguments.flag("no-wait") { producing.keepInOrder(stillSeconds: stillSeconds) }
    let warnings = isChecked ? nil : LineWarnings()
    try producing.run(&reader, mode, warnings: warnings, into: &report)
    try producing.countOutcomes(models: models, into: &report)
    if !arguments.flag("json") { print(report.text, terminator: "") }
    if arguments.flag("json") { print(report.json, terminator: "") }
    report.complain(allowsLoss: allowsBad)
    let isGood = report.bad == 0 && (allowsBad || !report.hasLoss)
    return isGood ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// `--check`: nothing is sent, and no broker is asked. Which kind of tick the timeline takes is not known, so the first tick
/// decides.
private func checkAlone(_ arguments: Arguments, _ path: String, _ check: LineCheck) throws -> Int32 {
    guard !arguments.flag("allow-bad") else {
        throw UsageError("--check sends nothing: leave out --allow-bad", arguments.command)
    }
    var reader = try path == "-" ? LineReader() : LineReader(path: path)
    var report = ProduceReport()
    var modeOfFirstTick: TimelineProperties.Mode?
    let lines = try checkLines(
        &reader, check,
        { tick in
            let mode = modeOfFirstTick ?? (tick.time == nil ? .live : .history)
            modeOfFirstTick = mode
            return mode
        }, &report)
    if report.bad > 0 { printError("plainscore: \(report.bad) bad lines") }
    let text =
        "\(lines.events) events and \(lines.ticks) ticks are good, \(report.bad) lines are bad; nothing was sent\n"
    print(arguments.flag("json") ? report.json : text, terminator: "")
    return report.bad == 0 ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

private func topicOfBad(_ arguments: Arguments) throws -> RawTopic {
    guard let name = arguments.text("topic") else { return .payments }
    guard let topic = RawTopic.events.first(where: { $0.name == name }) else {
        let all = RawTopic.events.map(\.name).joined(separator: ", ")
        throw UsageError("--topic \(name): give one of \(all)", arguments.command)
    }
    return topic
}

private func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
}

/// Asks the timeline, once, whether it is live or made for history.
final class ModeQuestion {
    private let cluster: Cluster
    private var known: TimelineProperties.Mode?

    init(_ cluster: Cluster) { self.cluster = cluster }

    func callAsFunction() throws -> TimelineProperties.Mode {
        if let known { return known }
        let mode = try readControl(cluster.log(), names: cluster.names).properties.mode
        known = mode
        return mode
    }

    /// Whether the timeline is known to be for history. False where this producer may not read what it is: a producer of one
    /// topic needs no other right, and a tick asks again and fails.
    func isKnownHistory() throws -> Bool {
        do {
            return try self() == .history
        } catch let error as LogError where error.kind == .configuration {
            return false
        }
    }
}

/// Names each bad line and each doubtful one, up to a bound, and counts them in the report. Returns how many are good.
@discardableResult
private func checkLines(
    _ reader: inout LineReader, _ check: LineCheck, _ mode: (TickLine) throws -> TimelineProperties.Mode,
    _ report: inout ProduceReport
) throws -> (events: Int, ticks: Int) {
    let namedMax = 20
    var check = check
    var good = (events: 0, ticks: 0)
    while true {
        let number = reader.lineNumber + 1
        let hasMore = try reader.next { line in
            switch try check.read(line, mode: mode) {
            case .blank: break
            case .tick: good.ticks += 1
            case .event(_, _, let doubts):
                good.events += 1
                report.warnings.add(doubts, line: number)
            case .bad(let found):
                report.bad += 1
                if report.bad <= namedMax {
                    printError(found.complaint(line: number))
                    report.faults += found.faults.map { (number, $0) }
                }
                if report.bad == namedMax { printError("… more bad lines are only counted") }
            }
        }
        if !hasMore {
            report.warnings.finish()
            return good
        }
    }
}
