import Commands
import Events
import Pipeline
import ScorecardFiles
import Scoring
import Telemetry

/// `plainscore replay --model`: what another scorecard would say of the same persons.
let modelPreviewOptions: [Option] = [
    .value("model", "FILE", "the scorecard to preview, or whose outputs to write, PMML"),
    .value("against", "FILE", "the scorecard that speaks on this timeline, PMML; a preview needs it"),
    .value("challenger", "FILE[,FILE…]", "the challengers of the one that speaks, in their order"),
    .value("into", "PREFIX", "instead of a preview: write scores and score changes into new topics of this prefix"),
    .value("format", "json|protobuf", "how --into writes score changes (default json)"),
    .value(
        "as-of", "TIME", "stop where each partition's clock first reaches this: 2005-07-01, 2005-07-01T12:00:00Z or ms"),
    .value("cut", "N", "count who has N points or more, before and after (default: the median of the present scores)"),
    .value("largest", "N", "tell the N largest changes in full, 0 to 1000 (default 10)"),
    .value("html", "FILE", "write the whole as one page too, for your eyes alone (mode 600)"),
    .flag("json", "one JSON (schemas/explanation.md) instead of tables"),
]

let modelPreviewNotes = """
    --model folds the timeline up to what the aggregator has committed, once with the models that speak on it and once with
    FILE alone, in one reading. Nothing is published: no topic, group or offset is written. Without --as-of the present
    fold is held to what was committed there: exit 12 where another model published, 13 where it is another history.
    Persons are named by their keys: no reference is known here.

    --model FILE --into PREFIX writes what the aggregator and the publisher would have written had FILE spoken from the
    beginning, byte for byte, to PREFIXscores and PREFIXscore-changes.PURPOSE, for a subscriber to read. The topics must not
    be there yet; no group and no other topic is touched. Where it does not end with exit 0, delete them and begin again.
    """

func runModelPreview(_ arguments: Arguments) throws -> Int32 {
    let other = try ModelFile.read(try arguments.required("model"))
    let models = try arguments.models(speaking: "against")
    let asOf = try arguments.time("as-of")
    let bounds = Int(Int32.min)...Int(Int32.max)
    let cut = try arguments.integer("cut", in: bounds).map { Int32($0) }
    let largest = try arguments.integer("largest", in: 0...1000) ?? 10
    let cluster = try Cluster(arguments)
    let folds = try CommittedFolds(cluster.log(), names: cluster.names, models: models, snapshots: nil)
    let progress = Progress(label: "replay", total: try folds.recordCount())
    defer { progress.finish() }
    let preview = try folds.preview(of: other, asOf: asOf, cut: cut, largest: largest) { progress.update(done: $0) }
    progress.finish()

    if let file = arguments.text("html") { try writePersonalFile(file, preview.page) }
    var output = StandardOutput()
    try output.write(arguments.flag("json") ? preview.json : preview.text)
    try output.flush()
    return ExitCode.success.rawValue
}
