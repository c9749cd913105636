import Commands
import Events
import Pipeline
import Telemetry
import Wire

/// `plainscore clock accept`: the operator says that a jump of the clock is real.
extension Command {
    static var clockAccept: Command {
        Command(
            path: ["clock", "accept"],
            summary: "Say that it is as late as the ticks of a live timeline say, after a jump that is real.",
            options: [
                .value(
                    "time", "TIME", "the time up to which ticks are followed, as 2027-03-01T12:00:00Z (default: now)"),
                .flag("json", "one JSON (schemas/explanation.md)"),
            ],
            notes: """
                A tick that is more than half an hour ahead of all stamps before it is not followed, since a broker's clock may be
                wrong: nothing expires and nothing rolls off until stamps, or three events dated about that time, lead there.
                After a time in which the whole system stood, this command is the third way. It looks at this machine's clock;
                compare it with another one first. The word is a record of the log, so a replay follows it as well.
                """,
            run: runClockAccept)
    }
}

private func runClockAccept(_ arguments: Arguments) throws -> Int32 {
    let now = wallMilliseconds()
    let time = try arguments.time("time") ?? now
    guard time <= now + Timestamp.dayMilliseconds else {
        throw UsageError(
            "--time \(Timestamp.text(time)) is more than a day ahead of this machine's clock, \(Timestamp.text(now)): "
                + "accept no time that is still to come", arguments.command)
    }
    let cluster = try Cluster(arguments)
    try acceptClock(cluster.log(), names: cluster.names, upTo: time)
    if arguments.flag("json") {
        var json = JSONText()
        json.beginObject()
        json.member("accepted", Timestamp.text(time))
        json.endObject()
        print(json.line, terminator: "")
    } else {
        print("ticks up to \(Timestamp.text(time)) are followed, once the consents consumer has carried this word over")
        print("watch it: plainscore lag --until-zero, then plainscore status")
    }
    return ExitCode.success.rawValue
}
