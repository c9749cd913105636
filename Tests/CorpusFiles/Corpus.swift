import Foundation

/// The corpus of bad input in `Tests/Corpus`: one file per case, `<topic>.<expected reason>.<what it is>.<form>`.
///
/// | form   | the file holds |
/// | ------ | -------------- |
/// | json   | the value, without the newline at its end |
/// | hex    | the value in hexadecimal; white space and what follows `#` in a line are left out |
/// | repeat | how often, and in hexadecimal what: for values too large to keep |
/// | null   | nothing: the value is null |
public struct CorpusCase: Sendable, CustomStringConvertible {
    /// The raw topic to which it is sent.
    public let topic: String
    /// The file's name.
    public let name: String
    /// A `RefusalReason`.
    public let expectedReason: String
    /// nil for a null value.
    public let value: [UInt8]?

    public var description: String { name }
}

public enum Corpus {
    /// All cases, by name.
    public static func cases() throws -> [CorpusCase] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Corpus")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { !$0.hasPrefix(".") }
            .sorted()
            .map { try readCase(folder.appending(path: $0)) }
    }
}

public enum CorpusError: Error {
    case name(String)
    case content(String)
}

private func readCase(_ file: URL) throws -> CorpusCase {
    let parts = file.lastPathComponent.split(separator: ".").map(String.init)
    guard parts.count == 4 else { throw CorpusError.name(file.lastPathComponent) }
    let content = [UInt8](try Data(contentsOf: file))
    let value: [UInt8]?
    switch parts[3] {
    case "json":
        value = content.last == UInt8(ascii: "\n") ? content.dropLast() : content
    case "hex":
        value = hexadecimal(String(decoding: content, as: UTF8.self))
    case "repeat":
        let words = String(decoding: content, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, let count = Int(words[0]), let unit = hexadecimal(String(words[1])) else {
            throw CorpusError.content(file.lastPathComponent)
        }
        value = Array(repeatElement(unit, count: count).joined())
    case "null" where content.isEmpty:
        return CorpusCase(topic: parts[0], name: file.lastPathComponent, expectedReason: parts[1], value: nil)
    default:
        throw CorpusError.name(file.lastPathComponent)
    }
    guard let value else { throw CorpusError.content(file.lastPathComponent) }
    return CorpusCase(topic: parts[0], name: file.lastPathComponent, expectedReason: parts[1], value: value)
}

/// nil when a digit is missing or is none.
private func hexadecimal(_ text: String) -> [UInt8]? {
    let digits = text.split(whereSeparator: \.isNewline).flatMap { $0.prefix { $0 != "#" } }.filter { !$0.isWhitespace }
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
        guard let byte = UInt8(String(digits[index...index + 1]), radix: 16) else { return nil }
        bytes.append(byte)
    }
    return bytes
}
