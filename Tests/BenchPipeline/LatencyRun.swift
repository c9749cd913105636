import Events
import Foundation
import Kafka
import Log
import Pipeline
import Telemetry

/// From the broker's stamp of a payment to a subscriber's hands, at given rates of payments, all persons with a year of history.
struct LatencyRun {
    private static let warmUpSeconds = 3

    private let setting: Setting
    private let job: StrippedJob
    private let rates: [Int]
    private let seconds: Int
    private let live: LivePipeline

    init(_ setting: Setting, _ job: StrippedJob, rates: [Int], seconds: Int) throws {
        guard let most = rates.max(), job.payments.count >= most * seconds else {
            throw BenchError(
                "the highest rate needs \(rates.max() ?? 0) × \(seconds) payments, and the job has \(job.payments.count)"
            )
        }
        self.setting = setting
        self.job = job
        self.rates = rates
        self.seconds = seconds
        live = try LivePipeline(setting, job, prefix: "latency-")
    }

    func run() throws {
        try live.load()
        say(
            """

            Live: \(job.persons.count) persons with \(job.payments.count) payments behind them; \(seconds) s at each rate, after \
            \(Self.warmUpSeconds) s that do not count. ms from the
            broker's stamp of a payment to a read_committed subscriber; CPU of this machine's \
            \(ProcessInfo.processInfo.activeProcessorCount) cores, in cores:

            """)
        let titles = ["offered/s", "sent/s", "changes/s", "p50", "p99", "p99.9", "most"] + Self.shares + ["behind"]
        say(titles.map { right($0) }.joined())
        for rate in rates { try measure(rate) }
        live.stop()
    }

    private static let shares = ["consumers", "aggregator", "publisher", "broker", "this"]

    /// One rate, which the producer holds however the pipeline fares.
    private func measure(_ rate: Int) throws {
        try live.source.sendLive(job.payments.suffix(rate * Self.warmUpSeconds), named: "warm-\(rate)", perSecond: rate)
        let first = try live.roles.watermarks(live.roles.topics.raw(.payments))
        let before = cpu()
        let start = wallSeconds()
        try live.source.sendLive(job.payments.suffix(rate * seconds), named: "rate-\(rate)", perSecond: rate)
        let sent = wallSeconds() - start
        let spent = cpu().merging(before) { ($0 - $1) / sent }
        try live.roles.waitUntilDone()
        let behind = wallSeconds() - start - sent
        let latencies = try latencies(since: first).sorted()
        guard !latencies.isEmpty else { throw BenchError("no payment changed a score: \(setting.folder)") }
        func quantile(_ share: Double) -> String {
            "\(latencies[max(0, Int((Double(latencies.count) * share).rounded(.up)) - 1)])"
        }
        let cells =
            ["\(rate)", perSecond(rate * seconds, sent), perSecond(latencies.count, sent)]
            + [quantile(0.5), quantile(0.99), quantile(0.999), quantile(1)]
            + Self.shares.map { String(format: "%.2f", spent[$0]!) } + [String(format: "%.1f s", behind)]
        say(cells.map { right($0) }.joined())
    }

    private func perSecond(_ count: Int, _ seconds: Double) -> String {
        String(format: "%.0f", Double(count) / seconds)
    }

    private func right(_ text: String) -> String { String(repeating: " ", count: max(1, 11 - text.count)) + text }

    private func cpu() -> [String: Double] {
        var cpu = ["broker": cpuSeconds(of: setting.broker), "this": cpuSeconds(of: getpid())]
        for (role, seconds) in live.roles.cpu() {
            cpu[role.hasSuffix("-consumer") ? "consumers" : role, default: 0] += seconds
        }
        return cpu
    }

    /// ms, of each change caused by a payment at or above these offsets; once all are committed, and no more come.
    private func latencies(since first: [Int32: Int64]) throws -> [Int64] {
        var seen: [Int32: [Int64: Int64]] = [:]  // by partition and offset of the payment
        var quietSince = wallSeconds()
        let deadline = quietSince + 60
        while wallSeconds() - quietSince < 1 {
            guard wallSeconds() < deadline else { throw BenchError("changes go on coming: \(setting.folder)") }
            let more = try live.watch.take()
            if !more.isEmpty { quietSince = wallSeconds() }
            for one in more { seen[one.partition, default: [:]][one.offset] = one.at }
            usleep(20_000)  // between two looks
        }
        var latencies: [Int64] = []
        try live.roles.read(live.roles.topics.raw(.payments), from: first) { batch in
            for entry in batch.entries {
                if let at = seen[entry.partition]?[entry.offset] { latencies.append(at - entry.timestamp) }
            }
        }
        return latencies
    }
}
