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
                line. Empty lines are passed over. {"tick":TIME} goes to every partition of consents: in a timeline made
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
    let cluster = try Cluster(arguments)
    let mode = ModeQuestion(cluster)
    var report = ProduceReport()
    let isChecked = path != "-" && isRegularFile(path) && !allowsBad
    if isChecked {
        var reader = try LineReader(path: path)
        report.bad = try checkLines(&reader, check, mode, &report.warnings)
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

/// Names each bad line and each doubtful one, up to a bound, and returns how many are bad.
private func checkLines(
    _ reader: inout LineReader, _ check: LineCheck, _ mode: ModeQuestion, _ warnings: inout LineWarnings
) throws -> Int {
    let namedMax = 20
    var bad = 0
    while true {
        let number = reader.lineNumber + 1
        let hasMore = try reader.next { line in
            switch try check.read(line, mode: mode.callAsFunction) {
            case .blank, .tick: break
            case .event(_, _, let doubts): warnings.add(doubts, line: number)
            case .bad(let found):
                bad += 1
                if bad <= namedMax { printError("line \(number): \(found.complaint)") }
                if bad == namedMax { printError("… more bad lines are only counted") }
            }
        }
        if !hasMore {
            warnings.finish()
            return bad
        }
    }
}
