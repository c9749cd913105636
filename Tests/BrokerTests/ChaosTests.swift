import Events
import Foundation
import Pipeline
import Scoring
import TestBroker
import TestTimeline
import Testing
import UCI
import Wire

extension PipelineOnARealBroker {
    /// `kill -9`, again and again, at any instruction: subscribers get what one undisturbed fold gives.
    @Suite(.enabled(if: UCIData.isPresent, "no UCI data: set PLAINSCORE_UCI to its folder"))
    struct ChaosTests {
        static let killsMin = 60
        static let openTransactionsMin = 15
        static let eventsMin = 300_000

        @Test func `60 kills, 15 of them in an open transaction, and nothing is missing, doubled or out of order`()
            throws
        {
            let seed = UInt64.random(in: 0 ... .max)
            print("chaos by seed \(seed)")
            var random = SeededRandom(seed: seed)
            let deployment = try Deployment()
            try deployment.startAll()
            var slices = try Slices(count: 100)
            var kills: [String: Int] = [:]
            var openTransactions = 0
            var eventsUnderFire = 0
            func isEnough() -> Bool {
                eventsUnderFire >= Self.eventsMin && kills.values.reduce(0, +) >= Self.killsMin
                    && openTransactions >= Self.openTransactionsMin
                    && kills.count == Deployment.roles.count
            }
            while !isEnough(), let slice = slices.next() {
                eventsUnderFire += slice.utf8.count { $0 == UInt8(ascii: "\n") }
                let reading = Slices.readers(of: slice)
                let isWanted =
                    openTransactions < Self.openTransactionsMin
                    && (kills.values.reduce(0, +) >= Self.killsMin || Bool.random(using: &random))
                let role =
                    reading.filter { kills[$0] == nil }.randomElement(using: &random)
                    ?? (isWanted && reading.contains("publisher")
                        ? "publisher" : reading.randomElement(using: &random)!)
                // Held still while records come, so that it has some to read; then it dies at an instant drawn by chance.
                deployment.signal(role, SIGSTOP)
                try deployment.plainscore("produce", "-", "--no-wait", input: slice)
                try #require(
                    try Condition(seconds: 30).holds { try deployment.lag(of: role) > 0 }, "\(role) seed \(seed)")
                let before = try deployment.ends(of: deployment.names.scoreChanges(.lending))
                deployment.signal(role, SIGCONT)
                if role == "publisher" {
                    // What it appends shows at the high watermark before it is committed: the moment to strike.
                    _ = try Condition(seconds: 5).holds { try deployment.hasGrown(before) }
                } else {
                    _ = Condition(seconds: Double.random(in: 0..<0.02, using: &random)).holds { false }
                }
                deployment.kill9(role)
                if role == "publisher", try deployment.hasOpenTransaction() { openTransactions += 1 }
                if try deployment.lag(of: role) > 0 { kills[role, default: 0] += 1 }
                try deployment.start(role)
            }
            while let slice = slices.next() { try deployment.plainscore("produce", "-", "--no-wait", input: slice) }
            try deployment.plainscore("lag", "--until-zero")
            print("\(eventsUnderFire) events, kills \(kills), \(openTransactions) with an open transaction")
            #expect(eventsUnderFire >= Self.eventsMin)
            #expect(
                kills.values.reduce(0, +) >= Self.killsMin && Set(kills.keys) == Set(Deployment.roles), "seed \(seed)")
            #expect(openTransactions >= Self.openTransactionsMin, "seed \(seed)")
            #expect(deployment.ended().isEmpty)
            try expectExactlyOnce(deployment, seed)

            // Then two instances of each role, which share the partitions out and back.
            try deployment.startAll(instance: 2)
            let shared = Condition(seconds: 60)
            try #require(
                shared.holds { deployment.journalText("aggregator", instance: 2).contains(#""event":"ready""#) })
            let end = Date(timeIntervalSinceNow: 30)
            var rest = try Slices(count: 60, person: "second-")
            while Date() < end {
                if let slice = rest.next() { try deployment.plainscore("produce", "-", "--no-wait", input: slice) }
                try deployment.plainscore("lag", "--until-zero")
            }
            deployment.stopAll(instance: 2)
            try deployment.plainscore("lag", "--until-zero")
            try expectExactlyOnce(deployment, seed)
            deployment.stopAll()
        }

        private func expectExactlyOnce(_ deployment: Deployment, _ seed: UInt64) throws {
            let (expected, _) = try deployment.replayed()
            let published = try deployment.published()
            for partition in deployment.partitions {
                let (got, wanted) = (published[Int(partition)], expected[Int(partition)])
                #expect(got.count == wanted.count, "partition \(partition), seed \(seed)")
                #expect(got == wanted, "partition \(partition), seed \(seed)")
            }
            #expect(published.joined().count > 0)
        }
    }
}

/// The UCI clients' six months, and a bill and a rental beside each statement, so that each role has records to read;
/// cut into slices of produce's own lines. The ticks stay where they are.
private struct Slices {
    private var lines: [String]
    private let size: Int

    init(count: Int, person: String = "uci-") throws {
        let csv = UCIData.folder.appendingPathComponent("UCI_Credit_Card.csv").path
        let clients = person == "uci-" ? ["--csv", csv] : ["--csv", csv, "--clients", "2000"]
        var lines: [String] = []
        for line in try Program.run(["sample", "uci"] + clients).lines {
            let line = person == "uci-" ? String(line) : line.replacingOccurrences(of: "uci-", with: person)
            lines.append(line)
            guard lines.count % 4 == 0, let event = Self.other(number: lines.count) else { continue }
            lines.append(event)
        }
        self.lines = lines
        size = (lines.count + count - 1) / count
    }

    mutating func next() -> String? {
        guard !lines.isEmpty else { return nil }
        defer { lines.removeFirst(min(size, lines.count)) }
        return lines.prefix(size).joined(separator: "\n") + "\n"
    }

    /// The roles that have something to read when this slice has been produced.
    static func readers(of slice: String) -> [String] {
        let bodies = [
            ("repayment", "payments-consumer"), ("bill", "bills-consumer"), ("statement", "accounts-consumer"),
            ("rental", "rentals-consumer"), ("consent", "consents-consumer"), ("statement", "publisher"),
        ]
        return ["aggregator"] + bodies.filter { slice.contains("\"\($0.0)\":{") }.map(\.1)
    }

    private static func other(number: Int) -> String? {
        let date = CalendarDate(year: 2005, month: 5, day: 1)!
        let body: Event.Body =
            number % 8 == 0
            ? .bill(
                Bill(
                    kind: .energy, dueDate: date, amountDueMinor: 100, amountPaidMinor: 100, paidDate: date,
                    status: .paid))
            : .rental(
                Rental(
                    kind: .vehicle, dueBackDate: date, returnedDate: date, depositHeldMinor: 100, depositKeptMinor: 0))
        guard let id = Identifier("other-\(number)"), let person = Identifier("uci-\(number % 500)"),
            let producer = Identifier("other"),
            let event = try? Event(
                id: id, producer: producer, occurredAt: Int64(date.days) * Timestamp.dayMilliseconds,
                currency: Currency("TWD"), body: body)
        else { return nil }
        return String(decoding: EventEncoder.json(person: person, event: event), as: UTF8.self)
    }
}

/// Waits for a condition, with a deadline: no test sleeps to wait.
struct Condition {
    let seconds: Double

    func holds(_ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = Date(timeIntervalSinceNow: seconds)
        repeat {
            if try condition() { return true }
        } while Date() < deadline
        return false
    }
}
