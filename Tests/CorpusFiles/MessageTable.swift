import Foundation

/// What was put in, and each message that it leads to: a block of a file in `Tests/Messages`. The input stands in the first
/// line, then come the messages, each after two blanks. Blocks end with an empty line; `#` begins a comment.
///
/// An input is itself, or `null:`, `hex: 7b 7d`, or `repeat: 3 7b 7d` for bytes that come three times.
public struct MessageCase: Sendable, CustomStringConvertible {
    /// What stands before `> ` in the first line; empty without that.
    public let place: String
    /// As the file has it.
    public let text: String
    public let messages: [String]

    public var description: String { text }

    /// The input's bytes; nil for null.
    public var bytes: [UInt8]? {
        if text == "null:" { return nil }
        if text.hasPrefix("hex:") { return Self.hexadecimal(text.dropFirst(4)) }
        if text.hasPrefix("repeat:") {
            let words = text.dropFirst(7).split(separator: " ", maxSplits: 1)
            return Array(repeatElement(Self.hexadecimal(words[1]), count: Int(words[0])!).joined())
        }
        return Array(text.utf8)
    }

    private static func hexadecimal(_ text: Substring) -> [UInt8] {
        text.split(separator: " ").map { UInt8($0, radix: 16)! }
    }
}

public enum MessageTable {
    /// The blocks of one file of `Tests/Messages`.
    public static func read(_ name: String) throws -> [MessageCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Messages")
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        return text.split(separator: "\n\n").compactMap { block in
            let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
            guard let first = lines.first else { return nil }
            let place = first.firstRange(of: "> ").map { first[..<$0.lowerBound] }
            let isPlace = place?.allSatisfy { $0.isLetter || $0 == " " } ?? false
            return MessageCase(
                place: isPlace ? String(place!) : "",
                text: String(isPlace ? first[place!.endIndex...].dropFirst(2) : first),
                messages: lines.dropFirst().map { String($0.dropFirst(2)) })
        }
    }
}
