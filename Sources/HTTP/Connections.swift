internal import CMicroHTTPD
import Glibc

/// The connections of a server: no client, however slow, keeps a place that another one needs.
///
/// - A request has `requestMilliseconds` from the connection's beginning, or from the end of the request before it, to the end
///   of its answer. Then the connection is ended, whatever still comes in.
/// - Where an address has more than `perAddressMax` connections, or all together more than `allMax`, the oldest one ends: the
///   newcomer may be the probe. The library takes more than `allMax`, so that the newcomer gets in.
///
/// Belongs to the server's thread, on which the library calls it. Complexity: linear in the connections, which are few.
@safe final class Connections {
    /// From beginning to end of a request with its answer, ms.
    private let requestMilliseconds: Int64
    static let perAddressMax = 16
    /// Leaves a round of newcomers room below `plainscore_http_connections_max`.
    static let allMax = 40

    private struct Open {
        /// The library's handle as a number: a name, never followed.
        let connection: UInt
        let descriptor: Int32
        /// IPv4, in network order.
        let address: UInt32
        /// Since when the request that is under way may have been, monotonic ms.
        var since: Int64
        /// Shut down, and not yet gone.
        var isEnded = false
    }

    /// In the order in which they began.
    private var open: [Open] = []

    init(requestMilliseconds: Int64) { self.requestMilliseconds = requestMilliseconds }

    func began(_ connection: OpaquePointer, now: Int64) {
        let descriptor = unsafe plainscore_http_descriptor(connection)
        guard descriptor >= 0 else { return }
        let address = unsafe Self.address(plainscore_http_client(connection)) ?? 0
        open.append(
            Open(connection: UInt(bitPattern: connection), descriptor: descriptor, address: address, since: now))
        if open.count(where: { !$0.isEnded && $0.address == address }) > Self.perAddressMax {
            endOldest { $0.address == address }
        }
        if open.count(where: { !$0.isEnded }) > Self.allMax { endOldest { _ in true } }
    }

    /// A request has been answered, or given up.
    func completed(_ connection: OpaquePointer, now: Int64) {
        for index in open.indices where open[index].connection == UInt(bitPattern: connection) {
            open[index].since = now
        }
    }

    /// The library is about to close its descriptor.
    func closed(_ connection: OpaquePointer) { open.removeAll { $0.connection == UInt(bitPattern: connection) } }

    /// Ends those whose request has had its time.
    func endOverdue(now: Int64) {
        for index in open.indices where now - open[index].since > requestMilliseconds {
            end(index)
        }
    }

    private func endOldest(where isOne: (Open) -> Bool) {
        for index in open.indices where !open[index].isEnded && isOne(open[index]) { return end(index) }
    }

    /// The library sees that nothing comes any more, and closes.
    private func end(_ index: Int) {
        guard !open[index].isEnded else { return }
        open[index].isEnded = true
        shutdown(open[index].descriptor, Int32(SHUT_RDWR))
    }

    private static func address(_ address: UnsafePointer<sockaddr>?) -> UInt32? {
        guard let address = unsafe address, unsafe address.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
        return unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
            unsafe $0.pointee.sin_addr.s_addr
        }
    }
}
