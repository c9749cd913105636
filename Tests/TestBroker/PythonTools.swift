import Foundation

/// A Python with packages from PyPI: a virtual environment under .build, made once and kept for later runs.
public struct PythonTools: Sendable {
    /// The interpreter.
    public let path: String
    /// A folder with the Protobuf classes of schemas/, for PYTHONPATH.
    public let classes: String

    /// What the examples and the checks of schemas/ and deploy/ need; nil where there is no Python or PyPI does not answer.
    public static let shared: PythonTools? = try? make()
    public static let missing: String =
        "no python3 with venv, or PyPI does not answer: nothing was tested with confluent-kafka, protobuf, jsonschema"

    private static let checks = [
        "confluent-kafka[schemaregistry,json,protobuf]>=2.11", "jsonschema", "pyyaml", "asyncapi3==0.0.2",
        "kubernetes-validate==1.37.0", "check-jsonschema==0.39.0",
    ]

    private static func make() throws -> PythonTools {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../..").standardizedFileURL
        let requirements = root.appendingPathComponent("deploy/examples/requirements.txt").path
        let folder = root.appendingPathComponent(".build/python-tools").path
        // One process after the other, since deploy/test runs two.
        let lock = unsafe open(folder + ".lock", O_CREAT | O_WRONLY | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX) == 0 else { throw Shell.Failure(description: "\(folder).lock: \(errno)") }
        defer { close(lock) }
        let tools = PythonTools(path: folder + "/bin/python", classes: folder + "/classes")
        // Installing what is there already takes a second, and asks nobody.
        if !FileManager.default.fileExists(atPath: tools.path) {
            try Shell.expect("python3", "-m", "venv", folder)
        }
        try Shell.expect(
            ["timeout", "240", tools.path, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]
                + [requirements] + checks)
        try FileManager.default.createDirectory(atPath: tools.classes, withIntermediateDirectories: true)
        let schemas = root.appendingPathComponent("schemas").path
        try Shell.expect(
            tools.path, "-m", "grpc_tools.protoc", "-I", schemas, "--python_out=" + tools.classes,
            schemas + "/plainscore/v1/event.proto", schemas + "/plainscore/v1/score_change.proto")
        return tools
    }
}

/// Any program, found on PATH.
public enum Shell {
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Whether there is a program of that name.
    public static func has(_ program: String) -> Bool { (try? expect("which", program)) != nil }

    /// Runs it to its end and returns standard output and standard error as they came; throws where the exit code is not 0.
    @discardableResult
    public static func expect(_ words: String..., environment: [String: String] = [:]) throws -> String {
        try expect(words, environment: environment)
    }

    @discardableResult
    public static func expect(_ words: [String], environment: [String: String] = [:]) throws -> String {
        let process = process(words, environment)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")): exit \(process.terminationStatus)\n\(text)")
        }
        return text
    }

    /// The same, not yet started.
    public static func process(_ words: [String], _ environment: [String: String] = [:]) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }
}
