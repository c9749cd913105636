import Log
import Telemetry

/// From now on Ctrl-C is a wish that the command comes to an end by itself, for which it has so long: a broker that does
/// not answer holds nobody.
func stopAtSignal(within seconds: Int = 20) {
    StopSignal.install(within: seconds) {
        printError("plainscore: not at its end \(seconds) s after it was told to stop: does the broker answer?")
        ExitCode.failure.exit()
    }
}

/// What follows a cluster goes on while no broker answers, says so once, and says once that one answers again.
struct Outage {
    private var isOn = false

    /// What `ask` returns; nil where no broker answers.
    /// - Throws: any other error of `ask`.
    mutating func outlasting<Answer>(_ ask: () throws -> Answer) throws -> Answer? {
        do {
            let answer = try ask()
            if isOn { printError("plainscore: a broker answers again") }
            isOn = false
            return answer
        } catch let error as LogError where error.kind == .unavailable {
            if !isOn { printError("plainscore: \(error); waiting for an answer") }
            isOn = true
            return nil
        }
    }
}
