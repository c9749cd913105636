import Commands
import HTTP
import Telemetry

/// What a role's process serves under `--http`:
///
/// ```
/// /metrics   Prometheus' text format, a second old at most
/// /healthz   200 while the loop goes round, 503 when it is stuck: start the process anew
/// /readyz    200 while it has partitions and has caught up with what was committed before, else 503
/// ```
/// Nothing of it tells one person from another.
struct StatusServer {
    private let board: StatusBoard
    private let server: HTTPServer

    /// nil where `--http` was not given.
    /// - Throws: `UsageError`, or `HTTPError` where the address cannot be had.
    init?(_ arguments: Arguments, _ journal: Journal) throws {
        guard let text = arguments.text("http") else { return nil }
        guard let address = HTTPAddress(text) else {
            throw UsageError(
                "--http \(text): give PORT (on 127.0.0.1; 0 for a free one) or ADDRESS:PORT", arguments.command)
        }
        let board = StatusBoard(
            role: journal.role, member: journal.instance, startedAt: wallMilliseconds(), now: monotonicMilliseconds())
        self.board = board
        server = try HTTPServer(address) { Self.answer($0, board) }
        journal.info(.serving, ["http": .text("\(server.address)")])
    }

    /// The loop has gone round.
    func round(_ role: any Role) { board.round(now: monotonicMilliseconds()) { role.measures() } }

    private static func answer(_ request: HTTPRequest, _ board: StatusBoard) -> HTTPResponse {
        let now = monotonicMilliseconds()
        switch request.path {
        case "/metrics": return HTTPResponse(contentType: MetricsText.contentType, body: board.metrics(now: now))
        case "/healthz":
            return board.isHealthy(now: now)
                ? HTTPResponse("healthy") : HTTPResponse(status: 503, "the loop has not gone round lately")
        case "/readyz":
            return board.isReady(now: now) ? HTTPResponse("ready") : HTTPResponse(status: 503, "not ready yet")
        default: return HTTPResponse(status: 404, "there is /metrics, /healthz and /readyz")
        }
    }
}

extension Option {
    static let http = value(
        "http", "[ADDRESS:]PORT",
        "serve /metrics, /healthz and /readyz (default: none; 127.0.0.1 alone; 0: a free port)")
}
