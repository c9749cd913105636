import Events
import Foundation
import Pipeline

/// The whole of the stripped job through the whole pipeline: what each role costs, as ratios to `limit`, and whether every
/// person's score is what a plain computation gives.
struct CostRun {
    private let setting: Setting
    private let job: StrippedJob
    private let limits: [LimitRun]
    private let roles: RunningRoles
    private let source: Source

    private static let renewEveryDays: Int64 = 180

    /// What one kind of work has cost.
    private struct Cost {
        var wall = 0.0
        var cpu: [String: Double] = [:]

        mutating func add(_ wall: Double, from before: [String: Double], to after: [String: Double]) {
            self.wall += wall
            for (name, seconds) in after { cpu[name, default: 0] += seconds - before[name, default: 0] }
        }
    }

    init(_ setting: Setting, _ job: StrippedJob, _ limits: [LimitRun]) throws {
        self.setting = setting
        self.job = job
        self.limits = limits
        roles = try RunningRoles(setting, prefix: "cost-")
        try setting.create(roles.topics, ["--history", "--day-offset", "none"])
        source = try Source(setting, roles.topics, job)
    }

    func run() throws {
        try roles.startAll()
        try roles.waitUntilDone()
        let emptyBytes = roles.residentBytes("aggregator")
        var consents = Cost()
        var events = Cost()
        var sent = job.payments.startIndex
        var round = 0
        for day in stride(from: 0, to: StrippedJob.dayCount, by: Int(Self.renewEveryDays)) {
            let time = StrippedJob.startedAt + day * Timestamp.dayMilliseconds
            try measure(&consents) {
                try source.grantAll(at: time, round: round)
                try source.tick(at: time)
            }
            round += 1
            let end = job.payments[sent...].firstIndex {
                $0.at >= time + Self.renewEveryDays * Timestamp.dayMilliseconds
            }
            let part = job.payments[sent..<(end ?? job.payments.endIndex)]
            sent = part.endIndex
            let values = try part.map { try job.protobuf($0) }
            try measure(&events) {
                for (payment, value) in zip(part, values) { try source.send(value, of: payment.person) }
                try source.flush()
            }
        }
        let end = StrippedJob.startedAt + StrippedJob.dayCount * Timestamp.dayMilliseconds
        try measure(&consents) { try source.tick(at: end) }
        try report(events, consents, emptyBytes: emptyBytes)
        try checkScores(asOf: end / Timestamp.dayMilliseconds)
        try foldAgain(at: end + Timestamp.dayMilliseconds)
        roles.stopAll()
        try verifyReplay()
    }

    /// Counts what all roles and the broker spend from `send` until all is committed.
    private func measure(_ cost: inout Cost, _ send: () throws -> Void) throws {
        let before = cpu()
        let start = wallSeconds()
        try send()
        try roles.waitUntilDone()
        cost.add(wallSeconds() - start, from: before, to: cpu())
    }

    private func cpu() -> [String: Double] {
        roles.cpu().merging(["broker": cpuSeconds(of: setting.broker), "producer": cpuSeconds(of: getpid())]) { $1 }
    }

