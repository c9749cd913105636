import Glibc

/// Where one broker listens, and what language it speaks there.
struct BrokerAddress: Equatable {
    enum Language { case tls, plain }

    /// How long the broker may take for an answer, ms.
    private static let answerMilliseconds: Int32 = 2_000

    let host: String
    let port: String

    /// Of a text of librdkafka's about a broker: `ssl://localhost:9092/bootstrap: …`, with or without the protocol.
    init?(in text: String) {
        var rest = Substring(text)
        if let protocolEnd = rest.firstRange(of: "://") { rest = rest[protocolEnd.upperBound...] }
        guard let slash = rest.firstIndex(of: "/"), let colon = rest[..<slash].lastIndex(of: ":") else { return nil }
        host = String(rest[..<colon].drop { $0 == "[" }.prefix { $0 != "]" })
        port = String(rest[rest.index(after: colon)..<slash])
        if host.isEmpty || UInt16(port) == nil { return nil }
    }

    /// Opens a connection and greets in that language; whether the answer is in it. False where none comes within 2 s.
    func speaks(_ language: Language) -> Bool {
        switch language {
        case .tls:
            // A handshake or an alert: one byte says so.
            [0x15, 0x16].contains(answer(to: Self.tlsGreeting, count: 1)?.first)
        case .plain:
            // Length, then the number that the request bore.
            answer(to: Self.plainGreeting, count: 8)?.suffix(4) == [0, 0, 0, 1]
        }
    }

    /// The first `count` bytes that come back; nil where they do not.
    private func answer(to greeting: [UInt8], count: Int) -> [UInt8]? {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, port, &hints, &found) == 0 else { return nil }
        defer { unsafe freeaddrinfo(found) }
        var next = unsafe found
        while let address = unsafe next {
            if let answer = unsafe answer(of: address.pointee, to: greeting, count: count) { return answer }
            unsafe next = address.pointee.ai_next
        }
        return nil
    }

    private func answer(of address: addrinfo, to greeting: [UInt8], count: Int) -> [UInt8]? {
        let descriptor = unsafe socket(
            address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), address.ai_protocol)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var patience = timeval(tv_sec: Int(Self.answerMilliseconds) / 1000, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        // The time-out for sending holds for the connect, too.
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        guard unsafe connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 else { return nil }
        let sent = unsafe greeting.withUnsafeBytes {
            unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard sent == greeting.count else { return nil }
        var answer = [UInt8](repeating: 0, count: count)
        let received = unsafe answer.withUnsafeMutableBytes {
            unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_WAITALL))
        }
        return received == count ? answer : nil
    }

    /// Kafka's ApiVersions in its version 0, request number 1 of a client without a name.
    private static let plainGreeting: [UInt8] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF]

    /// A ClientHello of TLS 1.2.
    private static let tlsGreeting: [UInt8] = {
        let ciphers: [UInt8] = [0xC0, 0x2F, 0xC0, 0x30, 0xC0, 0x2B, 0xC0, 0x2C, 0x00, 0x9C, 0x00, 0x2F]
        let groups: [UInt8] = [0, 10, 0, 6, 0, 4, 0, 23, 0, 24]
        let signatures: [UInt8] = [0, 13, 0, 10, 0, 8, 4, 3, 8, 4, 4, 1, 5, 1]
        let extensions = groups + signatures
        let random = [UInt8](repeating: 0x50, count: 32)
        let noSession: [UInt8] = [0]
        let noCompression: [UInt8] = [1, 0]
        let hello =
            [3, 3] + random + noSession + [0, UInt8(ciphers.count)] + ciphers + noCompression
            + [0, UInt8(extensions.count)] + extensions
        return [0x16, 3, 1, 0, UInt8(hello.count + 4), 1, 0, 0, UInt8(hello.count)] + hello
    }()
}
