import Foundation
import Testing

/// The `plainscore` that was built with these tests, run as an operator would.
enum Program {
    struct Result {
        let output: String
        let errors: String
        let exitCode: Int32

        /// Without the last, empty one.
        var lines: [Substring] { output.split(separator: "\n") }
    }

    /// Runs it to its end; `input` is its standard input.
    static func run(_ arguments: [String], input: String = "", bootstrap: String? = nil) throws -> Result {
        let folder = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: folder).deletingLastPathComponent()
            .appendingPathComponent("plainscore")
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment
        environment["PLAINSCORE_BOOTSTRAP"] = bootstrap
        process.environment = environment
        // Files, not pipes: nobody has to read both at once.
        let files = try TemporaryFolder()
        let (inputPath, outputPath, errorPath) = (files.path("in"), files.path("out"), files.path("err"))
        try input.write(toFile: inputPath, atomically: false, encoding: .utf8)
        for path in [outputPath, errorPath] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: inputPath))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: outputPath))
        process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errorPath))
        try process.run()
        process.waitUntilExit()
        return Result(
            output: try String(contentsOfFile: outputPath, encoding: .utf8),
            errors: try String(contentsOfFile: errorPath, encoding: .utf8), exitCode: process.terminationStatus)
    }
}

/// A folder that goes with the last reference to it.
final class TemporaryFolder {
    private let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("plainscore-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}
