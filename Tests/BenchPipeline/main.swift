import Foundation

// What the whole pipeline costs on a real broker; see `deploy/bench`, which brings the broker and runs `limit`.
do {
    let arguments = CommandLine.arguments.dropFirst()
    let options = try Options(arguments.dropFirst())
    let setting = try Setting(options)
    switch arguments.first {
    case "cost":
        let lines = try String(contentsOfFile: try options.text("limit"), encoding: .utf8).split(separator: "\n")
        try CostRun(setting, try StrippedJob(file: try options.text("events")), lines.map(LimitRun.init)).run()
    default: throw BenchError("it measures `cost` alone: run deploy/bench")
    }
} catch {
    FileHandle.standardError.write(Data("bench-pipeline: \(error)\n".utf8))
    exit(1)
}
