import Commands
import Events
import Foundation
import Kafka
import Pipeline
import Scoring
import Telemetry
import Wire

/// `plainscore dead-letters show`: what was refused, why, and how to mend it.
extension Command {
    static var deadLettersShow: Command {
        Command(
            path: ["dead-letters", "show"],
            summary: "List refused records with place, reason and mend, each once, and count them by reason.",
            options: [
                .value("reason", "R", "only this reason (schemas/README.md lists them)"),
                .value("topic", "T", "only records of this raw topic"),
                .flag("json", "one JSON a record (schemas/explanation.md)"),
            ],
            notes: """
                A consumer's refusal holds the original bytes, of more than 65,536 the first 1,024. The rest, and all bytes of what
                the fold refused (conflict, limit), are fetched from the raw topic as long as it keeps them, and held against
                the hash in the dead letter. At most 200 bytes are shown, what is not printable as \\xNN; --json has all of
                them as `value`: mend it there, and give the lines to `dead-letters resend`.
                """,
            run: runDeadLetters)
    }
}

private func runDeadLetters(_ arguments: Arguments) throws -> Int32 {
    if let topic = arguments.text("topic"), !RawTopic.events.contains(where: { $0.name == topic }) {
        let all = RawTopic.events.map(\.name).joined(separator: ", ")
        throw UsageError("--topic \(topic): give one of \(all)", arguments.command)
    }
    let cluster = try Cluster(arguments)
    let log = try cluster.log()
    let shifts = try readControl(log, names: cluster.names).shifts
    var output = StandardOutput()
    var counts: [String: Int] = [:]
    for partition in 0..<(try log.partitionCount(topic: cluster.names.deadLetters)) {
        var records = try readRefusedRecords(log, names: cluster.names, partition: partition).records
        records.removeAll { record in
            arguments.text("reason").map { $0 != record.reason } ?? false
                || arguments.text("topic").map { $0 != record.source?.topic.name } ?? false
        }
        try fetchOriginals(&records, log, names: cluster.names, shifts: shifts)
        for record in records {
            counts[record.reason, default: 0] += 1
            if arguments.flag("json") {
                try output.write(record.json(whole: try record.whole(log, names: cluster.names, shifts)))
            } else {
                try output.write(record.text)
            }
        }
    }
    if !arguments.flag("json") { try output.write(summary(counts, isFiltered: arguments.isFiltered)) }
    try output.flush()
    return ExitCode.success.rawValue
}

private func summary(_ counts: [String: Int], isFiltered: Bool) -> String {
    if counts.isEmpty {
        return isFiltered ? "no dead letter is of that kind\n" : "no dead letters: nothing was refused\n"
    }
    let ordered = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let total = counts.values.reduce(0, +)
    return "\(grouped(total)) refused: " + ordered.map { "\($0.key) \(grouped($0.value))" }.joined(separator: " · ")
        + "\n"
}

extension Arguments {
    fileprivate var isFiltered: Bool { text("reason") != nil || text("topic") != nil }
}

extension RefusedRecord {
    fileprivate var text: String {
        let what = field.isEmpty ? reason : "\(reason) \(field)"
        let rest = originalByteCount - shownByteCount
        let bytes =
            original.map {
                printable($0.prefix(shownByteCount)) + (rest > 0 ? " … and \(grouped(rest)) bytes more" : "")
            }
            ?? "not kept in the raw topic any more"
        return """
            \(place)  \(appendedAt.map { "appended \($0)" } ?? "append time not known")  \(what)
                mend: \(mend)\(also.map { "\n    also: \($0)" } ?? "")
                original: \(bytes.isEmpty ? "no bytes" : bytes)
            \(keepingText)
            """
    }

    /// Where the whole of a long original is; a line, or nothing.
    private var keepingText: String {
        guard let originalHash else { return "" }
        let whole = "\(grouped(originalByteCount)) bytes with XXH3-128 \(originalHash)"
        let text =
            switch keeping {
            case .deadLetter, .rawTopic: "\(whole): the raw topic keeps them"
            case .replaced: "\(whole): the raw topic has another record there now"
            case .gone: "\(whole): the raw topic does not keep them any more"
            }
        return "    whole: \(text)\n"
    }

    /// All bytes of the original, as far as they are kept.
    fileprivate func whole(_ log: KafkaLog, names: TopicNames, _ shifts: OffsetShifts) throws -> [UInt8]? {
        if let original, original.count == originalByteCount { return original }
        return try fetchWhole(self, log, names: names, shifts: shifts)
    }

    fileprivate func json(whole: [UInt8]?) -> String {
        var json = JSONText()
        json.beginObject()
        json.member("place", place)
        json.member("topic", optional: source?.topic.name)
        json.member("partition", optional: source?.partition)
        json.member("offset", optional: source?.offset)
        json.member("appendedAt", optional: appendedAt)
        json.member("reason", reason)
        json.member("field", field)
        json.member("mend", mend)
        json.member("also", optional: also)
        json.member("original", optional: original.map { printable($0.prefix(shownByteCount)) })
        json.member("originalByteCount", originalByteCount)
        json.member("originalHash", optional: originalHash)
        json.member("keptIn", keeping.rawValue)
        Self.write(whole, into: &json)
        json.endObject()
        return json.line
    }
}

extension RefusedRecord {
    /// All bytes, as text where they are UTF-8.
    private static func write(_ whole: [UInt8]?, into json: inout JSONText) {
        guard let whole else { return json.member("value", optional: nil as String?) }
        if let text = String(validating: whole, as: UTF8.self) {
            json.member("value", text)
        } else {
            json.member("valueBase64", Data(whole).base64EncodedString())
        }
    }
}

/// Bytes of an original that are shown to people.
private let shownByteCount = 200

/// Printable ASCII as it is, a backslash doubled, all else as `\xNN`.
private func printable(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = String.UnicodeScalarView()
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "\\"): text.append(contentsOf: "\\\\".unicodeScalars)
        case 0x20...0x7E: text.append(Unicode.Scalar(byte))
        default: text.append(contentsOf: ["\\", "x", digits[Int(byte >> 4)], digits[Int(byte & 15)]])
        }
    }
    return String(text)
}
