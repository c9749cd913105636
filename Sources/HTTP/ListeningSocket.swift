import Glibc

/// A TCP socket that listens; closed with it, unless it has been given away.
struct ListeningSocket: ~Copyable {
    private var descriptor: Int32
    /// With the port that the system has chosen where none was asked for.
    let address: HTTPAddress

    /// Connections that may wait to be accepted.
    private static let backlog: Int32 = 32

    init(_ wanted: HTTPAddress) throws(HTTPError) {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { throw HTTPError(wanted, errno) }
        do throws(HTTPError) {
            address = try Self.listen(opened, wanted)
        } catch {
            Glibc.close(opened)
            throw error
        }
        descriptor = opened
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// The descriptor, whose owner the caller is from now on.
    consuming func give() -> Int32 {
        let given = descriptor
        descriptor = -1
        return given
    }

    private static func listen(_ descriptor: Int32, _ wanted: HTTPAddress) throws(HTTPError) -> HTTPAddress {
        // A port whose last owner has just ended is free.
        var yes: Int32 = 1
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.port.bigEndian
        unsafe inet_pton(AF_INET, wanted.host, &address.sin_addr)
        let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                var length = length
                guard unsafe bind(descriptor, general, length) == 0, Glibc.listen(descriptor, backlog) == 0 else {
                    return false
                }
                return unsafe getsockname(descriptor, general, &length) == 0
            }
        }
        guard bound, let got = HTTPAddress(host: wanted.host, port: UInt16(bigEndian: address.sin_port)) else {
            throw HTTPError(wanted, errno)
        }
        return got
    }
}

/// The address cannot be served, or nobody answers there.
public struct HTTPError: Error, CustomStringConvertible {
    public let description: String

    init(description: String) { self.description = description }

    init(_ address: HTTPAddress, _ code: Int32) {
        let reason = unsafe String(cString: strerror(code))
        description = "--http \(address): \(reason): name a free port of this machine, or 0"
    }
}
