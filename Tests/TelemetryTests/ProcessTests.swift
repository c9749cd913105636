import Glibc
import Telemetry
import Testing

@Suite struct ProcessTests {
    @Test(arguments: [SIGTERM, SIGINT])
    func `a signal raises the flag`(number: Int32) async {
        await #expect(processExitsWith: .success) { [number = number as Int32] in
            StopSignal.install()
            #expect(!StopSignal.isRaised)
            kill(getpid(), number)
            waitForFlag()
            #expect(StopSignal.isRaised)
        }
    }

    @Test func `the second of a kind ends the process`() async {
        await #expect(processExitsWith: .signal(SIGTERM)) {
            StopSignal.install()
            kill(getpid(), SIGTERM)
            waitForFlag()
            #expect(StopSignal.isRaised)
            kill(getpid(), SIGTERM)
            while true { pause() }
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
