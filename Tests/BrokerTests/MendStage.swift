import Events
import Foundation
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// A live pipeline that is broken while its roles are stopped, and mended by what `topics check` prints, to the letter.
final class MendStage {
    let deployment: Deployment
    let admin: KafkaAdmin
    /// What has been found and mended.
    private(set) var mended: Set<TopicFinding> = []
    private var rounds = 0
    private static let persons = 8

    var names: TopicNames { deployment.names }
    private var servers: String { deployment.servers }

    /// With grants, a first round of events, and all roles stopped.
    init() throws {
        deployment = try Deployment(history: false)
        admin = try KafkaAdmin(KafkaSettings(servers: deployment.servers, properties: [.init("log_level", "3")]))
        try deployment.startAll()
        try deployment.plainscore("produce", "-", input: lines { consent($0, at: $1) })
        try produceRound()
        try settle()
        stop()
    }

    func stop() { #expect(deployment.stopAll().allSatisfy { $0 == 0 }) }

    // MARK: - Events

    private func lines(_ line: (_ person: Int, _ now: Int64) -> String) -> String {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return (0..<Self.persons).map { line($0, now) + "\n" }.joined()
    }

    private func consent(_ person: Int, at now: Int64) -> String {
        let end = now + 300 * Timestamp.dayMilliseconds
        return event(
            "c", person, "portal", now,
            #""consent":{"grant":"g\#(person)","purpose":"LENDING","subscriberReference":"r","action":"GRANTED","#
                + #""expiresAt":\#(end)}"#
        )
    }

    private func event(_ id: String, _ person: Int, _ producer: String, _ now: Int64, _ body: String) -> String {
        #"{"eventId":"\#(id)-\#(person)","person":"p\#(person)","producer":"\#(producer)","occurredAt":\#(now),\#(body)}"#
    }

    /// Of each person a statement, which moves the score, a repayment and a bill.
    func produceRound() throws {
        rounds += 1
        try produceStatements()
        try producePayments()
        try produceBills()
    }

    private func day(_ now: Int64) -> CalendarDate { CalendarDate(days: Int32(now / Timestamp.dayMilliseconds))! }

    private func produceStatements() throws {
        let (balance, late) = rounds % 2 == 0 ? (4_900_000, 60) : (100_000, 0)
        try produce { person, now in
            event(
                "s\(rounds)", person, "bank", now,
                #""currency":"TWD","statement":{"account":"a","periodEnd":"\#(day(now))","creditLimit":5000000,"#
                    + #""balance":\#(balance),"minimumDue":0,"daysPastDue":\#(late)}"#)
        }
    }

    func producePayments() throws {
        try produce { person, now in
            event(
                "p\(rounds)", person, "bank", now,
                #""currency":"TWD","repayment":{"obligation":"o","kind":"CARD","dueDate":"\#(day(now))","amountDue":100,"#
                    + #""amountPaid":100,"paidDate":"\#(day(now))","status":"PAID"}"#)
        }
    }

    func produceBills() throws {
        try produce { person, now in
            event(
                "b\(rounds)", person, "grid", now,
                #""currency":"TWD","bill":{"kind":"ENERGY","dueDate":"\#(day(now))","amountDue":100,"amountPaid":100,"#
                    + #""paidDate":"\#(day(now))","status":"PAID"}"#)
        }
    }

    /// Records of rentals that are refused.
    func produceBadRentals() throws {
        try deployment.plainscore("produce", "--allow-bad", "--topic", "rentals", input: lines { "bad \($0) \($1)" })
    }

    private func produce(_ line: (_ person: Int, _ now: Int64) -> String) throws {
        try deployment.plainscore("produce", "-", input: lines(line))
    }

    /// Waits until every role has read what there is.
    func settle() throws { try settle(Deployment.roles) }

    func settleWithoutPublisher() throws { try settle(Deployment.roles.filter { $0 != "publisher" }) }

    private func settle(_ roles: [String]) throws {
        let hasSettled = try Condition(seconds: 60).holds {
            try roles.allSatisfy { try deployment.lag(of: $0) == 0 }
        }
        let last = deployment.ended().map { role in
            let name = role.role.split(separator: " ")[0]
            return "\(role): \(deployment.journalText(String(name)).split(separator: "\n").last ?? "")"
        }
        try #require(hasSettled, "ended: \(last)")
    }

    // MARK: - Damage

    func kafka(_ tool: String, _ words: String...) throws {
        try Broker.kafka(["tool", tool, "--bootstrap-server", servers] + words)
    }

    func delete(_ topic: String) throws {
        try kafka("topics", "--delete", "--topic", topic)
        try #require(try Condition(seconds: 30).holds { try admin.topics()[topic] == nil }, "\(topic) is not gone")
    }

    /// Made by hand: `LogAppendTime`, and nothing else as it must be.
    func make(_ topic: String, partitions: Int32) throws {
        let plan = TopicPlan(
            name: topic, partitions: partitions, settings: [.init("message.timestamp.type", "LogAppendTime")])
        try #require(try admin.create([plan]).map(\.outcome) == [.created])
        let isThere = Condition(seconds: 30).holds {
            (0..<partitions).allSatisfy { (try? deployment.log.watermarks(topic: topic, partition: $0)) != nil }
        }
        try #require(isThere)
    }

    func deleteRecords(of topic: String) throws {
        let files = try TemporaryFolder()
        let places = try deployment.ends(of: topic).enumerated().map {
            #"{"topic":"\#(topic)","partition":\#($0.offset),"offset":\#($0.element)}"#
        }
        try #"{"version":1,"partitions":[\#(places.joined(separator: ","))]}"#
            .write(toFile: files.path("offsets"), atomically: false, encoding: .utf8)
        try kafka("delete-records", "--offset-json-file", files.path("offsets"))
    }

    /// Waits until the group's members have been given up, and deletes the group.
    func forget(_ group: String, of topic: String) throws {
        let isGone = try Condition(seconds: 30).holds {
            // Where members are left Kafka's tool says so, and ends with 0 all the same.
            try? kafka("groups", "--delete", "--group", group)
            return try deployment.log.committed(group: group, topic: topic).allSatisfy { $0.offset == nil }
        }
        try #require(isGone, "\(group) is still there")
    }

    /// Sets a place as a tool does, without metadata.
    func place(_ group: String, _ topic: String, _ offset: Int64) throws {
        let place = CommittedOffset(partition: 0, offset: offset, metadata: "")
        let isSet = Condition(seconds: 30).holds {
            (try? admin.commit(group: group, topic: topic, offsets: [place])) != nil
        }
        try #require(isSet)
    }

    // MARK: - Mends

    private struct Check: Decodable {
        struct Difference: Decodable {
            let finding: String
            let lost: String
            let mends: [String]
        }
        let differences: [Difference]
    }

    private func check() throws -> [Check.Difference] {
        let result = try Program.run(["topics", "check", "--json", "--prefix", deployment.prefix], bootstrap: servers)
        return try JSONDecoder().decode(Check.self, from: Data(result.output.utf8)).differences
    }

    /// What was announced as lost.
    private(set) var losses: [(finding: TopicFinding, lost: String)] = []

    /// Checks and does what is printed, until nothing is found any more.
    func mend() throws {
        for _ in 0..<6 {
            let differences = try check()
            if differences.isEmpty { return }
            var done: Set<String> = []
            for difference in differences {
                let finding = try #require(TopicFinding(rawValue: difference.finding))
                mended.insert(finding)
                losses.append((finding, difference.lost))
                for mend in difference.mends where done.insert(mend).inserted { try follow(mend) }
            }
        }
        Issue.record("not mended: \(try check())")
    }

    private func follow(_ mend: String) throws {
        let words = mend.split(separator: " ").map(String.init)
        if mend.hasPrefix("stop the producers") { return }
        if words[0] == "start" {
            let role = String(words[1].dropLast())
            try deployment.start(role)
            try #require(try Condition(seconds: 60).holds { try deployment.lag(of: role) == 0 }, "\(mend)")
            stop()
            return
        }
        let isDone = try Condition(seconds: 40).holds {
            if words[0] == "plainscore" {
                let given = words.dropFirst().map { $0 == "FILE" ? deployment.model : $0 }
                let result = try Program.run(Array(given), bootstrap: servers)
                try #require(result.exitCode == 0 || result.errors.contains("has members"), "\(mend): \(result.errors)")
                return result.exitCode == 0
            }
            let tools = [
                "kafka-configs.sh": "configs", "kafka-consumer-groups.sh": "groups", "kafka-topics.sh": "topics",
            ]
            return (try? Broker.kafka(["tool", try #require(tools[words[0]], "\(mend)")] + words.dropFirst())) != nil
        }
        try #require(isDone, "\(mend)")
        if words.contains("--delete") {
            let topic = words.last!
            try #require(try Condition(seconds: 30).holds { try admin.topics()[topic] == nil })
        }
        // Kafka's tool says what went wrong and ends with 0 all the same.
        if words.contains("--to-offset") {
            let place = words[words.firstIndex(of: "--topic")! + 1].split(separator: ":")
            let group = words[words.firstIndex(of: "--group")! + 1]
            let offset = try deployment.log.committed(group: group, topic: String(place[0]))[Int(place[1])!].offset
            #expect(offset == Int64(words.last!), "\(mend)")
        }
    }

    /// All roles go on with new events; then nothing differs but what was announced.
    /// - Returns: raw records that are in no class.
    func proof() throws -> Int {
        try deployment.startAll()
        try produceRound()
        try settle()
        let live = try deployment.published().joined().count {
            String(decoding: $0.value, as: UTF8.self).contains("CHANGE")
        }
        #expect(live > 0)
        stop()
        let replayed = try Program.run(
            ["replay", "--verify", "--model", deployment.model, "--prefix", deployment.prefix], bootstrap: servers)
        let announced = losses.filter { $0.finding == .scoresMissing }.compactMap {
            Int($0.lost.prefix { $0.isNumber })
        }
        #expect(
            replayed.output.contains(" compared, \(announced.reduce(0, +)) differences"),
            "\(announced) \(replayed.output)\(replayed.errors)")
        let verified = try Program.run(
            ["verify", "--secret", deployment.secret, "--prefix", deployment.prefix], bootstrap: servers)
        #expect(verified.exitCode == 0 && verified.output.contains("0 differences"), "\(verified.output)")
        #expect(try check().isEmpty)
        let outcomes = try Program.run(
            ["outcomes", "--model", deployment.model, "--json", "--prefix", deployment.prefix], bootstrap: servers)
        let object = try JSONSerialization.jsonObject(with: Data(outcomes.output.utf8)) as? [String: Any]
        return try #require(object?["difference"] as? Int, "\(outcomes)")
    }
}
