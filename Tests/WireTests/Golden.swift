import Events
import Foundation

/// The golden examples of `schemas/golden`.
enum Golden {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "schemas/golden")

    /// Without the newline at its end.
    static func json(_ type: EventType) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: "\(type.name).json")).dropLast())
    }

    static func protobuf(_ type: EventType) throws -> [UInt8] {
        let text = try String(contentsOf: folder.appending(path: "\(type.name).protobuf.hex"), encoding: .utf8)
        return bytes(text)
    }

    /// Hexadecimal digits, with white space anywhere.
    static func bytes(_ text: String) -> [UInt8] {
        let digits = Array(text.filter { !$0.isWhitespace })
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
    }
}
