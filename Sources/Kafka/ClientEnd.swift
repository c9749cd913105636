internal import CRDKafka
import Glibc
import Synchronization

/// The end of a client, which nobody waits for without a bound.
///
/// librdkafka waits for its own threads when it destroys a client, and 2.0.2 does so for ever where a request is left that
/// a broker neither answers nor refuses. So a thread of its own destroys it; whoever let go of the client goes on after 3 s
/// at most, and the rest is left to the end of the process.
@safe final class ClientEnd: Sendable {
    private static let milliseconds = 3_000
    private static let lookMicroseconds: UInt32 = 1_000

    private nonisolated(unsafe) let handle: OpaquePointer
    /// librdkafka may call back until it has ended.
    private nonisolated(unsafe) let callbacks: CallbackRecord
    private let isDone = Atomic<Bool>(false)

    init(_ handle: OpaquePointer, _ callbacks: CallbackRecord) {
        unsafe self.handle = unsafe handle
        unsafe self.callbacks = callbacks
    }

    /// Destroys the client.
    func come() {
        let context = unsafe Unmanaged.passRetained(self)
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<ClientEnd>.fromOpaque(context!).takeRetainedValue().destroy()
                return nil
            }, context.toOpaque())
        guard result == 0 else { return unsafe context.takeRetainedValue().destroy() }
        pthread_detach(thread)
        let deadline = Deadline(milliseconds: Self.milliseconds)
        while !isDone.load(ordering: .acquiring), !deadline.hasPassed { usleep(Self.lookMicroseconds) }
    }

    private func destroy() {
        // A group's consumer is closed by its reader, with a bound; here nothing is waited for.
        unsafe rd_kafka_destroy_flags(handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)
        isDone.store(true, ordering: .releasing)
    }
}
