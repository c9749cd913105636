import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import TestTimeline
import Testing
import Wire

/// What a test wanted to see happen, and did not.
struct NotBroughtAbout: Error {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A live pipeline to which things happen that alerts speak of, and the scrapes before and after each.
final class AlertStage {
    /// Two scrapes between which something happened.
    typealias Pair = (before: Scrape, after: Scrape)

    /// Reads a record at a time.
    static let slow = "rentals-consumer"

    private let deployment: Deployment
    private let admin: KafkaAdmin
    private let files = try! TemporaryFolder()
    private var targets: [(role: String, instance: Int)] = []
    private var persons = 0

    /// All roles but the consents consumer.
    init() throws {
        let prefix = Deployment.newPrefix()
        admin = try KafkaAdmin(KafkaSettings(servers: try #require(Broker.current).servers))
        // Made before `topics create` with a bound below any score change: the publisher cannot write one there.
        let tenancy = TopicPlan(
            name: TopicNames(prefix: prefix).scoreChanges(.tenancy), partitions: 4,
            settings: [KafkaSettings.Property("max.message.bytes", "100")])
        try #require(admin.create([tenancy]).map(\.outcome) == [.created])
        deployment = try Deployment(history: false, prefix: prefix)
        for role in Deployment.roles where role != "consents-consumer" { try start(role) }
    }

    private func start(_ role: String, instance: Int = 1) throws {
        var options = ["--http", "0"]
        if role == Self.slow {
            try "max.partition.fetch.bytes=1\nqueued.min.messages=1".write(
                toFile: files.path("slow"), atomically: false, encoding: .utf8)
            options += ["--kafka-config", files.path("slow")]
        }
        try deployment.start(role, instance: instance, options)
        targets.append((role, instance))
    }

    /// Scrapes until one is as it is waited for.
    private func scrape(_ what: Comment, until isIt: (Scrape) -> Bool) async throws -> Scrape {
        try #require(try await scrape(within: 30, until: isIt), what)
    }

    /// The same, nil where none is in this time.
    private func scrape(within seconds: Double, until isIt: (Scrape) -> Bool) async throws -> Scrape? {
        let end = Date(timeIntervalSinceNow: seconds)
        repeat {
            let scrape = try await now()
            if isIt(scrape) { return scrape }
        } while Date() < end
        return nil
    }

    private func now() async throws -> Scrape { try await Scrape(deployment, targets) }

    // MARK: - What happens

    /// Starts the consents consumer and lets some persons have scores: nothing is wrong, and records are committed well
    /// within a second.
    func run() async throws -> Pair {
        func isWell(_ scrape: Scrape) -> Bool {
            scrape.sum("plainscore_ready") == Double(targets.count) && scrape.max("plainscore_lag_seconds") == 0
        }
        func published(_ scrape: Scrape) -> Double {
            scrape.sum("plainscore_records_written_total", ["role": "publisher"])
        }
        let start = try await scrape("roles ready") { isWell($0) }
        #expect(start.values("plainscore_clock_seconds").isEmpty)
        try self.start("consents-consumer")
        _ = try await scrape("all ready") { isWell($0) }
        try produce(persons: 20, purpose: .lending)
        // The first transaction is slow, and does not count.
        var before = try await scrape("the first changes, and the clock of each partition") {
            isWell($0) && published($0) >= 20 && $0.values("plainscore_clock_seconds").count == 4
        }
        for _ in 0..<5 {
            try produce(persons: 20, purpose: .lending)
            let after = try await scrape("healthy, with a snapshot of all") {
                isWell($0) && published($0) >= published(before) + 20
                    && $0.max("plainscore_snapshot_behind_records") == 0
            }
            // As it was when the roles started: the clock has come since then, and ticks are 10 s apart.
            if isQuick(before, after) { return (before.without("plainscore_clock_seconds"), after) }
            before = after  // a machine that is at its end is not what healthy means
        }
        throw NotBroughtAbout("each run had records that took more than half a second")
    }

    private func isQuick(_ before: Scrape, _ after: Scrape) -> Bool {
        func rise(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) -> Double {
            after.sum(name, labels) - before.sum(name, labels)
        }
        return rise("plainscore_latency_seconds_bucket", ["le": "0.512"]) == rise("plainscore_latency_seconds_count")
    }

    /// `kill -9` of the consents consumer.
    func consentsConsumerDies(_ before: Scrape) async throws -> Pair {
        deployment.kill9("consents-consumer")
        return (before, try await now())
    }

    /// Longer than the time between two ticks has gone by without one.
    func clockStands(since before: Scrape) async throws -> Pair {
        let tickEvery = 10.0
        return (before, try await scrape("ten seconds without a tick") { $0.at - before.at > tickEvery })
    }

    func consentsConsumerComesBack() throws { try deployment.start("consents-consumer", ["--http", "0"]) }

    /// The state folder is gone; there were snapshots, and more records come.
    func stateFolderGoes() async throws -> Pair {
        let before = try await scrape("a snapshot of each partition") {
            $0.values("plainscore_snapshot_timestamp_seconds").count == 4
        }
        try FileManager.default.moveItem(atPath: deployment.stateFolder, toPath: deployment.stateFolder + "-gone")
        try produce(persons: 20, purpose: .lending)
        let after = try await scrape("snapshots fail") { scrape in
            scrape.sum("plainscore_snapshot_failures_total") > before.sum("plainscore_snapshot_failures_total")
                && scrape.max("plainscore_snapshot_behind_records") ?? 0 > 0
        }
        return (before, after)
    }

    /// The folder is back: OPERATING says that the next snapshot comes by itself.
    func stateFolderComesBack() async throws {
        try FileManager.default.moveItem(atPath: deployment.stateFolder + "-gone", toPath: deployment.stateFolder)
        let before = try await now().sum("plainscore_snapshots_total")
        _ = try await scrape("snapshots again") { $0.sum("plainscore_snapshots_total") > before }
    }

    /// More than the slow consumer reads in some seconds, in batches of one record.
    func rentalsComeFasterThanTheyAreRead() async throws -> Pair {
        try "batch.num.messages=1\nlinger.ms=0".write(toFile: files.path("single"), atomically: false, encoding: .utf8)
        try produce((0..<400).map { try strange($0, rental) }, ["--kafka-config", files.path("single")])
        let role: KeyValuePairs = ["role": Self.slow]
        func lag(_ scrape: Scrape) -> Double { scrape.max("plainscore_lag_seconds", role) ?? 0 }
        func count(_ scrape: Scrape) -> Double { scrape.sum("plainscore_latency_seconds_count", role) }
        func slow(_ scrape: Scrape) -> Double {
            count(scrape) - scrape.sum("plainscore_latency_seconds_bucket", ["role": Self.slow, "le": "1.024"])
        }
        let before = try await scrape("it lags") { lag($0) > 0.2 }
        let after = try await scrape("it lags more") {
            lag($0) - lag(before) > max(0.9, 0.6 * ($0.at - before.at)) && slow($0) > slow(before)
                && slow($0) - slow(before) > 0.1 * (count($0) - count(before))
        }
        return (before, after)
    }

    /// The broker stands, and a role that starts waits for its first answer.
    func brokerStands() async throws -> Pair {
        let broker = try #require(Broker.current)
        let pids = try Broker.kafka("pids", broker.folder).split(separator: " ")
        let pid = try #require(Int32(pids[1]))
        kill(pid, SIGSTOP)
        defer { kill(pid, SIGCONT) }
        try start(Self.slow, instance: 2)
        func age(_ scrape: Scrape) -> Double {
            scrape.sum("plainscore_loop_age_seconds", ["role": Self.slow, "member": "2"])
        }
        let before = try await scrape("stuck") { age($0) > 0.2 }
        return (before, try await scrape("stuck on") { age($0) > age(before) + 0.7 })
    }

    func producerSendsNonsense(_ before: Scrape) async throws -> Pair {
        let lines = (0..<5).map { #"{"eventId":"bad-\#($0)"}"# }
        try produce(lines, ["--allow-bad"])
        func refused(_ scrape: Scrape) -> Double {
            scrape.sum("plainscore_refused_total", ["role": "payments-consumer"])
        }
        return (before, try await scrape("refused") { refused($0) == refused(before) + Double(lines.count) })
    }

    /// Score changes for tenancy, which the broker does not take.
    func brokerRefusesScoreChanges() async throws -> Pair {
        let before = try await now()
        try produce(persons: 1, purpose: .tenancy)
        func aborts(_ scrape: Scrape) -> Double { scrape.sum("plainscore_aborts_total") }
        return (before, try await scrape("aborted") { aborts($0) > aborts(before) })
    }

    /// Another member of the group waits until the dead one is given up, after 10 s.
    func paymentsConsumerWaitsForADeadOne() async throws -> Pair {
        let before = try await now()
        deployment.kill9("payments-consumer")
        try start("payments-consumer", instance: 2)
        let member: KeyValuePairs = ["role": "payments-consumer", "member": "2"]
        return (
            before, try await scrape("not ready") { $0.values("plainscore_ready", member).values.elementsEqual([0]) }
        )
    }

    // MARK: - Events

    private func produce(_ lines: [String], _ options: [String] = []) throws {
        try deployment.plainscore(["produce", "-"] + options, input: lines.joined(separator: "\n"))
    }

    /// A grant and a statement for each of these new persons, which make one change.
    private func produce(persons count: Int, purpose: Purpose) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let make = EventMaker()
        var lines: [String] = []
        for number in persons..<persons + count {
            let person = try #require(Identifier("person-\(number)"))
            let granted = try make.granted(
                "c", grant: "grant-\(number)", at: now, until: now + day(30), purpose: purpose)
            for event in [granted, try make.statement("s", at: now)] {
                lines.append(String(decoding: EventEncoder.json(person: person, event: event), as: UTF8.self))
            }
        }
        persons += count
        try produce(lines)
    }

    private func rental(_ date: CalendarDate) -> Event.Body {
        .rental(
            Rental(kind: .vehicle, dueBackDate: date, returnedDate: date, depositHeldMinor: 100, depositKeptMinor: 0))
    }

    /// An event of somebody who has given no consent.
    private func strange(_ number: Int, _ body: (CalendarDate) -> Event.Body) throws -> String {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let date = try #require(CalendarDate(days: Int32(now / Timestamp.dayMilliseconds)))
        let event = try Event(
            id: #require(Identifier("e\(number)")), producer: #require(Identifier("other")), occurredAt: now,
            currency: Currency("TWD"), body: body(date))
        let person = try #require(Identifier("stranger-\(number)"))
        return String(decoding: EventEncoder.json(person: person, event: event), as: UTF8.self)
    }
}
