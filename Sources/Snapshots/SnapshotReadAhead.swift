import Synchronization

/// Snapshots that are read and unpacked one after the other, each on a thread of its own while the caller makes something of
/// the one before. Memory: the payload that was handed out, and the next.
public struct SnapshotReadAhead {
    private let store: SnapshotStore
    /// Those to come.
    private var rest: ArraySlice<SnapshotReference>
    private var underWay: Reading?

    /// Begins with the first.
    ///
    /// - Parameters:
    ///   - references: in the order in which they will be asked for, as a rule.
    ///   - isAside: whether threads do the work; else each is read when it is asked for.
    public init(_ store: SnapshotStore, _ references: [SnapshotReference], isAside: Bool = true) {
        self.store = store
        rest = isAside ? references[...] : []
        begin()
    }

    /// The same as `SnapshotStore.read`, also of one that was not announced.
    public mutating func read(_ reference: SnapshotReference) throws(SnapshotError) -> [UInt8] {
        guard let reading = underWay, reading.reference == reference else { return try store.read(reference) }
        underWay = nil
        let result = reading.wait()
        begin()
        return try result.get()
    }

    private mutating func begin() {
        underWay = rest.popFirst().map { Reading($0, in: store) }
    }

    private final class Reading {
        typealias Outcome = Result<[UInt8], SnapshotError>

        let reference: SnapshotReference
        private let outcome = Shared()
        private var worker: Worker?

        private final class Shared: Sendable { let value = Mutex<Outcome?>(nil) }

        init(_ reference: SnapshotReference, in store: SnapshotStore) {
            self.reference = reference
            worker = Worker()
            let outcome = outcome
            let job: Worker.Job = {
                let read: Outcome
                do throws(SnapshotError) { read = .success(try store.read(reference)) } catch { read = .failure(error) }
                outcome.value.withLock { $0 = read }
            }
            if let worker { worker.run(job) } else { job() }  // the system gave no thread
        }

        func wait() -> Outcome {
            worker = nil  // whoever releases it waits for its job
            return outcome.value.withLock { $0.take()! }
        }
    }
}
