import Events
import Foundation
import Kafka
import Pipeline
import Snapshots
import Telemetry

/// An aggregator killed at work and started again at once: how long until a subscriber has a change by a payment that was sent
/// after the kill, which only the new process can have made.
struct RecoveryRun {
    private static let kills = 3
    /// While it is killed.
    private static let paymentsPerSecond = 2000
    /// Records that lie behind the newest snapshot of every partition at a kill, at least.
    private static let tailMin: Int64 = 10_000
    /// Bytes of state that are to be read in a second.
    private static let goal = 400e6

    private let job: StrippedJob
    private let live: LivePipeline
    private let setting: Setting

    init(_ setting: Setting, _ job: StrippedJob) throws {
        self.setting = setting
        self.job = job
        live = try LivePipeline(setting, job, prefix: "recovery-\(job.persons.count)-")
    }

    func run() throws {
        try live.load()
        let loaded = try live.roles.ends(live.roles.topics.timeline)
        for kill in 1...Self.kills { try measure(kill, loaded) }
        live.stop()
    }

    private struct Stretch {
        var tail: Int64 = 0
        var stateBytes = 0
        var fileBytes = 0
    }

    private func measure(_ kill: Int, _ loaded: Ends) throws {
        var sent = 0
        func sendSome() throws {
            let part = (0..<Self.paymentsPerSecond / 20).map { job.payments[(sent + $0) % job.payments.count] }
            try live.source.sendLive(part, named: "kill-\(kill)-\(sent)", perSecond: Self.paymentsPerSecond)
            sent += part.count
        }
        let deadline = wallSeconds() + 300
        var stretch: Stretch?
        while stretch == nil {
            guard wallSeconds() < deadline else {
                throw BenchError("no snapshots within five minutes: \(setting.folder)")
            }
            try sendSome()
            stretch = try behindSnapshots(since: loaded)
        }
        _ = try live.watch.take()
        live.roles.killNine("aggregator")
        let killedAt = wallMilliseconds()
        let before = try live.roles.ends(live.roles.topics.raw(.payments))
        try live.roles.start("aggregator")
        var first: Int64?
        while first == nil {
            guard wallMilliseconds() - killedAt < 300_000 else {
                throw BenchError("no change within five minutes: \(setting.folder)")
            }
            try sendSome()
            first = try live.watch.take().first { $0.payment.offset >= before[$0.payment.partition]! }?.at
        }
        try live.roles.waitUntilDone()
        report(kill, seconds: Double(first! - killedAt) / 1000, stretch!)
    }

    private func report(_ kill: Int, seconds: Double, _ stretch: Stretch) {
        say(
            String(
                format: """
                    %d persons, kill %d: %.2f s to the first new change; state %.0f MB (snapshots %.0f MB), %d records \
                    behind it; 1 s + state / 400 MB/s = %.2f s
                    """, job.persons.count, kill, seconds, Double(stretch.stateBytes) / 1e6,
                Double(stretch.fileBytes) / 1e6, stretch.tail, 1 + Double(stretch.stateBytes) / Self.goal))
    }

    /// What a process that starts now has to read: nil before each partition has a snapshot of all that was loaded and enough
    /// records behind it.
    private func behindSnapshots(since loaded: Ends) throws -> Stretch? {
        let folder = SnapshotFolder(live.roles.stateFolder)
        var stretch = Stretch()
        var newest: [SnapshotReference] = []
        for (partition, end) in try live.roles.ends(live.roles.topics.timeline) {
            let found = try folder.candidates(topic: live.roles.topics.timeline, partition: partition, notAbove: end)
                .first
            guard let found, found.offset >= loaded[partition]! else { return nil }
            stretch.tail += end - found.offset
            newest.append(found)
        }
        guard stretch.tail >= Self.tailMin else { return nil }
        for facts in try newest.map({ try $0.facts() }) {
            stretch.stateBytes += facts.payloadBytes
            stretch.fileBytes += facts.fileBytes
        }
        return stretch
    }
}
