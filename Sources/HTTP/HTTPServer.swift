internal import CMicroHTTPD
import Glibc
import Synchronization

/// Answers GET and HEAD on one thread of its own (libmicrohttpd), for scrapes and probes: plain HTTP/1.1, no bodies in.
///
/// Slow clients keep nobody out, see `Connections`. Ends with its last reference, within `roundMilliseconds`. The handler runs
/// on the server's thread, one request at a time.
@safe public final class HTTPServer {
    /// The longest time between two looks at the connections' deadlines, ms.
    static let roundMilliseconds: Int32 = 250
    /// What a request may take where nothing else is said, ms.
    public static let requestMilliseconds: Int64 = 10_000

    /// What it serves, with the port that the system has chosen where 0 was asked for.
    public let address: HTTPAddress
    private let daemon: OpaquePointer
    private let serving: Serving
    private let thread: pthread_t

    /// Serves from now on. A request has `requestMilliseconds` from its beginning to the end of its answer.
    /// - Throws: `HTTPError` where the address is not this machine's, or the port is taken.
    public init(
        _ wanted: HTTPAddress, requestMilliseconds: Int64 = requestMilliseconds,
        _ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse
    ) throws(HTTPError) {
        let socket = try ListeningSocket(wanted)
        address = socket.address
        serving = Serving(handler, Connections(requestMilliseconds: requestMilliseconds))
        let descriptor = socket.give()
        let context = unsafe Unmanaged.passUnretained(serving).toOpaque()
        guard let daemon = unsafe plainscore_http_start(descriptor, answer, notice, completion, context) else {
            let code = errno
            Glibc.close(descriptor)
            throw HTTPError(wanted, code)
        }
        unsafe self.daemon = unsafe daemon
        unsafe serving.daemon = unsafe daemon
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe Unmanaged<Serving>.fromOpaque(context!).takeUnretainedValue().run()
                return nil
            }, context)
        guard code == 0 else {
            unsafe MHD_stop_daemon(daemon)
            throw HTTPError(wanted, code)
        }
        self.thread = thread
    }

    deinit {
        serving.isStopped.store(true, ordering: .relaxed)
        _ = pthread_join(thread, nil)
        unsafe MHD_stop_daemon(daemon)
    }
}

/// What the server's thread works with: it alone, but for `isStopped`.
@safe private final class Serving: @unchecked Sendable {
    let handler: @Sendable (HTTPRequest) -> HTTPResponse
    let connections: Connections
    let isStopped = Atomic(false)
    var daemon: OpaquePointer?

    init(_ handler: @escaping @Sendable (HTTPRequest) -> HTTPResponse, _ connections: Connections) {
        self.handler = handler
        self.connections = connections
    }

    func run() {
        while !isStopped.load(ordering: .relaxed) {
            guard unsafe MHD_run_wait(daemon, HTTPServer.roundMilliseconds) == .YES else { return }
            connections.endOverdue(now: monotonicMilliseconds())
        }
    }

    static func of(_ context: UnsafeMutableRawPointer) -> Serving {
        unsafe Unmanaged<Serving>.fromOpaque(context).takeUnretainedValue()
    }
}

private func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}

private let notice: MHD_NotifyConnectionCallback = { context, connection, _, what in
    guard let context = unsafe context, let connection = unsafe connection else { return }
    let connections = unsafe Serving.of(context).connections
    if plainscore_http_has_begun(what) != 0 {
        unsafe connections.began(connection, now: monotonicMilliseconds())
    } else {
        unsafe connections.closed(connection)
    }
}

private let completion: MHD_RequestCompletedCallback = { context, connection, _, _ in
    guard let context = unsafe context, let connection = unsafe connection else { return }
    unsafe Serving.of(context).connections.completed(connection, now: monotonicMilliseconds())
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
    let request = unsafe HTTPRequest(path: String(cString: url), query: query(of: connection))
    return unsafe queue(Serving.of(context).handler(request), on: connection)
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
