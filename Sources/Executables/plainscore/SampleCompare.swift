import Commands
import Events
import Glibc
import Kafka
import Log
import Telemetry
import Wire

/// `plainscore sample compare`: whether a pipeline has given the sample's clients the scores that they must have.
extension Command {
    static var sampleCompare: Command {
        Command(
            path: ["sample", "compare"],
            summary: "Compare the published scores of the sample's clients with the expected ones that ship with it.",
            options: SampleChoice.options + [
                .flag("every-month", "the score after each month too, not only after the last"),
                .value("timeout", "SECONDS", "how long to wait for what is still on its way (default 10)"),
                .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                Reads score-changes.lending from its beginning. A client is equal when the score after the last month is the
                expected one and its reasons are the expected ones in their order, for the baseline that the record names.
                The scores in between are the expected ones where each month was in the timeline before its tick, as
                `produce` sends it; for others leave --every-month out. The expected scores are
                those of the cards that ship, deploy/models/uci-max.pmml and uci-mean.pmml. Choose the clients as for
                `sample uci`. Exit 1 when one differs.
                """,
            run: runSampleCompare)
    }
}

private func runSampleCompare(_ arguments: Arguments) throws -> Int32 {
    let seconds = try arguments.integer("timeout", in: 0...86_400) ?? 10
    let expected = try SampleChoice(arguments)(SampleExpected.read())
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let deadline = monotonicMilliseconds() + Int64(seconds) * 1000
    let everyMonth = arguments.flag("every-month")
    var published = PublishedScores()
    var differences: [String] = []
    repeat {
        try published.readNew(log, topic: cluster.names.scoreChanges(.lending))
        differences = expected.compactMap { client in published.difference(from: client, everyMonth: everyMonth) }
        if differences.isEmpty || monotonicMilliseconds() >= deadline { break }
        usleep(200_000)
    } while true

    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.member("clients", expected.count)
        json.member("equal", expected.count - differences.count)
        json.member("everyMonth", everyMonth)
        json.texts("differences", differences)
        json.endObject()
        print(json.line, terminator: "")
        return differences.isEmpty ? ExitCode.success.rawValue : ExitCode.failure.rawValue
    }
    let namedMax = 10
    for difference in differences.prefix(namedMax) { print(difference) }
    if differences.count > namedMax { print("… and \(differences.count - namedMax) more clients") }
    print(
        "\(expected.count - differences.count) of \(expected.count) equal: the score after "
            + (everyMonth ? "each of the six months" : "the last month") + ", and its reasons")
    return differences.isEmpty ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// What the topic says of each client at the end of each month.
private struct PublishedScores {
    private struct Months {
        /// April … September; nil where nothing was published in that month.
        var changes = [ScoreChangeLine?](repeating: nil, count: SampleClient.monthCount)
    }

    private var grants: [String: Months] = [:]
    private var positions: [Int32: Int64] = [:]

    mutating func readNew(_ log: KafkaLog, topic: String) throws {
        for partition in 0..<(try log.partitionCount(topic: topic)) {
            let kept = try log.watermarks(topic: topic, partition: partition)
            let start = positions[partition] ?? kept.lowerBound
            guard start < kept.upperBound else { continue }
            try log.read(topic: topic, partition: partition, range: start..<kept.upperBound) { batch in
                for entry in batch.entries {
                    positions[partition] = entry.offset + 1
                    if let change = ScoreChangeLine(batch.value(entry)) { take(change) }
                }
            }
        }
    }

    /// A grant's changes are in one partition, in order, so the last of a month stands.
    private mutating func take(_ change: ScoreChangeLine) {
        guard let month = month(of: change.day) else { return }
        grants[change.grant, default: Months()].changes[month] = change
    }

    /// The index of the month of `2005-04-30`; nil outside the sample's six. No event of the sample is of a first day, so
    /// a change that stands there is the month's before: it came after that month's tick.
    private func month(of day: String) -> Int? {
        let parts = day.split(separator: "-")
        guard parts.count == 3, parts[0] == "2005", let month = Int(parts[1]) else { return nil }
        let index = parts[2] == "01" ? month - 5 : month - 4
        return (0..<SampleClient.monthCount).contains(index) ? index : nil
    }

    /// One line that names the first difference; nil where there is none.
    func difference(from client: SampleExpected, everyMonth: Bool) -> String? {
        let reference = padded(client.id, 5)
        guard let months = grants["grant-uci-\(reference)"] else { return "client-\(reference): nothing was published" }
        var last: ScoreChangeLine?
        for (index, change) in months.changes.enumerated() {
            last = change ?? last
            let isCompared = everyMonth || index == SampleClient.monthCount - 1
            if isCompared, last?.score != client.scores[index] {
                let score = last?.score.map { "\($0)" } ?? "none"
                return "client-\(reference): after 2005-\(padded(index + 4, 2)) the score is \(score), not "
                    + "\(client.scores[index])"
            }
        }
        guard let last else { return nil }
        let codes = last.reasons.map(\.code)
        guard let expected = client.reasons[last.baseline ?? ""], codes != expected else { return nil }
        return "client-\(reference): the reasons after the last month are \(codes.joined(separator: " ")), not "
            + expected.joined(separator: " ")
    }
}
