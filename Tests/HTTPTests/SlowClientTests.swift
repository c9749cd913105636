import Foundation
import Glibc
import HTTP
import Testing

/// Clients that take their time, or all places, keep the probe out at no moment.
@Suite(.serialized) struct SlowClientTests {
    /// Instead of 10 s: all else is as it is served.
    private static let requestMilliseconds: Int64 = 1_500

    private func server() throws -> HTTPServer {
        try HTTPServer(try #require(HTTPAddress("0")), requestMilliseconds: Self.requestMilliseconds) { request in
            request.path == "/large"
                ? HTTPResponse(contentType: "text/plain", body: Array(repeating: 0x61, count: 16 << 20))
                : HTTPResponse("healthy")
        }
    }

    /// How each client begins, and what it does from then on.
    enum Slowness: CaseIterable {
        case silent, dripping, halfHeaders, bodyWithoutEnd, neverReading
    }

    @Test(arguments: Slowness.allCases)
    func `of 64 slow clients none keeps the probe out, and none has its place for longer than its time`(
        _ slowness: Slowness
    ) throws {
        let server = try server()
        let began = Date()
        var clients = try (0..<64).map { _ in try SlowClient(server.address, slowness) }
        // A kubelet gives a probe 5 s; here one second must do, from the first moment until the clients' time is over.
        var probes = 0
        while Date().timeIntervalSince(began) < 2 {
            let asked = Date()
            #expect(try HTTPResponse(getting: "/healthz", from: server.address).status == 200, "probe \(probes)")
            #expect(Date().timeIntervalSince(asked) < 1, "\(slowness): probe \(probes)")
            probes += 1
            for client in clients { client.drip() }
        }
        #expect(probes > 10)
        // Their time is over: each has been ended by the server.
        let stillOpen = clients.filter { !$0.hasEnded(within: 3) }
        #expect(stillOpen.isEmpty, "\(slowness): \(stillOpen.count) are still connected")
        clients = []
    }

    @Test func `a client that comes again at once whenever it is ended leaves the probe its place`() throws {
        let server = try server()
        var clients: [SlowClient] = []
        let end = Date(timeIntervalSinceNow: 3)
        while Date() < end {
            while clients.count < 64 { clients.append(try SlowClient(server.address, .halfHeaders)) }
            let asked = Date()
            #expect(try HTTPResponse(getting: "/healthz", from: server.address).status == 200)
            #expect(Date().timeIntervalSince(asked) < 1)
            clients.removeAll { $0.hasEnded(within: 0) }
        }
    }

    @Test func `a connection that is used again has its time anew for each request`() throws {
        let server = try server()
        let client = try SlowClient(server.address, .silent)
        // 4 s of one connection, with a request every 0.5 s: longer than one request may take.
        let began = Date()
        while Date().timeIntervalSince(began) < 4 {
            #expect(client.ask("/healthz"), "after \(Date().timeIntervalSince(began)) s")
            #expect(!client.hasEnded(within: 0.5))
        }
    }
}

/// A connection of its own, closed with its last reference.
private final class SlowClient {
    private let descriptor: Int32
    private let slowness: SlowClientTests.Slowness
    private var dripped = Date()

    init(_ server: HTTPAddress, _ slowness: SlowClientTests.Slowness) throws {
        self.slowness = slowness
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        unsafe inet_pton(AF_INET, server.host, &address.sin_addr)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                unsafe connect(descriptor, general, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(code == 0, "\(errno)")
        switch slowness {
        case .silent: break
        case .dripping, .halfHeaders: send("GET /metrics HTTP/1.1\r\nHost: x\r\nA: ")
        case .bodyWithoutEnd: send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
        case .neverReading: send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        }
    }

    deinit { close(descriptor) }

    /// A byte every 0.2 s, which keeps any time-out of silence from ending it.
    func drip() {
        guard slowness == .dripping || slowness == .bodyWithoutEnd, Date().timeIntervalSince(dripped) > 0.2 else {
            return
        }
        dripped = Date()
        send("a")
    }

    /// Whether the server has ended the connection, waiting so long for it. What it sent before is read away.
    func hasEnded(within seconds: Double) -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        var block = [UInt8](repeating: 0, count: 65_536)
        repeat {
            var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            unsafe poll(&waited, 1, Int32(max(0, min(100, end.timeIntervalSinceNow * 1_000))))
            let count = unsafe recv(descriptor, &block, block.count, Int32(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return true }
        } while Date() < end
        return false
    }

    /// Asks on this connection and reads what comes; whether it was answered.
    func ask(_ path: String) -> Bool {
        send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        var waited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&waited, 1, 5_000) == 1 else { return false }
        var block = [UInt8](repeating: 0, count: 65_536)
        return unsafe recv(descriptor, &block, block.count, 0) > 0 && block.starts(with: "HTTP/1.1 200".utf8)
    }

    private func send(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe _ = bytes.withUnsafeBytes {
            unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }
}
