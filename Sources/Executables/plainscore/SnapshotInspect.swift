import Commands
import Events
import Pipeline
import Scoring
import Snapshots
import Telemetry
import Wire

/// `plainscore snapshot inspect`: what one snapshot holds.
extension Command {
    static var snapshotInspect: Command {
        Command(
            path: ["snapshot", "inspect"],
            summary: "Print what a snapshot holds: header, models, clock, outcomes, and how much of persons.",
            operands: [Operand(name: "FILE", help: "a snapshot of an aggregator's state folder; only read")],
            options: [
                .value("model", "FILE", "the scorecard under which it was taken: counts events and grants, too"),
                .challenger, .flag("json", "one JSON (schemas/explanation.md)"),
            ], needsLog: false,
            notes: "Nothing of it tells one person from another.",
            run: runSnapshotInspect)
    }
}

private func runSnapshotInspect(_ arguments: Arguments) throws -> Int32 {
    let file = try SnapshotFile(path: arguments.operands[0])
    let facts = try file.reference.facts()
    let payload = try file.reference.payload()
    let head = try SnapshotHead(payload, path: file.reference.path)
    var content: StateContent?
    if arguments.text("model") != nil || arguments.text("challenger") != nil {
        let models = try arguments.models()
        content = try PartitionFold(snapshot: file.reference, models: models).content
    }
    let inspection = SnapshotInspection(file: file, facts: facts, head: head, content: content)
    print(arguments.flag("json") ? inspection.json : inspection.text.joined(separator: "\n"))
    return ExitCode.success.rawValue
}

private struct SnapshotInspection {
    let file: SnapshotFile
    let facts: SnapshotFileFacts
    let head: SnapshotHead
    /// nil without the models.
    let content: StateContent?

    var text: [String] {
        func rows(_ hashes: [String], _ word: String) -> [(String, String)] {
            hashes.enumerated().map { index, hash in
                (word + (index == 0 ? "model" : "challenger \(index)"), hash)
            }
        }
        var models = rows(head.models.map(\.hex), "")
        if let offset = head.switched.offset {
            models = rows(head.models.map(\.hex), "first ") + [("switched by", "control-0@\(offset)")]
            models += rows(head.modelsInForce.map(\.hex), "")
            if head.switched.earlier > 0 { models.append(("switch", "under way: some persons are yet to be moved")) }
        }
        let file: [(String, String)] = [
            ("topic, partition", "\(file.reference.topic)-\(file.reference.partition)"),
            ("next offset", grouped(head.nextOffset)), ("written at", Timestamp.text(file.writtenAt)),
            ("bytes", "\(grouped(facts.fileBytes)), \(grouped(facts.payloadBytes)) unpacked"),
            ("format", "file \(facts.formatVersion), payload \(head.payloadVersion)"),
            ("body checksum", hexadecimal(facts.bodyChecksum)),
        ]
        let state: [(String, String)] = [
            ("timeline", "\(hexadecimal(head.properties.identity)), \(head.properties.mode)"),
            ("secret", head.secretFingerprint.map(hexadecimal) ?? "not known before the first tick"),
            ("results", "\(grouped(head.sequence)), chain \(head.chain.hex)"),
            ("clock", head.clock.map(Timestamp.text) ?? "does not stand yet"), ("persons", grouped(head.persons)),
        ]
        let counted: [(String, String)] =
            content.map {
                [
                    ("with a score", grouped($0.scored)), ("live grants", grouped($0.grants)),
                    ("events kept", grouped($0.events)), ("corrections", grouped($0.notices)),
                    ("grants closed", grouped($0.marks)),
                    ("events that wait", grouped($0.waiting)),
                ]
            } ?? [("events, grants", "give --model to count them")]
        let outcomes = head.classes.filter { $0.count > 0 }.map { ("outcome \($0.name)", grouped($0.count)) }
        return table(file + models + state + counted + outcomes)
    }

    var json: String {
        var json = JSONText()
        json.beginObject()
        file.write(into: &json)
        json.member("payloadBytes", facts.payloadBytes)
        json.member("bodyBytes", facts.bodyBytes)
        json.member("bodyChecksum", hexadecimal(facts.bodyChecksum))
        json.member("formatVersion", facts.formatVersion)
        json.member("payloadVersion", head.payloadVersion)
        json.key("models")
        json.beginArray()
        for hash in head.models { json.value(hash.hex) }
        json.endArray()
        json.key("modelsInForce")
        json.beginArray()
        for hash in head.modelsInForce { json.value(hash.hex) }
        json.endArray()
        json.member("switchUnderWay", head.switched.earlier > 0)
        json.member("timeline", hexadecimal(head.properties.identity))
        json.member("mode", "\(head.properties.mode)")
        json.member("secretFingerprint", optional: head.secretFingerprint.map(hexadecimal))
        json.member("sequence", head.sequence)
        json.member("chain", head.chain.hex)
        json.member("clock", time: head.clock)
        json.member("persons", head.persons)
        json.member("scored", optional: content?.scored)
        json.member("grants", optional: content?.grants)
        json.member("events", optional: content?.events)
        json.member("notices", optional: content?.notices)
        json.member("marks", optional: content?.marks)
        json.member("waiting", optional: content?.waiting)
        json.key("outcomes")
        json.beginObject()
        for (name, count) in head.classes { json.member(named: name, count) }
        json.endObject()
        json.endObject()
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

extension SnapshotHead {
    /// The classes, and what is counted beside them.
    fileprivate var classes: [(name: String, count: UInt64)] {
        zip(Outcomes.Class.allCases, outcomes).map { (name: "\($0)", count: $1) }
            + [(name: "repeats", count: repeats)]
    }
}

private func hexadecimal(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
