internal import CMicroHTTPD
import Glibc

/// Answers GET and HEAD on one thread of its own (libmicrohttpd), for scrapes and probes: plain HTTP/1.1, no bodies in.
///
/// Ends with its last reference. The handler runs on the server's thread, one request at a time.
@safe public final class HTTPServer {
    /// What it serves, with the port that the system has chosen where 0 was asked for.
    public let address: HTTPAddress
    private let daemon: OpaquePointer
    private let box: HandlerBox

    /// Serves from now on.
    /// - Throws: `HTTPError` where the address is not this machine's, or the port is taken.
    public init(_ wanted: HTTPAddress, _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) throws(HTTPError) {
        let socket = try ListeningSocket(wanted)
        address = socket.address
        box = HandlerBox(handler)
        let descriptor = socket.give()
        let context = unsafe Unmanaged.passUnretained(box).toOpaque()
        guard let daemon = unsafe plainscore_http_start(descriptor, answer, context) else {
            let code = errno
            Glibc.close(descriptor)
            throw HTTPError(wanted, code)
        }
        unsafe self.daemon = unsafe daemon
    }

    deinit { unsafe MHD_stop_daemon(daemon) }
}

public struct HTTPRequest: Sendable {
    /// Of the URL, from `/` up to the question mark, unescaped.
    public let path: String
    /// What stands behind the question mark; of a name given twice the last.
    public let query: [String: String]
}

public struct HTTPResponse: Sendable {
    public var status: Int
    public var contentType: String
    public var body: [UInt8]

    public init(status: Int = 200, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A line of plain text.
    public init(status: Int = 200, _ text: String) {
        self.init(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
    }
}

private final class HandlerBox: Sendable {
    let handler: @Sendable (HTTPRequest) -> HTTPResponse
    init(_ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse) { self.handler = handler }
}

/// libmicrohttpd calls it at least twice a request: when the headers are there, and when all is.
private let answer: MHD_AccessHandlerCallback = {
    context, connection, url, method, _, _, uploadByteCount, perRequest in
    guard let context = unsafe context, let url = unsafe url, let method = unsafe method,
        let perRequest = unsafe perRequest
    else { return .NO }
    let verb = unsafe String(cString: method)
    guard verb == "GET" || verb == "HEAD" else {
        return unsafe queue(HTTPResponse(status: 405, "only GET and HEAD are answered"), on: connection)
    }
    if unsafe perRequest.pointee == nil {
        unsafe perRequest.pointee = context  // anything that is not nil: the headers have been seen
        return .YES
    }
    if let uploadByteCount = unsafe uploadByteCount, unsafe uploadByteCount.pointee > 0 {
        unsafe uploadByteCount.pointee = 0  // a body, which nobody wants
        return .YES
    }
    let box = unsafe Unmanaged<HandlerBox>.fromOpaque(context).takeUnretainedValue()
    let request = unsafe HTTPRequest(path: String(cString: url), query: query(of: connection))
    return unsafe queue(box.handler(request), on: connection)
}

private func query(of connection: OpaquePointer?) -> [String: String] {
    var query: [String: String] = [:]
    unsafe withUnsafeMutablePointer(to: &query) { pointer in
        _ = unsafe MHD_get_connection_values(
            connection, .GET_ARGUMENT_KIND,
            { context, _, name, value in
                guard let context = unsafe context, let name = unsafe name else { return .YES }
                let text = unsafe value.map { unsafe String(cString: $0) } ?? ""
                unsafe context.assumingMemoryBound(to: [String: String].self)
                    .pointee[unsafe String(cString: name)] = text
                return .YES
            }, pointer)
    }
    return query
}

private func queue(_ response: HTTPResponse, on connection: OpaquePointer?) -> MHD_Result {
    var body = response.body
    let made = unsafe body.withUnsafeMutableBytes { bytes in
        unsafe MHD_create_response_from_buffer(bytes.count, bytes.baseAddress, .RESPMEM_MUST_COPY)
    }
    guard let made = unsafe made else { return .NO }
    defer { unsafe MHD_destroy_response(made) }
    unsafe MHD_add_response_header(made, "Content-Type", response.contentType)
    if response.status == 405 { unsafe MHD_add_response_header(made, "Allow", "GET, HEAD") }
    return unsafe MHD_queue_response(connection, UInt32(response.status), made)
}
