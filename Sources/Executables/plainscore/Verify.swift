import Commands
import Events
import Kafka
import Pipeline
import Scoring
import Telemetry
import Wire

/// `plainscore verify`: raw topics, timeline and dead letters, record by record.
extension Command {
    static var verify: Command {
        Command(
            path: ["verify"],
            summary:
                "Check that each raw record is once in the timeline, or in dead letters, and nothing else is there.",
            options: [
                .value("secret", "FILE", "the timeline's secret: compares the persons' keys, too"),
                .value("topic", "T[,T…]", "only records of these raw topics (default: all)"),
                .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                Each raw record that is kept, below what the consumers have committed, is decoded again as they do it: it must be
                in the timeline with the same event and stamp, in the partition of its person and in order, a tick and a
                switch of models in every partition; or in dead-letters with its original bytes, of more than 65,536 with the first
                1,024, length and hash. And the timeline holds nothing that is in no raw topic.
                At a difference it prints where, and both sides without the person reference, and exits with 1. `outcomes`
                counts further, to the classes of the fold.
                """,
            run: runVerify)
    }
}

private func runVerify(_ arguments: Arguments) throws -> Int32 {
    let topics = try rawTopics(arguments)
    let hasher = try arguments.text("secret").map { PersonHasher(secret: try SecretFile.read($0)) }
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let identity = try readControl(log, names: cluster.names)
    if let hasher { try confirm(hasher, identity) }
    stopAtSignal()
    let total = try RawVerification.recordCount(log, names: cluster.names, identity: identity, only: topics)
    let progress = Progress(label: "verify", total: total)
    defer { progress.finish() }
    var done: Int64 = 0
    do {
        let verification = try RawVerification(
            log, names: cluster.names, identity: identity, hasher: hasher, only: topics
        ) { count in
            done += Int64(count)
            progress.update(done: done)
            if StopSignal.isRaised { throw Interrupted() }
        }
        progress.finish()
        print(arguments.flag("json") ? verification.json : verification.text.joined(separator: "\n"))
        return verification.differenceCount == 0 ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    } catch is Interrupted {
        progress.finish()
        printError(
            "plainscore: stopped after \(grouped(done)) of \(grouped(total)) records, nothing is said of them: the "
                + "comparison needs all. `--topic T` compares one raw topic, and is shorter")
        return ExitCode.failure.rawValue
    }
}

private func rawTopics(_ arguments: Arguments) throws -> [RawTopic] {
    let topics = RawTopic.events + [.control]
    guard let text = arguments.text("topic") else { return topics }
    let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    for word in words where !topics.contains(where: { $0.name == word }) {
        let all = topics.map(\.name).joined(separator: ", ")
        throw UsageError("--topic \(text): give some of \(all)", arguments.command)
    }
    return topics.filter { words.contains($0.name) }
}

extension RawVerification {
    fileprivate var text: [String] {
        let header = [["RAW TOPIC", "RECORDS", "IN THE TIMELINE", "TICKS", "IN DEAD LETTERS"]]
        let rows = topics.map { topic in
            [
                topic.topic.name, grouped(topic.records), grouped(topic.events), grouped(topic.ticks),
                grouped(topic.refused),
            ]
        }
        return differences.flatMap(\.text) + aligned(header + rows, left: [0]) + [""] + sentences
    }

    private func sum(_ count: KeyPath<Topic, Int64>) -> Int64 { topics.reduce(0) { $0 + $1[keyPath: count] } }

    private var sentences: [String] {
        var sentences = [
            "\(grouped(sum(\.records))) raw records held against \(grouped(timelineRecords)) of the timeline and "
                + "\(grouped(deadLetters)) dead letters\(isPersonCompared ? "" : " (without --secret: all but the persons)"): "
                + "\(grouped(differenceCount)) differences"
        ]
        let remarks: [(Int64, String)] = [
            (sum(\.ahead), "above what the consumers have committed: not compared yet"),
            (sum(\.rawNotKept), "of raw records that are not kept any more: not compared"),
            (sum(\.lettersNotKept), "raw records whose dead letters are not kept any more"),
            (sum(\.acceptedNow), "dead letters of records that this version would accept"),
            (foldRefusals, "dead letters of the fold, of records that are in the timeline"),
            (repeats, "repeats, sent again after a crash and the same: readers drop them"),
        ]
        for (count, what) in remarks where count > 0 { sentences.append("\(grouped(count)) \(what)") }
        return sentences
    }

    fileprivate var json: String {
        var json = JSONText()
        json.beginObject()
        json.member("equal", differenceCount == 0)
        json.member("personsCompared", isPersonCompared)
        json.member("rawRecords", sum(\.records))
        json.member("timelineRecords", timelineRecords)
        json.member("deadLetters", deadLetters)
        json.member("foldRefusals", foldRefusals)
        json.member("repeats", repeats)
        json.array("topics", topics) { json, topic in
            json.member("topic", topic.topic.name)
            json.member("records", topic.records)
            json.member("events", topic.events)
            json.member("ticks", topic.ticks)
            json.member("refused", topic.refused)
            json.member("acceptedNow", topic.acceptedNow)
            json.member("rawNotKept", topic.rawNotKept)
            json.member("ahead", topic.ahead)
            json.member("deadLettersNotKept", topic.lettersNotKept)
        }
        json.member("differenceCount", differenceCount)
        json.array("differences", differences) { $1.write(into: &$0) }
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}
