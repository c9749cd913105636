import Events
import Foundation
import TestBroker
import Testing

/// A broker's clock is moved while the roles are at work, and back: no grant ends, changes go on, and a replay agrees.
///
/// Takes the jumps of `PLAINSCORE_CLOCK_JUMPS` (seconds, parted by commas), else three.
@Suite(.realBroker, .serialized) struct ClockJumpTests {
    private static let jumps: [Int64] =
        (ProcessInfo.processInfo.environment["PLAINSCORE_CLOCK_JUMPS"] ?? "3600,34560000,-86400")
        .split(separator: ",").compactMap { Int64($0) }
    private static let persons = 20

    @Test func `no grant ends when a broker's clock jumps, changes go on, and a replay agrees`() throws {
        let shifted = try ShiftedBroker()
        defer { shifted.down() }
        try Broker.$current.withValue(shifted.broker) {
            let deployment = try Deployment(history: false)
            try deployment.startAll()
            try deployment.plainscore("produce", "-", input: consents())
            var rounds = 0
            try publishRound(&rounds, deployment)
            for jump in Self.jumps {
                try shifted.shift(seconds: jump)
                // A broker that thinks that hours have passed gives up its groups' members: they come back.
                try publishRound(&rounds, deployment)
                if jump > 0 {
                    try waitFor(deployment, "the clock in doubt") {
                        try deployment.plainscore("status").contains("the clock is in doubt in partitions 0-3")
                    }
                }
                try shifted.shift(seconds: 0)
                try publishRound(&rounds, deployment)
            }
            try waitFor(deployment, "the clock out of doubt") {
                try !deployment.plainscore("status").contains("in doubt")
            }
            let published = try deployment.published().joined().map { String(decoding: $0.value, as: UTF8.self) }
            #expect(published.allSatisfy { $0.contains("\"kind\":\"CHANGE\"") })
            #expect(try lastNumbers(deployment).values.allSatisfy { $0 == rounds })
            // `clock accept` takes no time that is still to come, and says what it has done.
            #expect(try deployment.plainscore("clock", "accept").contains("are followed"))
            deployment.stopAll()
            let proof = try deployment.plainscore("replay", "--verify", "--model", deployment.model)
            #expect(proof.contains("0 differences"), "\(proof)")
        }
    }

    /// Half of them end within the day, so that a jump of a day would end them.
    private func consents() -> String {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return (0..<Self.persons).map { number in
            let end = now + (number % 2 == 0 ? 2 * 3_600_000 : 300 * Timestamp.dayMilliseconds)
            return """
                {"eventId":"c\(number)","person":"p\(number)","producer":"portal","occurredAt":\(now),"consent":\
                {"grant":"g\(number)","purpose":"LENDING","subscriberReference":"r\(number)","action":"GRANTED",\
                "expiresAt":\(end)}}

                """
        }.joined()
    }

    /// A statement of each person that moves their score, and waits until each change is published.
    private func publishRound(_ rounds: inout Int, _ deployment: Deployment) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let today = CalendarDate(days: Int32(now / Timestamp.dayMilliseconds))!
        let isLate = rounds % 2 == 1
        let lines = (0..<Self.persons).map { number in
            """
            {"eventId":"s\(rounds)","person":"p\(number)","producer":"bank","occurredAt":\(now),"currency":"TWD","statement":\
            {"account":"a","periodEnd":"\(today)","creditLimit":5000000,"balance":\(isLate ? 4_900_000 : 100_000),\
            "minimumDue":0,"daysPastDue":\(isLate ? 60 : 0)}}

            """
        }
        rounds += 1
        let wanted = rounds
        try deployment.plainscore("produce", "-", input: lines.joined())
        try waitFor(deployment, "\(wanted) changes of each person") {
            let numbers = try lastNumbers(deployment)
            return numbers.count == Self.persons && numbers.values.allSatisfy { $0 >= wanted }
        }
    }

    /// The number of each grant's last change. Earlier ones may be gone: a broker that is 400 days ahead compacts them.
    private func lastNumbers(_ deployment: Deployment) throws -> [String: Int] {
        var numbers: [String: Int] = [:]
        for change in try deployment.published().joined() {
            let text = String(decoding: change.value, as: UTF8.self)
            guard let head = text.firstMatch(of: /"grantId":"(\w+)","number":(\d+)/) else { continue }
            numbers[String(head.output.1)] = Int(head.output.2)
        }
        return numbers
    }

    /// Starts again what has ended with 1, as `deploy/up` does, until it holds.
    private func waitFor(_ deployment: Deployment, _ what: String, _ isSo: () throws -> Bool) throws {
        let deadline = Condition(seconds: 90)
        let held = deadline.holds {
            for (role, exitCode) in deployment.ended() where exitCode == 1 || exitCode == SIGABRT {
                try? deployment.start(String(role.split(separator: " ")[0]))
            }
            return (try? isSo()) ?? false
        }
        try #require(held, "\(what) did not come; ended: \(deployment.ended())")
    }
}
