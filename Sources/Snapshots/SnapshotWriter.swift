import Synchronization

/// One snapshot that is packed, written, synced and published on a thread of its own while its payload is still being made:
/// whoever makes the payload hands over chunks and never waits for the disk.
///
/// Released before it is published, it leaves nothing. Used by one thread; the waits are those of `wait` and of release.
public final class SnapshotWriter: Sendable {
    public enum State: Sendable {
        /// Not all of it is on the disk.
        case writing
        /// On the disk, and found by no reader.
        case staged
        case published
        /// Nothing of it is left.
        case failed(SnapshotError)

        public var isStaged: Bool { if case .staged = self { true } else { false } }
        public var isPublished: Bool { if case .published = self { true } else { false } }
        public var failure: SnapshotError? { if case .failed(let error) = self { error } else { nil } }
    }

    public let offset: Int64

    private let store: SnapshotStore
    private let shared: Shared
    /// nil: everything is done at once, by the caller.
    private let worker: Worker?

    /// Where the caller does the work, or the system gives no thread, each call returns when it is done.
    ///
    /// - Parameter isAside: whether a thread of its own does the work.
    public init(
        _ store: SnapshotStore, topic: String, partition: Int32, offset: Int64, isAside: Bool = true
    ) throws(SnapshotError) {
        self.offset = offset
        self.store = store
        shared = Shared(try UnfinishedSnapshot(store.nameStaged(topic: topic, partition: partition, offset: offset)))
        worker = isAside ? Worker() : nil
    }

    deinit { shared.giveUp() }

    public var state: State { shared.progress.withLock { $0.state } }

    /// Whether as many chunks wait as may: two, so that memory is bounded when the disk is slow.
    public var isFull: Bool { shared.progress.withLock { $0.waiting >= 2 } }

    /// How many bytes a chunk should have.
    public static let chunkBytes = UnfinishedSnapshot.frameBytes

    /// Takes the next bytes of the payload.
    public func append(_ chunk: [UInt8]) {
        shared.progress.withLock { $0.waiting += 1 }
        run { shared throws(SnapshotError) in
            defer { shared.progress.withLock { $0.waiting -= 1 } }
            try shared.append(chunk)
        }
    }

    /// Says that the payload is whole: after this it becomes `staged`.
    public func finish() {
        run { shared throws(SnapshotError) in try shared.finish() }
    }

    /// Publishes it once it is staged; see `SnapshotStore.publish`.
    public func publish() {
        let store = store
        run { shared throws(SnapshotError) in try shared.publish(in: store) }
    }

    private func run(_ job: @escaping @Sendable (Shared) throws(SnapshotError) -> Void) {
        let shared = shared
        let guarded: Worker.Job = {
            do throws(SnapshotError) { try job(shared) } catch { shared.fail(error) }
        }
        if let worker { worker.run(guarded) } else { guarded() }
    }

    /// What both threads see. The file is the jobs' alone: its lock is never waited for.
    private final class Shared: Sendable {
        struct Progress {
            var state = State.writing
            var waiting = 0
            var isGivenUp = false
        }

        let progress = Mutex(Progress())
        private let file: Mutex<UnfinishedSnapshot?>
        private let staged = Mutex<StagedSnapshot?>(nil)

        init(_ file: consuming sending UnfinishedSnapshot) { self.file = Mutex(file) }

        private var isAtWork: Bool {
            progress.withLock { $0.state.failure == nil && !$0.isGivenUp }
        }

        func append(_ chunk: [UInt8]) throws(SnapshotError) {
            guard isAtWork else { return }
            try file.withLock { (file) throws(SnapshotError) in try file?.append(chunk) }
        }

        func finish() throws(SnapshotError) {
            guard isAtWork else { return }
            let done = try file.withLock { (file) throws(SnapshotError) in try file?.finish() }
            staged.withLock { $0 = done }
            progress.withLock { $0.state = .staged }
        }

        func publish(in store: SnapshotStore) throws(SnapshotError) {
            guard isAtWork, let done = staged.withLock({ $0.take() }) else { return }
            try store.publish(done)
            progress.withLock { $0.state = .published }
        }

        func fail(_ error: SnapshotError) {
            file.withLock { $0 = nil }
            progress.withLock { $0.state = .failed(error) }
        }

        /// What has begun is done, nothing else is begun.
        func giveUp() { progress.withLock { $0.isGivenUp = true } }

        deinit {
            // Staged and never published: nobody will.
            if let left = staged.withLock({ $0 }) { try? left.removeFile() }
        }
    }
}
