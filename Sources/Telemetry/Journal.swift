import Glibc

/// What a process says of itself: one line of JSON per entry, on standard error.
///
/// ```
/// {"time":"2026-11-24T22:30:00.123Z","level":"info","role":"aggregator","instance":"a-1","event":"assigned","partitions":4}
/// ```
///
/// Each line is one `write`, so up to 4,096 bytes are never mixed with another process's on a pipe. Not for the hot
/// path: an entry costs a system call. Nothing that tells one person from another belongs in it.
public struct Journal: Sendable {
    public let role: String
    public let instance: String
    private let descriptor: Int32

    /// `descriptor` is an open file that the caller keeps open.
    public init(role: String, instance: String, descriptor: Int32 = STDERR_FILENO) {
        self.role = role
        self.instance = instance
        self.descriptor = descriptor
    }

    /// What happens in the course of things.
    public func info(_ event: JournalEvent, _ fields: KeyValuePairs<String, JournalValue> = [:]) {
        write(.info, event, fields)
    }

    /// What an operator should look at; the process goes on.
    public func warning(_ event: JournalEvent, _ fields: KeyValuePairs<String, JournalValue> = [:]) {
        write(.warning, event, fields)
    }

    /// What ends the process or stops a partition.
    public func error(_ event: JournalEvent, _ fields: KeyValuePairs<String, JournalValue> = [:]) {
        write(.error, event, fields)
    }

    /// The names that every entry has; a field of an entry bears none of them.
    public static let reservedNames = ["time", "level", "role", "instance", "event"]

    private enum Level: String {
        case info, warning, error
    }

    private func write(_ level: Level, _ event: JournalEvent, _ fields: KeyValuePairs<String, JournalValue>) {
        var line = "{\"time\":\"\(utcText(milliseconds: wallMilliseconds()))\",\"level\":\"\(level.rawValue)\""
        line += ",\"role\":\(JournalValue.text(role).json),\"instance\":\(JournalValue.text(instance).json)"
        line += ",\"event\":\"\(event.rawValue)\""
        for (name, value) in fields {
            assert(!Self.reservedNames.contains(name), "\(name) is reserved")
            line += ",\(JournalValue.text(name).json):\(value.json)"
        }
        line += "}\n"
        write(Array(line.utf8))
    }

    /// A reader that went away is no reason to stop: what cannot be written is lost.
    private func write(_ line: [UInt8]) {
        var written = 0
        while written < line.count {
            let count = unsafe line.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written)
            }
            if count < 0 && errno != EINTR { return }
            written += max(count, 0)
        }
    }
}

/// A value of a journal entry's field.
public struct JournalValue: Sendable {
    /// As it stands in the line.
    let json: String

    /// Written in full; readers that take JSON numbers for doubles are exact up to 2⁵³.
    public static func int(_ value: some BinaryInteger) -> JournalValue { JournalValue(json: String(value)) }

    public static func flag(_ value: Bool) -> JournalValue { JournalValue(json: value ? "true" : "false") }

    public static func text(_ value: String) -> JournalValue { JournalValue(json: quoted(value)) }

    public static func ints(_ values: [some BinaryInteger]) -> JournalValue {
        JournalValue(json: "[\(values.map { String($0) }.joined(separator: ","))]")
    }
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\u{0}"..."\u{1F}":
            result += scalar.value < 0x10 ? "\\u000" : "\\u00"
            result += String(scalar.value, radix: 16)
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
