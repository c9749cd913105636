import Glibc
import Synchronization

/// A thread that does jobs one after the other, in the order in which they were given, until it is released: then it does
/// those that are left and ends, and whoever released it waits for that.
@safe final class Worker: Sendable {
    typealias Job = @Sendable () -> Void

    private let inbox = Inbox()
    private let thread: pthread_t

    /// nil where the system gives no thread.
    init?() {
        let context = unsafe Unmanaged.passRetained(inbox)
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                let inbox = unsafe Unmanaged<Inbox>.fromOpaque(context!).takeRetainedValue()
                while let job = inbox.next() { job() }
                return nil
            }, context.toOpaque())
        guard result == 0 else {
            unsafe context.release()
            return nil
        }
        self.thread = thread
    }

    deinit {
        inbox.put(nil)
        _ = pthread_join(thread, nil)
    }

    func run(_ job: @escaping Job) { inbox.put(job) }

    /// Jobs on their way to the thread; nil is the last.
    @safe private final class Inbox: Sendable {
        private let jobs = Mutex<[Job?]>([])
        private nonisolated(unsafe) let filled = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

        init() { unsafe _ = sem_init(filled, 0, 0) }

        deinit {
            unsafe _ = sem_destroy(filled)
            unsafe filled.deallocate()
        }

        func put(_ job: Job?) {
            jobs.withLock { $0.append(job) }
            unsafe _ = sem_post(filled)
        }

        func next() -> Job? {
            while unsafe sem_wait(filled) != 0 {}  // a signal came
            return jobs.withLock { $0.removeFirst() }
        }
    }
}
