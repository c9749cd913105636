import Commands
import Events
import Pipeline
import Telemetry
import Wire

/// `plainscore topics renew`: a raw topic that was deleted and made again goes on in its timeline.
extension Command {
    static var topicsRenew: Command {
        Command(
            path: ["topics", "renew"],
            summary: "Let a raw topic that was deleted go on: make it where it is missing, behind all that it had.",
            operands: [
                Operand(name: "TOPIC", help: "payments, bills, accounts, rentals or consents, without the prefix")
            ],
            options: [.flag("json", "one JSON (schemas/explanation.md)")],
            notes: """
                A raw topic that was made again counts its offsets from 0, and the timeline drops records whose place it has seen.
                This writes into control by how much the new offsets are moved, so that each place is told once, and sets the
                consumer's group to the first record that the topic keeps. Stop the consumer before it, and wait 10 s; start it
                after it. What the old topic held and nobody had read is lost until producers send it again; what counts already
                is dropped as a duplicate. Another partition's place, and the timeline, stay as they are.
                """,
            run: runTopicsRenew)
    }

    /// `plainscore topics restore`: the places of the aggregator and of the publisher.
    static var topicsRestore: Command {
        Command(
            path: ["topics", "restore"],
            summary: "Give the aggregator's and the publisher's groups back the places that they have lost.",
            options: [
                .value("model", "FILE", "the model with which the timeline began, where `topics check` asks for it"),
                .challenger, .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                Their place is an offset with the number and the running hash of the results there, which no Kafka tool can set.
                It is found in scores and score-changes. Where scores does not keep what the publisher lacks, the timeline is
                folded for it, which needs the models, and the aggregator makes those results again with the same numbers.
                Stop both roles before it, and wait 10 s. A place from which a role can go on is left as it is.
                """,
            run: runTopicsRestore)
    }
}

private func runTopicsRenew(_ arguments: Arguments) throws -> Int32 {
    let name = arguments.operands[0]
    guard let topic = RawTopic.events.first(where: { $0.name == name }) else {
        let all = RawTopic.events.map(\.name).joined(separator: ", ")
        throw UsageError("\(name): give one of \(all)", arguments.command)
    }
    let cluster = try Cluster(arguments)
    return tell(try renewTopic(cluster.log(), cluster.admin(), names: cluster.names, topic), arguments)
}

private func runTopicsRestore(_ arguments: Arguments) throws -> Int32 {
    let models = arguments.text("model") == nil ? nil : try arguments.models()
    let cluster = try Cluster(arguments)
    let done = try restorePlaces(cluster.log(), cluster.admin(), names: cluster.names, models: models)
    return tell(done, arguments)
}

/// What was done, a line each.
func tell(_ done: [String], _ arguments: Arguments, nothing: String = "nothing to do") -> Int32 {
    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.texts("done", done)
        json.endObject()
        print(json.line, terminator: "")
    } else {
        print(done.isEmpty ? nothing : done.joined(separator: "\n"))
    }
    return ExitCode.success.rawValue
}
