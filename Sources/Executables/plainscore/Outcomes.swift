import Commands
import Events
import Kafka
import Pipeline
import ScorecardFiles
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore outcomes`: where every raw record went.
extension Command {
    static var outcomes: Command {
        Command(
            path: ["outcomes"],
            summary: "Count in which class each raw record ended, and check that the classes balance the records read.",
            options: [
                .value("model", "FILE", "the scorecard that published, PMML; needed"), .challenger,
                .value(
                    "state", "FOLDER", "an aggregator's snapshots, to be quick; only read (default: the whole timeline)"
                ),
                .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                It folds the timeline up to what the aggregator has committed and counts the raw topics up to what the consumers
                have committed. Exit 1 with the difference where they do not balance. From a snapshot (--state) the sum is
                checked over all topics, else for each topic too.
                """,
            run: runOutcomes)
    }
}

private func runOutcomes(_ arguments: Arguments) throws -> Int32 {
    let models = try arguments.models()
    let cluster = try Cluster(arguments)
    let accounting = try Accounting(
        cluster.log(), names: cluster.names, models: models,
        snapshots: arguments.text("state").map { SnapshotFolder($0) }, skipped: { printError("plainscore: \($0)") })
    if arguments.flag("json") {
        var json = JSONText()
        accounting.write(to: &json)
        print(json.line, terminator: "")
    } else {
        print(accounting.text.joined(separator: "\n"))
    }
    return accounting.isBalanced ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// One line of the account.
private struct AccountLine {
    let name: String
    let count: Int64
    let meaning: String
}

extension Accounting {
    /// Tables of the classes and of the raw topics, then the sum in one sentence.
    var text: [String] {
        let rows =
            [["CLASS", "RECORDS", "WHAT BECAME OF THEM"]] + lines.map { [$0.name, grouped($0.count), $0.meaning] }
        let perTopic =
            [["RAW TOPIC", "READ", "IN THE TIMELINE", "REFUSED"]]
            + topics.map { topic in
                [
                    topic.topic.name, grouped(topic.read), topic.inTimeline.map { grouped($0) } ?? "-",
                    grouped(topic.refused),
                ]
            }
        return aligned(rows, left: [0, 2]) + [""] + aligned(perTopic, left: [0]) + [""] + [sentence] + remarks
    }

    /// The classes, then what lies between the committed offsets; their sum is what was read.
    private var lines: [AccountLine] {
        var lines = Outcomes.Class.allCases.compactMap { outcome -> AccountLine? in
            switch outcome {
            case .clock, .control: nil
            default: AccountLine(name: "\(outcome)", count: Int64(outcomes[outcome]), meaning: outcome.meaning)
            }
        }
        lines.append(
            AccountLine(
                name: "waiting", count: Int64(outcomes.waiting),
                meaning: "came before the person's consent and may still be applied"))
        lines.append(
            AccountLine(
                name: "clock", count: ticks, meaning: "ticks, each once though it is carried to every partition"))
        lines.append(
            AccountLine(name: "refused", count: refused, meaning: "by a consumer: see plainscore dead-letters show"))
        if eventsOnTheWay > 0 {
            lines.append(
                AccountLine(
                    name: "on the way", count: eventsOnTheWay,
                    meaning: "in the timeline, the aggregator comes to them yet"))
        }
        if eventsAhead > 0 {
            lines.append(
                AccountLine(
                    name: "ahead", count: -eventsAhead,
                    meaning: "folded, though the consumer has not committed them yet"))
        }
        return lines
    }

    private var sentence: String {
        let sum = lines.filter { $0.count != 0 }.map { "\($0.name) \(grouped($0.count))" }.joined(separator: " · ")
        let total = difference == 0 ? "" : "\(grouped(read - difference)) of "
        return "\(sum.isEmpty ? "nothing" : sum) = \(total)\(grouped(read)) raw records read: \(verdict)"
    }

    private var verdict: String {
        if difference == 0, isBalanced { return "balanced" }
        if isBalanced { return "balanced but for \(grouped(difference)), whose dead letters are not kept any more" }
        let byTopic = topics.compactMap { topic -> String? in
            guard let difference = topic.difference, difference != 0 else { return nil }
            return "\(topic.topic.name) \(grouped(difference))"
        }
        return "NOT BALANCED, \(grouped(difference)) missing"
            + (byTopic.isEmpty ? "" : " (\(byTopic.joined(separator: ", ")))")
    }

    private var remarks: [String] {
        let notKept = topics.reduce(0) { $0 + $1.readNotKept }
        var remarks: [String] = []
        if outcomes.repeats > 0 {
            remarks.append(
                "\(grouped(outcomes.repeats)) repeats in the timeline, sent again after a crash: dropped, of no class")
        }
        if notKept > 0 {
            remarks.append("\(grouped(notKept)) of the raw records are not kept any more: counted by their offsets")
        }
        return remarks
    }
}

extension Outcomes.Class {
    /// One line for an operator.
    fileprivate var meaning: String {
        switch self {
        case .applied: "changed what is kept of a person"
        case .duplicate: "same id and content as one before: changed nothing"
        case .noConsent: "no grant lived or came in time: nothing is kept of them"
        case .waitingOverflow: "put out of a full waiting room, the oldest first"
        case .conflict: "refused by the fold, same id as before, other content: in dead-letters"
        case .limit: "refused by the fold, past a named limit: in dead-letters"
        case .outOfHorizon: "too old to move any score"
        case .voided: "taken back by a correction, before it came or since"
        case .clock: "ticks"
        case .control: "what the timeline is, and what operators said of it"
        case .superseded: "consents older than the latest word on their grant"
        case .datedAhead: "refused by the fold, dated too far ahead: in dead-letters"
        case .otherCurrency: "kept, but in a currency that no model reads"
        }
    }
}

extension Accounting {
    /// One object (schemas/explanation.md).
    func write(to json: inout JSONText) {
        json.beginObject()
        json.member("balanced", isBalanced)
        json.member("rawRecordsRead", read)
        json.member("difference", difference)
        json.key("classes")
        json.beginObject()
        for line in lines where line.name != "on the way" && line.name != "ahead" {
            json.member(named: line.name, line.count)
        }
        json.endObject()
        json.member("onTheWay", eventsOnTheWay)
        json.member("ahead", eventsAhead)
        json.member("repeats", outcomes.repeats)
        json.member("deadLettersNotKept", lettersNotKept)
        json.array("topics", topics) { json, topic in
            json.member("topic", topic.topic.name)
            json.member("read", topic.read)
            json.member("readNotKept", topic.readNotKept)
            json.member("refused", topic.refused)
            json.member("inTimeline", optional: topic.inTimeline)
        }
        json.endObject()
    }
}
