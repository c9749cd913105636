import Foundation
import TestBroker
import Testing

/// One of this package's executables with its options, as a file of deploy/ starts it.
struct ProgramLine {
    let program: String
    /// `--name` or `--name=value`, and values.
    let words: [String]

    /// Holds each option to the program's own `--help`; `place` says where it stands.
    func check(_ place: String) throws {
        let path = try Program.folder().appendingPathComponent(program).path
        let help = try Shell.expect(path, "--help")
        for word in words where word.hasPrefix("--") {
            let option = word.prefix { $0 != "=" }
            #expect(help.contains("\n  \(option) "), "\(place): \(program) takes no \(option)")
        }
    }

    /// What each program is started with in every deployment.
    func checkComplete(_ place: String) {
        let options = Set(words.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) })
        let own: Set<String> =
            switch program {
            case "aggregator": ["--model", "--state"]
            case "publisher": ["--model"]
            default: ["--secret"]
            }
        let all: Set<String> = ["--instance", "--http", "--prefix", "--kafka-config"]
        #expect(options == all.union(own), "\(place)")
    }
}

let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    .standardizedFileURL

/// Of `deploy`.
func path(_ name: String) -> String { root.appendingPathComponent("deploy/\(name)").path }

func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

/// The executables that are roles.
func roles() throws -> Set<String> {
    let executables = root.appendingPathComponent("Sources/Executables").path
    return Set(try FileManager.default.contentsOfDirectory(atPath: executables)).subtracting(["plainscore"])
}

/// The text once more with one place altered, so that a check can be seen to fail.
func spoilt(_ text: String, _ old: String, _ new: String) throws -> String {
    try #require(text.contains(old))
    return text.replacing(old, with: new, maxReplacements: 1)
}
