import Foundation
import Testing

/// The executables that were built with these tests.
public enum Program {
    public struct Result {
        public let output: String
        public let errors: String
        public let exitCode: Int32

        /// Without the last, empty one.
        public var lines: [Substring] { output.split(separator: "\n") }
    }

    /// The folder of the executables: where the tests' own program lies.
    public static func folder() throws -> URL {
        URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent()
    }

    /// Runs `plainscore` to its end; `input` is its standard input.
    public static func run(_ arguments: [String], input: String = "", bootstrap: String? = nil) throws -> Result {
        let process = Process()
        process.executableURL = try folder().appendingPathComponent("plainscore")
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
public final class TemporaryFolder {
    private let url: URL

    public init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("plainscore-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    public func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    /// Such as `0o600`.
    public func permissions(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path(name))[.posixPermissions] as? Int
    }
}
