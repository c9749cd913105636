import Commands
import Events
import Pipeline
import Scoring
import Telemetry
import Wire

/// `plainscore export`: features of persons at times, for training.
extension Command {
    static var export: Command {
        Command(
            path: ["export"],
            summary: "Print the features of persons at points in time as CSV, to train on what was known then.",
            options: [
                .value("as-of", "TIMES.csv", "rows with a person and a time, under a heading that says so; needed"),
                .value("secret", "FILE", "the timeline's secret, which finds the persons; needed"),
                .value("model", "FILE", "the scorecard whose features, and in whose currency, PMML; needed"),
                .challenger,
                .value(
                    "features", "NAME[,NAME…]",
                    "these instead of the model's, 1 to \(Scorecard.characteristicsMax) (plainscore features lists them)"
                ), .flag("json", "one JSON a row instead of CSV (schemas/explanation.md)"),
            ],
            notes: """
                TIMES.csv has columns `person` (the reference that producers use) and `time` (2005-07-01, 2005-07-01T12:00:00Z or
                ms since 1970); further columns are passed over. The output has one row for each, in the same order: person, time,
                and a column for each feature, empty where it is missing. Where all are empty the person had no live consent then.

                A row says what the aggregator held right behind the record with which the clock of the person's partition first
                reached the time, up to what it has committed: values on the day on which the person stood, of all events that had
                come by then, whatever their own dates. A time that the clock has not reached is an error, and nothing is printed.
                One reading of the timeline, however many rows.
                """,
            run: runExport)
    }
}

private func runExport(_ arguments: Arguments) throws -> Int32 {
    let points = try ExportTimes(path: try arguments.required("as-of")).rows
    let hasher = PersonHasher(secret: try SecretFile.read(try arguments.required("secret")))
    var models = try arguments.models()
    if let names = arguments.text("features") {
        models = Models(Scorecard(reading: try features(names, arguments), currency: models.speaking.currency))
    }
    let cluster = try Cluster(arguments)
    let folds = try CommittedFolds(cluster.log(), names: cluster.names, models: models, snapshots: nil)
    try confirm(hasher, folds.identity)
    let progress = Progress(label: "export", total: try folds.recordCount())
    defer { progress.finish() }
    let rows = try folds.features(
        at: points.map { PointInTime(person: hasher.key(of: $0.person), time: $0.time) }
    ) { progress.update(done: $0) }
    progress.finish()

    var output = StandardOutput()
    let asJSON = arguments.flag("json")
    if !asJSON {
        try output.write((["person", "time"] + folds.exportedFeatures).map(quoted).joined(separator: ",") + "\n")
    }
    for (point, row) in zip(points, rows) {
        if asJSON {
            try output.write(json(point.person.text, point.timeText, folds.exportedFeatures, row))
            continue
        }
        let values = row ?? folds.exportedFeatures.map { _ in nil }
        let cells = [point.person.text, point.timeText] + values.map { $0.map { "\($0)" } ?? "" }
        try output.write(cells.joined(separator: ",") + "\n")
    }
    try output.flush()
    let empty = rows.count { $0 == nil }
    if empty > 0 {
        printError("plainscore: \(grouped(empty)) of \(grouped(rows.count)) rows are empty: no live consent then")
    }
    return ExitCode.success.rawValue
}

private func json(_ person: String, _ time: String, _ names: [String], _ row: [Int64?]?) -> String {
    var json = JSONText()
    json.beginObject()
    json.member("person", person)
    json.member("time", time)
    json.member("hasConsent", row != nil)
    if let row {
        json.key("features")
        json.beginObject()
        for (name, value) in zip(names, row) { json.member(named: name, optional: value) }
        json.endObject()
    }
    json.endObject()
    return json.line
}

/// The features that the option names, in its order.
private func features(_ list: String, _ arguments: Arguments) throws -> [Feature] {
    var features: [Feature] = []
    for name in featureNames(list) {
        do throws(FeatureError) {
            features.append(try Feature(name))
        } catch {
            let hint = nearest(to: name, among: Feature.names(like: name)).map { "; did you mean '\($0)'?" } ?? ""
            throw UsageError("--features: \(error)\(hint)", arguments.command)
        }
    }
    guard features.count <= Scorecard.characteristicsMax, Set(features.map(\.name)).count == features.count else {
        throw UsageError(
            "--features: at most \(Scorecard.characteristicsMax) in one run, each once", arguments.command)
    }
    return features
}

/// Splits at the commas that stand outside of a filter's brackets.
private func featureNames(_ list: String) -> [String] {
    var names = [""]
    var isInFilter = false
    for character in list {
        if character == "[" { isInFilter = true }
        if character == "]" { isInFilter = false }
        if character == ",", !isInFilter { names.append("") } else { names[names.count - 1].append(character) }
    }
    return names
}

/// A cell as RFC 4180 wants it where a comma is in it.
private func quoted(_ name: String) -> String { name.contains(",") ? "\"\(name)\"" : name }
