import Commands
import Scoring
import Telemetry

/// `plainscore features`: what a scorecard may weigh.
extension Command {
    static var features: Command {
        Command(
            path: ["features"],
            summary: "Print the features that a scorecard may weigh, explain one, or print those of a person.",
            operands: [
                Operand(
                    name: "NAME|PERSON", help: "explain this feature; with --secret, print the features of this person",
                    isRequired: false)
            ],
            options: [.flag("json", "one JSON document instead of text")] + personOptions,
            notes: """
                Each feature is a number about one person on one day; its name is its definition (schemas/features.md). Quote
                names in a shell, whose brackets and comparisons mean something there: 'statement[days_past_due>=60].count.365d'.
                A name that is no feature ends with exit code 1, what is wrong with it and the nearest names.

                With --secret it prints the features of a person that the model reads, and partition and offset of the timeline
                behind which they hold: asked of the aggregator at work (--live), or folded from the timeline up to what it has
                committed, or to a time. Exit 1 where there is no live consent: nothing is kept then.
                """,
            run: runFeatures)
    }
}

private func runFeatures(_ arguments: Arguments) throws -> Int32 {
    if arguments.flag("secret") { return try runPersonFeatures(arguments) }
    if let stray = personOptions.first(where: { arguments.flag($0.name) }) {
        throw UsageError("--\(stray.name) goes with --secret and a PERSON", arguments.command)
    }
    guard let name = arguments.operands.first else {
        print(arguments.flag("json") ? FeaturesJSON.all() : textOfAll().joined(separator: "\n"))
        return ExitCode.success.rawValue
    }
    let feature: Feature
    do {
        feature = try Feature(name)
    } catch {
        let near = nearest(3, to: name, among: Feature.names(like: name)).map { "'\($0)'" }
        let hint = near.isEmpty ? "" : "; did you mean \(near.joined(separator: " or "))?"
        throw UnknownFeature(description: "\(error)\(hint)\n`plainscore features` prints them all")
    }
    print(arguments.flag("json") ? FeaturesJSON.one(feature) : text(feature).joined(separator: "\n"))
    return ExitCode.success.rawValue
}

private struct UnknownFeature: Error, CustomStringConvertible {
    let description: String
}

// MARK: - Text

private func textOfAll() -> [String] {
    let windows = Feature.windows.map { "\($0)d" }.joined(separator: " ")
    let head = [
        "A feature is a number about one person on one day. Its name is its definition.", "",
        "  W      one of \(windows): the events of so many days, the day itself being the last;",
        "         a feature without W looks at the last \(FoldLimits.horizonDays) days",
        "  […]    nothing, or conditions that all hold, such as [card,late] or [days_past_due>=60,…]",
        "  reads  what of the event it comes from (schemas/plainscore/v1/event.proto), beside what all",
        "         read: \(FeatureCatalogue.alwaysRead.joined(separator: ", ")), and what the conditions read",
        "  none   what it is where there is nothing to measure",
        "",
        "Events in another currency than the model's are not read. Numbers are whole; divisions round",
        "down. Ranges are those of the widest window. schemas/features.md says the same at more length.",
    ]
    return head + FeatureCatalogue.entries.flatMap(text)
}

private func text(_ entry: FeatureCatalogue.Entry) -> [String] {
    var lines = [
        "", "\(entry.event.uppercased())  \(entry.type.map { "topic \($0.topic.name)" } ?? "events of all types")",
    ]
    if !entry.conditions.isEmpty { lines += ["", "conditions"] + conditions(of: entry) }
    if !entry.fields.isEmpty { lines += ["", "fields"] }
    for field in entry.fields {
        lines.append("  \(field.name)")
        lines += wrapped(field.meaning, indent: 6)
        lines += wrapped("\(field.unit.rawValue), \(text(field.range)); reads \(listed(field.reads))", indent: 6)
    }
    lines += ["", "features"]
    for pattern in entry.patterns {
        let none = pattern.canBeMissing ? "missing" : "0"
        let range = pattern.features.last!.range
        lines.append("  \(pattern.name)")
        lines += wrapped(pattern.meaning, indent: 6)
        let reads = pattern.reads.isEmpty ? "" : "; reads \(listed(pattern.reads))"
        lines += wrapped("\(pattern.unit.rawValue), \(text(range)); none: \(none)\(reads)", indent: 6)
    }
    return lines
}

/// One line for the words that exclude each other and mean the same of themselves.
private func conditions(of entry: FeatureCatalogue.Entry) -> [String] {
    var rows: [(words: [String], condition: FeatureCatalogue.Condition)] = []
    for condition in entry.conditions {
        if let last = rows.last, last.condition.meaning == condition.meaning {
            rows[rows.count - 1].words.append(condition.word)
        } else {
            rows.append(([condition.word], condition))
        }
    }
    return rows.flatMap { row in
        ["  \(row.words.joined(separator: " "))"]
            + wrapped("\(row.condition.meaning); reads \(listed(row.condition.reads))", indent: 6)
    } + [
        "  FIELD<N FIELD<=N FIELD>N FIELD>=N",
        "      the field has a value, and it compares so with the whole number N",
    ]
}

private func text(_ feature: Feature) -> [String] {
    let pattern = feature.pattern
    let event = feature.name.prefix { $0 != "." && $0 != "[" }
    let events = event == "person" ? "events of all types" : "\(event) events"
    var lines = [feature.name, ""]
    lines += row("what", pattern.meaning)
    lines += row("of", feature.conditions.isEmpty ? events : "\(events) that meet all of")
    for condition in feature.conditions { lines += row("", "\(condition.word): \(condition.meaning)") }
    let days = feature.window ?? FoldLimits.horizonDays
    lines += row("window", "the last \(days) days: D − \(days) < day ≤ D, where D is the day the person stands at")
    lines += row("unit", feature.unit.rawValue)
    lines += row("range", text(feature.range))
    lines += row(
        "none",
        feature.canBeMissing ? "missing where there is nothing to measure" : "0 where there is nothing to measure")
    lines += row("reads", listed(feature.reads))
    return lines
}

private func row(_ title: String, _ text: String) -> [String] {
    let lines = wrapped(text, indent: 10)
    return ["  \(padded(title, 8))\(lines[0].dropFirst(10))"] + lines.dropFirst()
}

private func text(_ range: ClosedRange<Int64>) -> String {
    range.upperBound == .max ? "\(range.lowerBound) and up" : "\(range.lowerBound) to \(range.upperBound)"
}

private func listed(_ words: [String]) -> String { words.joined(separator: ", ") }

private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// The text in lines of at most 100 columns.
private func wrapped(_ text: String, indent: Int) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    for word in text.split(separator: " ") {
        if let last = lines.last, last.count + 1 + word.count <= 100 {
            lines[lines.count - 1] = "\(last) \(word)"
        } else {
            lines.append(margin + word)
        }
    }
    return lines
}
