import Commands
import Events
import Foundation
import Pipeline
import Scoring
import Telemetry
import Wire

/// `plainscore dead-letters resend`: mended events take the place of refused ones.
extension Command {
    static var deadLettersResend: Command {
        Command(
            path: ["dead-letters", "resend"],
            summary: "Send mended events in place of refused ones to their raw topics, each once.",
            options: [
                .value(
                    "from", "FILE",
                    "lines of `dead-letters show --json` with `value` mended; needed; - is standard input"),
                .flag("skip-refused", "send the other lines where some are refused (default: nothing is sent then)"),
                .flag("json", "one JSON a line of the file (schemas/explanation.md)"),
            ],
            notes: """
                Of a line these members are read: topic, partition, offset (the refused record's), and value (the event as text)
                or valueBase64. Each is checked as its consumer will check it. The sent record says in its header
                plainscore.resend-of whose place it takes and goes to the same raw partition, which is searched for that header
                first: the same file again sends nothing twice, also after a crash. Where the raw topic does not keep all from the
                refused record on, it cannot be told, and the line is refused. Exit 1 where a line is refused.
                """,
            run: runResend)
    }
}

private func runResend(_ arguments: Arguments) throws -> Int32 {
    guard let path = arguments.text("from") else {
        throw UsageError("--from is missing: the file with the mended letters", arguments.command)
    }
    let cluster = try Cluster(arguments)
    let resend = try LetterResend(cluster.log(), names: cluster.names)
    var lines: [ResendLine] = []
    var reader = try path == "-" ? LineReader() : LineReader(path: path)
    while true {
        let number = reader.lineNumber + 1
        let hasMore = try reader.next { bytes in
            if bytes.byteCount == 0 { return }
            lines.append(ResendLine(number: number, mended: LetterLine.read(bytes), resend))
        }
        if !hasMore { break }
    }
    try resend.findSent()
    let sends = arguments.flag("skip-refused") || !lines.contains { $0.isRefused(resend) }
    if sends { try resend.send() }

    var output = StandardOutput()
    let report = ResendReport(resend: resend, lines: lines, sends: sends)
    try output.write(arguments.flag("json") ? report.json : report.text)
    try output.flush()
    return report.refused == 0 ? ExitCode.success.rawValue : ExitCode.failure.rawValue
}

/// A line of the file, and where it stands in the resend; one that cannot be read has only its refusal.
private struct ResendLine {
    let number: Int
    let index: Int?
    let refusal: ResendRefusal?

    init(number: Int, mended: Result<LetterLine, ResendRefusal>, _ resend: LetterResend) {
        self.number = number
        switch mended {
        case .success(let line):
            index = resend.mended.count
            refusal = nil
            _ = resend.add(line.source, line.value)
        case .failure(let refusal):
            index = nil
            self.refusal = refusal
        }
    }

    func outcome(_ resend: LetterResend) -> LetterResend.Outcome {
        index.map { resend.mended[$0].outcome } ?? .refused(refusal!)
    }

    func isRefused(_ resend: LetterResend) -> Bool {
        if case .refused = outcome(resend) { return true }
        return false
    }
}

private struct ResendReport {
    let resend: LetterResend
    let lines: [ResendLine]
    let sends: Bool

    var refused: Int { lines.count { $0.isRefused(resend) } }

    var text: String {
        var text = ""
        var counts = (sent: 0, before: 0, waiting: 0)
        for line in lines {
            let place = line.index.map { "\(resend.mended[$0].source)  " } ?? ""
            switch line.outcome(resend) {
            case .sent(let coordinates):
                counts.sent += 1
                text += "line \(line.number): \(place)sent as \(coordinates)\n"
            case .sentBefore(let coordinates):
                counts.before += 1
                text += "line \(line.number): \(place)was sent before, as \(coordinates)\n"
            case .sendable:
                counts.waiting += 1
            case .refused(let refusal):
                let what = refusal.field.isEmpty ? refusal.reason : "\(refusal.reason) \(refusal.field)"
                text += "line \(line.number): \(place)\(what)\n    mend: \(refusal.mend)\n"
            }
        }
        text += "\(grouped(counts.sent)) sent, \(grouped(counts.before)) sent before, \(grouped(refused)) refused\n"
        if !sends { text += "nothing is sent where a line is refused: mend it, or give --skip-refused\n" }
        return text
    }

    var json: String {
        lines.map { line in
            var json = JSONText()
            json.beginObject()
            json.member("line", line.number)
            json.member("place", optional: line.index.map { resend.mended[$0].source.description })
            switch line.outcome(resend) {
            case .sent(let coordinates):
                json.member("outcome", "sent")
                json.member("sentAs", coordinates.description)
            case .sentBefore(let coordinates):
                json.member("outcome", "sentBefore")
                json.member("sentAs", coordinates.description)
            case .sendable: json.member("outcome", "notSent")
            case .refused(let refusal):
                json.member("outcome", "refused")
                json.member("reason", refusal.reason)
                json.member("field", refusal.field)
                json.member("mend", refusal.mend)
            }
            json.endObject()
            return json.line
        }.joined()
    }
}

/// What a line says: the refused record's place, and the event that takes it.
private struct LetterLine {
    let source: Coordinates
    let value: [UInt8]
}

extension LetterLine {
    fileprivate static func read(_ line: RawSpan) -> Result<LetterLine, ResendRefusal> {
        func malformed(_ field: String, _ mend: String) -> Result<LetterLine, ResendRefusal> {
            .failure(ResendRefusal(reason: "malformedLine", field: field, mend: mend))
        }
        let data = unsafe line.withUnsafeBytes { unsafe Data($0) }
        guard let members = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            return malformed("", "give one JSON object, a line of `plainscore dead-letters show --json`")
        }
        guard let topic = RawTopic.events.first(where: { $0.name == members["topic"] as? String }) else {
            return malformed("topic", "give one of " + RawTopic.events.map(\.name).joined(separator: ", "))
        }
        guard let partition = (members["partition"] as? NSNumber).flatMap({ Int32(exactly: $0) }) else {
            return malformed("partition", "give the refused record's, a number")
        }
        guard let offset = (members["offset"] as? NSNumber).flatMap({ Int64(exactly: $0) }) else {
            return malformed("offset", "give the refused record's, a number")
        }
        let source = Coordinates(topic: topic, partition: partition, offset: offset)
        switch (members["value"] as? String, members["valueBase64"] as? String) {
        case (let text?, nil): return .success(LetterLine(source: source, value: Array(text.utf8)))
        case (nil, let text?):
            guard let bytes = Data(base64Encoded: text) else {
                return malformed("valueBase64", "write Base64 (RFC 4648)")
            }
            return .success(LetterLine(source: source, value: [UInt8](bytes)))
        case (nil, nil): return malformed("value", "give the mended event as text, or as valueBase64")
        case (.some, .some): return malformed("value", "give value or valueBase64, not both")
        }
    }
}
