import Foundation
import FoundationNetworking
import HTTP
import Testing

struct HTTPServerTests {
    /// Says what it was asked.
    private func echo() throws -> HTTPServer {
        try HTTPServer(try #require(HTTPAddress("0"))) { request in
            let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return HTTPResponse("\(request.path) \(query.joined(separator: " "))")
        }
    }

    private func ask(_ server: HTTPServer, _ path: String, method: String = "GET", body: Data? = nil) async throws
        -> (status: Int, text: String, type: String?)
    {
        var request = URLRequest(url: try #require(URL(string: "http://\(server.address)\(path)")))
        request.httpMethod = method
        request.httpBody = body
        request.timeoutInterval = 10
        let (data, response) = try await URLSession.shared.data(for: request)
        let answer = try #require(response as? HTTPURLResponse)
        return (
            answer.statusCode, String(decoding: data, as: UTF8.self), answer.value(forHTTPHeaderField: "Content-Type")
        )
    }

    @Test func `a free port of the loopback interface answers with what the handler says`() async throws {
        let server = try echo()
        #expect(server.address.host == "127.0.0.1" && server.address.port != 0)
        let answer = try await ask(server, "/a/b?name=x%20y&other=1&flag")
        #expect(answer.status == 200 && answer.text == "/a/b flag= name=x y other=1\n")
        #expect(answer.type == "text/plain; charset=utf-8")
        let head = try await ask(server, "/", method: "HEAD")
        #expect(head.status == 200 && head.text.isEmpty)
    }

    @Test func `anything but GET and HEAD is refused, with a body or without`() async throws {
        let server = try echo()
        let empty = try await ask(server, "/", method: "DELETE")
        let body = try await ask(server, "/", method: "POST", body: Data("hello".utf8))
        #expect(empty.status == 405 && body.status == 405)
        #expect(try await ask(server, "/").status == 200)
    }

    @Test func `an answer of a megabyte and many at once come whole`() async throws {
        let bytes = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = try HTTPServer(try #require(HTTPAddress("0"))) { _ in
            HTTPResponse(contentType: "application/octet-stream", body: bytes)
        }
        let url = try #require(URL(string: "http://\(server.address)/"))
        let answers = try await withThrowingTaskGroup(of: Data.self) { group in
            for _ in 0..<8 { group.addTask { try await URLSession.shared.data(from: url).0 } }
            return try await group.reduce(into: [Data]()) { $0.append($1) }
        }
        #expect(answers == Array(repeating: Data(bytes), count: 8))
    }

    @Test func `a port that is taken is an error that names it; a server that is gone leaves it free`() throws {
        var server: HTTPServer? = try echo()
        let address = try #require(server?.address)
        let error = #expect(throws: HTTPError.self) { try HTTPServer(address) { _ in HTTPResponse("") } }
        #expect(error?.description.contains("--http \(address): Address already in use") == true)
        server = nil
        #expect(throws: Never.self) { try HTTPServer(address) { _ in HTTPResponse("") } }
        let elsewhere = try #require(HTTPAddress("192.0.2.1:0"))
        #expect(throws: HTTPError.self) { try HTTPServer(elsewhere) { _ in HTTPResponse("") } }
    }

    @Test(
        arguments: [
            ("9464", "127.0.0.1:9464"), ("0", "127.0.0.1:0"), ("0.0.0.0:80", "0.0.0.0:80"),
            ("65535", "127.0.0.1:65535"),
            ("65536", nil), ("", nil), (":80", nil), ("+1", nil), ("localhost:80", nil), ("1.2.3:80", nil), ("a", nil),
            ("1:2:3", nil), ("127.0.0.1:", nil),
        ] as [(String, String?)])
    func `an address is a port, or an IPv4 address and a port`(text: String, expected: String?) {
        #expect(HTTPAddress(text)?.description == expected)
    }
}
