import Glibc
import Synchronization

/// The wish that this process stop, as SIGTERM or SIGINT expresses it.
public enum StopSignal {
    /// From now on the first SIGTERM and the first SIGINT set the flag; a second of the same kind ends the process at
    /// once, which it survives as it survives any crash. Also ignores SIGPIPE: a reader that goes away stops nothing.
    public static func install() {
        _ = raised.load(ordering: .relaxed)  // initialised here, not within a signal
        for number in [SIGTERM, SIGINT] {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { _ in raised.store(true, ordering: .relaxed) }
            action.sa_flags = SA_RESTART | Int32(bitPattern: UInt32(SA_RESETHAND))
            let result = unsafe sigaction(number, &action, nil)
            precondition(result == 0, "a handler for SIGTERM and SIGINT is always allowed")
        }
        // Whoever started this process may have had them blocked, and a mask is inherited.
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for number in [SIGTERM, SIGINT] { unsafe sigaddset(&wanted, number) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Whether the process has been asked to stop. About 1 ns; from any thread.
    public static var isRaised: Bool { raised.load(ordering: .relaxed) }
}

private let raised = Atomic<Bool>(false)
