import Events
import Foundation
import Kafka
import Log
import Pipeline
import Telemetry

/// From the broker's stamp of a payment to a subscriber's hands, at given rates of payments, all persons with a year of history.
struct LatencyRun {
    /// Of load before the first rate: so long the broker's JVM compiles what it will run.
    private static let warmUpSeconds = 100
    private static let warmUpRate = 20_000
    /// At each rate, before what counts.
    private static let leadSeconds = 3

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
        try warmUp()
        say(
            """

            Live: \(job.persons.count) persons with \(job.payments.count) payments behind them; \(seconds) s at each rate, after \
            \(Self.warmUpSeconds) s at \(Self.warmUpRate)/s that do not count.
            ms from the broker's stamp of a payment to a read_committed subscriber; CPU of this machine's \
            \(ProcessInfo.processInfo.activeProcessorCount) cores, in cores:

            """)
        let titles = ["offered/s", "sent/s", "changes/s", "p50", "p99", "p99.9", "most"] + Self.shares + ["behind"]
        say(titles.map { right($0) }.joined())
        for (number, rate) in rates.enumerated() { try measure(rate, named: "\(number)") }
        live.stop()
    }

    /// By a tenth of the persons, so that the scores of the others have not come to rest when it counts.
    private func warmUp() throws {
        let some = job.payments.filter { $0.person.isMultiple(of: 10) }
        var left = Self.warmUpRate * Self.warmUpSeconds
        while left > 0 {
            let payments = some.prefix(left)
            try live.source.sendLive(payments, named: "warm-up-\(left)", perSecond: Self.warmUpRate)
            left -= payments.count
        }
        try live.roles.waitUntilDone()
    }

    private static let shares = ["consumers", "aggregator", "publisher", "broker", "this"]

    /// One rate, which the producer holds however the pipeline fares.
    private func measure(_ rate: Int, named name: String) throws {
        try live.source.sendLive(
            job.payments.suffix(rate * Self.leadSeconds), named: "lead-\(name)", perSecond: rate)
        let topics = live.roles.topics
        let ends = try (
            payments: live.roles.ends(topics.raw(.payments)), timeline: live.roles.ends(topics.timeline),
            scores: live.roles.ends(topics.scores)
        )
        let payments = try live.source.live(
            job.payments.suffix(rate * seconds), named: "rate-\(name)", perSecond: rate)
        let before = cpu()
        let start = wallSeconds()
        try live.source.send(payments, perSecond: rate)
        let end = wallSeconds()
        let sent = end - start
        let spent = cpu().merging(before) { ($0 - $1) / sent }
        try live.roles.waitUntilDone()
        let behind = wallSeconds() - end
        let paths = try HopStamps.read(live.roles, try changesToTheLast(), from: ends)
        let latencies = paths.map(\.latency).sorted()
        guard !latencies.isEmpty else { throw BenchError("no payment changed a score: \(setting.folder)") }
        let cells =
            ["\(rate)", perSecond(rate * seconds, sent), perSecond(latencies.count, sent)]
            + [0.5, 0.99, 0.999, 1].map { "\(quantile($0, of: latencies))" }
            + Self.shares.map { String(format: "%.2f", spent[$0]!) } + [String(format: "%.1f s", behind)]
        say(cells.map { right($0) }.joined())
        let hops = HopStamps.hops.enumerated().map { hop, name in
            let latencies = paths.map { $0.latency(ofHop: hop) }.sorted()
            return "\(name) \(quantile(0.5, of: latencies)), \(quantile(0.99, of: latencies))"
        }
        say("  p50 and p99 of each hop: \(hops.joined(separator: "; "))")
    }

    /// `values` in order.
    private func quantile(_ share: Double, of values: [Int64]) -> Int64 {
        values[max(0, Int((Double(values.count) * share).rounded(.up)) - 1)]
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

    /// What the subscriber has had since the last look, once no more comes.
    private func changesToTheLast() throws -> [ChangeWatch.Seen] {
        let deadline = wallSeconds() + 60
        var seen: [ChangeWatch.Seen] = []
        while case let more = try live.watch.take(within: 1), !more.isEmpty {
            guard wallSeconds() < deadline else { throw BenchError("changes go on coming: \(setting.folder)") }
            seen += more
        }
        return seen
    }
}
