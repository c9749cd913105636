import Glibc
import Synchronization

/// The wish that this process stop, as SIGTERM or SIGINT expresses it, and its end where it does not stop in time.
public enum StopSignal {
    /// From now on the first SIGTERM and the first SIGINT set the flag; a second of the same kind ends the process at
    /// once, which it survives as it survives any crash. Also ignores SIGPIPE: a reader that goes away stops nothing.
    ///
    /// - Parameters:
    ///   - seconds: how long the process may go on after the first signal, whatever a library is waiting for.
    ///   - overrun: called on a thread of its own when they are over; says what must be said, and ends the process.
    public static func install(within seconds: Int, overrun: @escaping @Sendable () -> Never) {
        _ = raised.load(ordering: .relaxed)  // initialised here, not within a signal
        bound.store(Int64(seconds) * 1000, ordering: .relaxed)
        unsafe _ = sem_init(signals, 0, 0)
        watch(overrun)
        for number in [SIGTERM, SIGINT] {
            var action = sigaction()
            unsafe action.__sigaction_handler.sa_handler = { _ in
                raised.store(true, ordering: .relaxed)
                unsafe _ = sem_post(signals)
            }
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

    /// From now on the process may go on for so long after the first signal: for work of its own that is worth it.
    public static func allow(seconds: Int) { bound.store(Int64(seconds) * 1000, ordering: .relaxed) }

    private static func watch(_ overrun: @escaping @Sendable () -> Never) {
        let context = unsafe Unmanaged.passRetained(Overrun(overrun))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                let overrun = unsafe Unmanaged<Overrun>.fromOpaque(context!).takeRetainedValue()
                while unsafe sem_wait(signals) != 0 {}  // another signal came
                let raisedAt = monotonicMilliseconds()
                while monotonicMilliseconds() - raisedAt < bound.load(ordering: .relaxed) { usleep(50_000) }
                overrun.end()
            }, context.toOpaque())
        precondition(result == 0, "a process that begins has room for a thread")
        pthread_detach(thread)
    }

    private final class Overrun: Sendable {
        let end: @Sendable () -> Never

        init(_ end: @escaping @Sendable () -> Never) { self.end = end }
    }
}

private let raised = Atomic<Bool>(false)
/// ms.
private let bound = Atomic<Int64>(0)
/// One post each; a signal's handler may do that and little else.
private nonisolated(unsafe) let signals = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
