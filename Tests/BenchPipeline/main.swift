import Foundation

// What the whole pipeline costs on a real broker; see `deploy/bench`, which brings the broker and runs `limit`.
// Whoever ends it ends its roles.
let endings = [SIGTERM, SIGINT].map { number in
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler {
        RunningRoles.killAll()
        exit(128 + number)
    }
    source.resume()
    return source
}
do {
    let arguments = CommandLine.arguments.dropFirst()
    let options = try Options(arguments.dropFirst())
    let setting = try Setting(options)
    switch arguments.first {
    case "cost":
        let lines = try String(contentsOfFile: try options.text("limit"), encoding: .utf8).split(separator: "\n")
        try CostRun(setting, try StrippedJob(file: try options.text("events")), lines.map(LimitRun.init)).run()
    case "latency":
        let job = try StrippedJob(file: try options.text("events"))
        try LatencyRun(
            setting, job, rates: try options.numbers("rates"), seconds: try options.number("seconds")
        ).run()
    case "recovery": try RecoveryRun(setting, try StrippedJob(file: try options.text("events"))).run()
    default: throw BenchError("it measures `cost`, `latency` and `recovery`: run deploy/bench")
    }
} catch {
    FileHandle.standardError.write(Data("bench-pipeline: \(error)\n".utf8))
    exit(1)
}
