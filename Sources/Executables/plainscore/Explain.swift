import Commands
import Events
import Kafka
import Pipeline
import ScorecardFiles
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore explain`: why a person's score is what it is, and what comes next.
extension Command {
    static var explain: Command {
        Command(
            path: ["explain"],
            summary:
                "Print a person's score, the events behind each part of it, its reasons, and what changes it next.",
            operands: [
                Operand(
                    name: "PERSON", help: "the reference that producers use; - reads one a line from standard input",
                    isRepeated: true)
            ],
            options: [
                .value("secret", "FILE", "the timeline's secret, which finds the person; needed"),
                .value("model", "FILE", "the scorecard that published, PMML; needed"), .challenger,
                .value(
                    "state", "FOLDER", "an aggregator's snapshots, to be quick; only read (default: the whole timeline)"
                ),
                .flag("json", "one JSON a line and person, in the order given (schemas/explanation.md)"),
                .value(
                    "html", "FILE",
                    "write one person's score page too, for your eyes alone (mode 600); not with --state"
                ),
            ],
            notes: """
                It folds the person's part of the timeline up to what the aggregator has committed, and stops with 13 where
                that is not what was published there, with 12 where another model published. Exit 1 where a person is unknown
                or has no live consent. References are not kept, logged or printed.
                """,
            run: runExplain)
    }
}

private func runExplain(_ arguments: Arguments) throws -> Int32 {
    let references = try references(arguments)
    let secret = try SecretFile.read(try arguments.required("secret"))
    let hasher = PersonHasher(secret: secret)
    let models = try arguments.models()
    let page = arguments.text("html")
    if page != nil, references.count != 1 || arguments.flag("state") {
        throw UsageError(
            "--html is the page of one PERSON, out of the whole timeline, so without --state", arguments.command)
    }
    let cluster = try Cluster(arguments)
    let folds = try CommittedFolds(
        cluster.log(), names: cluster.names, models: models,
        snapshots: arguments.text("state").map { SnapshotFolder($0) })
    try confirm(hasher, folds.identity)
    let answers = try folds.explain(references.map(hasher.key)) { printError("plainscore: \($0)") }
    let history = page == nil ? nil : try folds.history(of: hasher.key(of: references[0]))

    var output = StandardOutput()
    var explained = 0
    for (index, answer) in answers.enumerated() {
        let place = answers.count == 1 ? "" : "person \(index + 1) of \(answers.count)"
        if case .explained(let explanation, let scorecard) = answer {
            explained += 1
            if let page, let history {
                let content = ScorePage(explanation: explanation, scorecard: scorecard, history: history)
                try writePersonalFile(page, content.html)
            }
            if arguments.flag("json") {
                try output.write(explanation.json(scorecard, history: history))
            } else {
                if !place.isEmpty { try output.write("\(index == 0 ? "" : "\n")\(place)\n") }
                try output.write(explanation.text(scorecard))
            }
        } else {
            if arguments.flag("json") { try output.write(answer.problemJSON) }
            try output.flush()
            printError("plainscore: \(place.isEmpty ? "" : "\(place): ")\(answer.problem)")
        }
    }
    try output.flush()
    return explained == answers.count ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// The references of the command line; those of standard input stand where `-` does.
private func references(_ arguments: Arguments) throws -> [Identifier] {
    var references: [Identifier] = []
    for operand in arguments.operands {
        guard operand == "-" else {
            guard let reference = Identifier(operand) else {
                throw UsageError("PERSON is 1 to 64 of A-Z a-z 0-9 . _ : -", arguments.command)
            }
            references.append(reference)
            continue
        }
        var reader = LineReader()
        while try reader.next({ line in
            if line.byteCount == 0 { return }
            guard let reference = Identifier(line) else {
                throw UsageError("standard input: each line is one PERSON, 1 to 64 of A-Z a-z 0-9 . _ : -")
            }
            references.append(reference)
        }) {}
    }
    return references
}

/// The secret is the one that the timeline is bound to.
func confirm(_ hasher: PersonHasher, _ identity: TimelineIdentity) throws {
    guard let bound = identity.secretFingerprint else {
        throw SetupError(.wrongSecret, "this timeline has no secret yet: `plainscore secret bind FILE` gives it one")
    }
    guard hasher.fingerprint == bound else {
        throw SetupError(
            .wrongSecret,
            "wrong secret: it is not the one that the timeline was made with, under it nobody is found. Bring that file"
        )
    }
}

extension Arguments {
    /// The text of an option that must be given.
    func required(_ option: String) throws(UsageError) -> String {
        guard let text = text(option) else { throw UsageError("--\(option) is missing", command) }
        return text
    }
}

extension PersonAnswer {
    /// Why there is no explanation and what to do, in one sentence.
    var problem: String {
        switch self {
        case .explained: ""
        case .unknown:
            "no record of this person is in the timeline: check the reference, and with `plainscore lag` that all is read"
        case .withoutConsent(let traces):
            "this person has no live consent, so no score is kept of them: of their records the timeline holds "
                + "\(grouped(traces.records))\(traces.lastGrant.map { ", and the last grant, \(Self.end(of: $0))" } ?? ""). "
                + "A new consent brings a score again, from the events that come after it"
        }
    }

    private static func end(of grant: (id: Identifier, isWithdrawn: Bool, endsAt: Int64)) -> String {
        "\(grant.id.text), \(grant.isWithdrawn ? "was withdrawn at" : "ended by") \(Timestamp.text(grant.endsAt))"
    }
}
