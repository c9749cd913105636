import Glibc
import Telemetry
import Testing

@Suite struct ProcessTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal raises the flag`(number: Int32) async {
        await #expect(processExitsWith: .success) { [number = number as Int32] in
            StopSignal.install(within: 60) { ExitCode.failure.exit() }
            #expect(!StopSignal.isRaised)
            kill(getpid(), number)
            waitForFlag()
            #expect(StopSignal.isRaised)
        }
    }

    @Test func `the second of a kind ends the process`() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            StopSignal.install(within: 60) { ExitCode.failure.exit() }
            kill(getpid(), SIGTERM)
            waitForFlag()
            #expect(StopSignal.isRaised)
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
    }

    @Test func `a process that does not come to its end is ended`() async {
        await #expect(processExitsWith: .exitCode(13)) {
            StopSignal.install(within: 1) { ExitCode.brokenInvariant.exit() }
            kill(getpid(), SIGTERM)
            while true { pause() }
        }
    }

    @Test func `a process may go on for longer where it has said so`() async {
        await #expect(processExitsWith: .success) {
            StopSignal.install(within: 0) { ExitCode.brokenInvariant.exit() }
            StopSignal.allow(seconds: 60)
            kill(getpid(), SIGTERM)
            waitForFlag()
            // Without leave it would be ended within this time.
            let end = monotonicMilliseconds() + 500
            while monotonicMilliseconds() < end { sched_yield() }
        }
    }

    @Test(
        arguments: [
            (.success, 0, false), (.failure, 1, true), (.usage, 2, false), (.configuration, 10, false),
            (.wrongSecret, 11, false), (.wrongModel, 12, false), (.brokenInvariant, 13, false),
            (.stateFolder, 14, false),
        ] as [(ExitCode, Int32, Bool)])
    func `codes are a contract with whoever restarts`(code: ExitCode, number: Int32, isWorthRestart: Bool) {
        #expect(code.rawValue == number)
        #expect(code.isWorthRestart == isWorthRestart)
    }

    @Test func `a process ends with its code`() async {
        await #expect(processExitsWith: .exitCode(13)) { ExitCode.brokenInvariant.exit() }
    }
}

/// The tests' own threads block signals, so the main thread takes them, a moment later.
private func waitForFlag() {
    let deadline = monotonicMilliseconds() + 10_000
    while !StopSignal.isRaised && monotonicMilliseconds() < deadline { sched_yield() }
}
