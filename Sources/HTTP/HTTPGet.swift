import Glibc

extension HTTPResponse {
    /// What a server on this machine answers to a GET; waits at most 10 s for each piece of it.
    /// - Throws: `HTTPError` where nobody answers, or what comes is no HTTP.
    public init(getting path: String, from server: HTTPAddress) throws(HTTPError) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HTTPError(asking: server, errno) }
        defer { Glibc.close(descriptor) }
        guard connected(descriptor, server) else { throw HTTPError(asking: server, errno) }
        let request = Array("GET \(path) HTTP/1.1\r\nHost: \(server)\r\nConnection: close\r\n\r\n".utf8)
        let sent = unsafe request.withUnsafeBytes { bytes in
            unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == request.count else { throw HTTPError(asking: server, errno) }
        try self.init(try received(descriptor, server), server)
    }

    private init(_ bytes: [UInt8], _ server: HTTPAddress) throws(HTTPError) {
        let end = Array("\r\n\r\n".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }),
            case let head = String(decoding: bytes[..<start], as: UTF8.self).split(separator: "\r\n"),
            let first = head.first?.split(separator: " "), first.count > 1, first[0].hasPrefix("HTTP/1."),
            let status = Int(first[1])
        else { throw HTTPError(asking: server, EPROTO) }
        let type = head.first { $0.lowercased().hasPrefix("content-type: ") }?.dropFirst("content-type: ".count)
        self.init(status: status, contentType: type.map(String.init) ?? "", body: Array(bytes[(start + end.count)...]))
    }
}

private func connected(_ descriptor: Int32, _ server: HTTPAddress) -> Bool {
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = server.port.bigEndian
    unsafe inet_pton(AF_INET, server.host, &address.sin_addr)
    return unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
            unsafe connect(descriptor, general, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

/// All that comes until the server closes.
private func received(_ descriptor: Int32, _ server: HTTPAddress) throws(HTTPError) -> [UInt8] {
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = unsafe block.withUnsafeMutableBytes { bytes in
            unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw HTTPError(asking: server, errno) }
        if count == 0 { return all }
        all += block[..<count]
    }
}

extension HTTPError {
    fileprivate init(asking server: HTTPAddress, _ code: Int32) {
        self.init(description: "http://\(server): \(unsafe String(cString: strerror(code)))")
    }
}