    private func report(_ events: Cost, _ consents: Cost, emptyBytes: Int) throws {
        let count = Double(job.payments.count)
        let limit = limits.map(\.cpu).reduce(0, +) / Double(limits.count)
        let changes = try roles.count(roles.topics.scoreChanges(.lending))
        say(
            """

            The stripped job: \(job.payments.count) events of \(job.persons.count) persons over \(StrippedJob.dayCount) days, as Protobuf; \
            \(changes) score changes as JSON
            (limit: \(limits[0].changes); it rolls nobody off, and knows no first score by consent). Events alone:

            """)
        func row(_ name: String, _ seconds: Double) {
            let perSecond = seconds > 0 ? String(format: "%.0f", count / seconds) : "-"
            say(
                name.padding(toLength: 20, withPad: " ", startingAt: 0)
                    + String(format: "%8.2f s %7.0f ns/event ", seconds, seconds / count * 1e9)
                    + String(format: "%9@ events/CPU-s %6.2f × limit", perSecond as NSString, seconds / limit))
        }
        for (index, run) in limits.enumerated() { row("limit, run \(index + 1)", run.cpu) }
        for role in RunningRoles.names { row(role, events.cpu[role]!) }
        row("whole pipeline", RunningRoles.names.reduce(0) { $0 + events.cpu[$1]! })
        row("broker, apart", events.cpu["broker"]!)
        row("producer, apart", events.cpu["producer"]!)
        let grants = RunningRoles.names.reduce(0) { $0 + consents.cpu[$1]! }
        let resident = roles.residentBytes("aggregator")
        say(
            String(
                format: """
                    wall: %.1f s (%.0f events/s, all on this machine's %d cores); grants, renewals and ticks: %.1f s of CPU, \
                    %.1f s on the wall
                    aggregator resident: %.0f MB, of which %.0f MB before the first record; %.0f bytes a person, %.0f a \
                    retained event

                    """, events.wall, count / events.wall, ProcessInfo.processInfo.activeProcessorCount, grants,
                consents.wall, Double(resident) / 1e6, Double(emptyBytes) / 1e6,
                Double(resident - emptyBytes) / Double(job.persons.count), Double(resident - emptyBytes) / count))
    }

    /// The last score that each person's subscriber was told against the plain computation over the file.
    private func checkScores(asOf day: Int64) throws {
        var last: [String: [UInt8]] = [:]
        try roles.read(roles.topics.scoreChanges(.lending)) { batch in
            for entry in batch.entries {
                last[String(decoding: bytes(batch.key(entry)), as: UTF8.self)] = bytes(batch.value(entry))
            }
        }
        var payments: [[StrippedJob.Payment]] = Array(repeating: [], count: job.persons.count)
        for payment in job.payments { payments[payment.person].append(payment) }
        var wrong: [String] = []
        for (person, reference) in job.persons.enumerated() {
            let wanted = PlainScore.score(payments[person], today: day)
            let object = try last[reference].map { try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
            let got = object??["score"] as? Int
            if got != wanted { wrong.append("\(reference): \(got.map(String.init) ?? "none") instead of \(wanted)") }
        }
        say(
            "scores equal to the plain computation over the file: \(job.persons.count - wrong.count) of \(job.persons.count)"
        )
        guard wrong.isEmpty else {
            throw BenchError("wrong scores, the first of them \(wrong.prefix(3).joined(separator: "; "))")
        }
    }

    /// The aggregator without its snapshots: it folds all of the timeline silently, and is done with a tick that comes after.
    private func foldAgain(at time: Int64) throws {
        roles.killNine("aggregator")
        try FileManager.default.removeItem(atPath: roles.stateFolder)
        let records = Double(try roles.count(roles.topics.timeline))
        let start = wallSeconds()
        try roles.start("aggregator")
        try source.tick(at: time)
        try roles.waitUntilDone()
        let wall = wallSeconds() - start
        say(
            String(
                format: "folded again from the beginning: %.0f records; %.0f a CPU-second, %.0f a second on the wall",
                records, records / roles.cpu()["aggregator"]!, records / wall))
    }

    private func verifyReplay() throws {
        let before = childrenSeconds()
        let start = wallSeconds()
        try setting.plainscore(["replay", "--verify", "--model", setting.model], roles.topics)
        let wall = wallSeconds() - start
        let records = Double(try roles.count(roles.topics.timeline))
        let cpu = childrenSeconds() - before
        say(
            String(
                format: "replay --verify, no difference: %.0f records; %.0f a CPU-second, %.0f a second on the wall",
                records, records / cpu, records / wall))
    }
}

/// What `limit` printed of one run.
struct LimitRun {
    let changes: Int
    let cpu: Double

    /// `limit events N changes N persons N wall S s cpu S s rss N MB`
    init(_ line: Substring) throws {
        let words = line.split(separator: " ")
        guard words.count == 16, words[0] == "limit", let changes = Int(words[4]), let cpu = Double(words[11]) else {
            throw BenchError("this is no line of limit: \(line)")
        }
        self.changes = changes
        self.cpu = cpu
    }
}

func bytes(_ span: RawSpan) -> [UInt8] { unsafe span.withUnsafeBytes { unsafe Array($0) } }
