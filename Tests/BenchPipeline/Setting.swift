import Events
import Foundation
import Kafka
import Pipeline

/// What all measurements share: brokers, programs, and the folder that keeps what the roles write.
struct Setting {
    let bootstrap: String
    let broker: Int32
    let folder: String
    let programs: URL
    let model: String

    init(_ options: Options) throws {
        bootstrap = try options.text("bootstrap")
        broker = Int32(try options.number("broker-process"))
        folder = try options.text("folder")
        programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        model =
            URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../deploy/models/stripped.pmml").standardizedFileURL.path
    }

    func secret(_ topics: TopicNames) -> String { folder + "/\(topics.prefix)secret" }

    /// Runs `plainscore` to its end, which must be a good one.
    func plainscore(_ words: [String], _ topics: TopicNames) throws {
        let process = Process()
        process.executableURL = programs.appendingPathComponent("plainscore")
        process.arguments = words + ["--bootstrap", bootstrap, "--prefix", topics.prefix]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try journal(topics.prefix + "plainscore")
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw BenchError("plainscore \(words.joined(separator: " ")): \(folder)/\(topics.prefix)plainscore.log")
        }
    }

    /// Makes topics and secret of a pipeline.
    func create(_ topics: TopicNames, _ options: [String]) throws {
        try plainscore(["topics", "create"] + options, topics)
        try plainscore(["secret", "bind", secret(topics)], topics)
    }

    func journal(_ name: String) throws -> FileHandle {
        let path = "\(folder)/\(name).log"
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw BenchError("no file \(path)")
            }
        }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try handle.seekToEnd()
        return handle
    }
}

/// `--name value …` of the command line.
struct Options {
    private var values: [String: String] = [:]

    init(_ arguments: ArraySlice<String>) throws {
        var rest = arguments
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { throw BenchError("\(name) takes a value") }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) throws -> String {
        guard let value = values[name] else { throw BenchError("--\(name) is missing: run deploy/bench") }
        return value
    }

    func number(_ name: String) throws -> Int { try numbers(name)[0] }

    /// One, or some with commas between them.
    func numbers(_ name: String) throws -> [Int] {
        try text(name).split(separator: ",").map { word in
            guard let number = Int(word) else { throw BenchError("--\(name) takes numbers") }
            return number
        }
    }
}
