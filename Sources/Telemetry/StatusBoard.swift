import Synchronization

/// Where the loop of a role hangs out how it is, for threads that are asked: the loop never waits for a reader longer than
/// the copy of a few kilobytes takes, once a second.
public final class StatusBoard: Sendable {
    /// Beyond this the loop counts as stuck, ms. The longest that one step may wait is about 100 s: a commit of a
    /// transaction 60, a new producer 30, the rest of its bounds together some 10.
    public static let stuckMilliseconds: Int64 = 120_000
    /// Time between two reports, ms.
    private static let reportEveryMilliseconds: Int64 = 1_000

    private struct Report {
        var metrics: [UInt8] = []
        var isReady = false
    }

    private let common: [MetricsText.Label]
    private let startedAt: Int64
    private let lastRound: Atomic<Int64>
    private let reportedAt: Atomic<Int64>
    private let report = Mutex(Report())

    /// `now`, here and below, is monotonic ms; `startedAt` ms since the epoch.
    public init(role: String, member: String, startedAt: Int64, now: Int64) {
        common = [("role", role), ("member", member)]
        self.startedAt = startedAt
        lastRound = Atomic(now)
        reportedAt = Atomic(.min / 2)
    }

    /// The loop has gone round: at most once a second `measures` is called and hung out. About 5 ns otherwise.
    public func round(now: Int64, _ measures: () -> RoleMeasures) {
        lastRound.store(now, ordering: .relaxed)
        guard now - reportedAt.load(ordering: .relaxed) >= Self.reportEveryMilliseconds else { return }
        reportedAt.store(now, ordering: .relaxed)
        let measures = measures()
        var text = MetricsText(common: common)
        measures.write(to: &text)
        report.withLock { $0 = Report(metrics: text.bytes, isReady: measures.isReady) }
    }

    // MARK: - From any thread

    /// The whole answer to a scrape; before the first round only the process's own.
    public func metrics(now: Int64) -> [UInt8] {
        var text = MetricsText(common: common)
        text.family("plainscore_loop_age_seconds", .gauge, "Since the loop last went round.")
        text.series([], thousandths: now - lastRound.load(ordering: .relaxed))
        text.family("process_start_time_seconds", .gauge, "When the process began, seconds since the epoch.")
        text.series([], thousandths: startedAt)
        ProcessMeasures().write(to: &text)
        return report.withLock { $0.metrics } + text.bytes
    }

    /// Whether the loop has gone round lately.
    public func isHealthy(now: Int64) -> Bool {
        now - lastRound.load(ordering: .relaxed) <= Self.stuckMilliseconds
    }

    /// Whether it was ready a second ago, and has gone round since.
    public func isReady(now: Int64) -> Bool { isHealthy(now: now) && report.withLock { $0.isReady } }
}
