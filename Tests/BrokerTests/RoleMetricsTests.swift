import Events
import Foundation
import FoundationNetworking
import Kafka
import Log
import Pipeline
import TestBroker
import Testing

/// What the roles tell those who watch over them.
@Suite(.serialized) struct RoleMetricsTests {
    @Test func `the figures of all seven add up with what lies in the topics`() async throws {
        let broker = try EmbeddedBroker("--history", "--day-offset", "none")
        let deployment = try Deployment(on: broker)
        for role in Deployment.roles { try deployment.start(role, ["--http", "0"]) }
        let sample = try Program.run(["sample", "uci"]).output.split(separator: "\n")
        try deployment.plainscore("produce", "-", input: sample.joined(separator: "\n"))
        try deployment.plainscore("produce", "-", "--allow-bad", input: #"{"eventId":"bad"}"#)
        // The same statement again, keyed by somebody else: a duplicate, and counted as keyed wrongly.
        let statement = try #require(sample.last { $0.contains(#""statement":"#) })
        try append(String(statement), keyed: "somebody-else", to: .accounts, of: deployment)
        try deployment.plainscore("lag", "--until-zero", "--timeout", "60")

        // The figures are a second old at most.
        let names = deployment.names
        let raw = try RawTopic.events.map { try deployment.ends(of: names.raw($0)).reduce(0, +) }
        let timeline = try deployment.ends(of: names.timeline).reduce(0, +)
        let published = try deployment.ends(of: names.scoreChanges(.lending)).reduce(0, +)
        var metrics: [String: Metrics] = [:]
        var missing: [String] = []
        let end = Date(timeIntervalSinceNow: 30)
        repeat {
            for role in Deployment.roles { metrics[role] = try await Metrics(deployment, role) }
            missing = []
            for (topic, count) in zip(RawTopic.events, raw) {
                let consumer = metrics["\(topic.name)-consumer"]!
                if consumer.sum("plainscore_records_read_total") != count { missing.append("\(topic): read") }
            }
            if metrics["aggregator"]!.sum("plainscore_records_read_total") != timeline { missing.append("timeline") }
            let out = metrics["publisher"]!.sum("plainscore_records_written_total")
            if out != published { missing.append("published \(out ?? -1) of \(published)") }
        } while !missing.isEmpty && Date() < end
        #expect(missing.isEmpty)

        let aggregator = try #require(metrics["aggregator"])
        #expect(aggregator.sum("plainscore_outcome_records") == timeline)
        #expect(aggregator.sum("plainscore_unaccounted_records") == 0)
        #expect(aggregator.sum("plainscore_persons") == 300)
        #expect(aggregator.sum("plainscore_lag_records") == 0)
        #expect(metrics["publisher"]!.sum("plainscore_latency_seconds_count") == published)
        #expect(published > 300)
        let refused = Deployment.roles.reduce(0) { $0 + (metrics[$1]!.sum("plainscore_refused_total") ?? 0) }
        #expect(refused == 1)
        // This broker has its producers' stamps alone: each consumer counts them, says so once, and goes on.
        for role in Deployment.roles where role.hasSuffix("-consumer") {
            let read = metrics[role]!.sum("plainscore_records_read_total")
            let foreign = metrics[role]!.sum("plainscore_foreign_stamps_total") ?? -1
            #expect(foreign == read, "\(role)")
            let said = deployment.journalText(role).matches(of: /"event":"foreignStamps"/).count
            // The consumer of consents reads `control`, too.
            #expect(said == (foreign > 0 ? 1 : 0) + (role == "consents-consumer" ? 1 : 0), "\(role)")
        }
        let foreign = RawTopic.events.map { metrics["\($0.name)-consumer"]!.sum("plainscore_foreign_keys_total") }
        #expect(foreign == RawTopic.events.map { $0 == .accounts ? 1 : 0 })
        #expect(deployment.journalText("accounts-consumer").contains("\"event\":\"foreignKeys\""))

        for role in Deployment.roles {
            for (path, status) in [("/healthz", 200), ("/readyz", 200), ("/else", 404)] {
                #expect(try await ask(deployment, role, path).status == status, "\(role) \(path)")
            }
        }
        #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
    }

    private func append(_ line: String, keyed key: String, to topic: RawTopic, of deployment: Deployment) throws {
        let writer = try deployment.log.writer()
        let (key, value) = (Array(key.utf8), Array(line.utf8))
        try writer.append(
            writer.topic(deployment.names.raw(topic)), partition: nil, key: unsafe key.span.bytes,
            value: unsafe value.span.bytes)
        try writer.flush(milliseconds: 30_000)
    }

    @Test(.enabled(if: Shell.has("promtool"), "no promtool (Debian: prometheus): the format was not checked by it"))
    func `promtool finds no fault with the text of any role`() async throws {
        let broker = try EmbeddedBroker()
        let deployment = try Deployment(on: broker)
        for role in Deployment.roles { try deployment.start(role, ["--http", "0"]) }
        let files = try TemporaryFolder()
        for role in Deployment.roles {
            let text = try await Metrics(deployment, role).text
            let path = files.path(role)
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            try Shell.expect("sh", "-c", "promtool check metrics < \(path)")
        }
        deployment.stopAll()
    }

    @Test func `an address that cannot be had ends the role, with the mend`() throws {
        let broker = try EmbeddedBroker()
        let deployment = try Deployment(on: broker)
        try deployment.start("payments-consumer", ["--http", "192.0.2.1:9"])
        #expect(Condition(seconds: 20).holds { !deployment.ended().isEmpty })
        #expect(deployment.ended().map(\.exitCode) == [10])
        #expect(deployment.journalText("payments-consumer").contains("name a free port of this machine, or 0"))
    }
}

/// Where a role serves.
func servedAt(_ deployment: Deployment, _ role: String, instance: Int = 1) throws -> String {
    let said = /127\.0\.0\.1:\d+/
    func journal() -> String { deployment.journalText(role, instance: instance) }
    try #require(Condition(seconds: 20).holds { journal().contains(said) }, "\(role) serves nothing")
    return try String(#require(try said.firstMatch(in: journal())).output)
}

/// What a role answers on one of its paths.
func ask(
    _ deployment: Deployment, _ role: String, instance: Int = 1, _ path: String
) async throws -> (status: Int, text: String) {
    let address = try servedAt(deployment, role, instance: instance)
    var request = URLRequest(url: try #require(URL(string: "http://\(address)\(path)")))
    request.timeoutInterval = 10
    let (data, response) = try await URLSession.shared.data(for: request)
    return (try #require(response as? HTTPURLResponse).statusCode, String(decoding: data, as: UTF8.self))
}

/// One answer to a scrape.
struct Metrics {
    let text: String

    init(_ deployment: Deployment, _ role: String) async throws {
        text = try await ask(deployment, role, "/metrics").text
    }

    /// Over all series of a family; nil where there is none.
    func sum(_ family: String) -> Int64? {
        let values = text.split(separator: "\n")
            .filter { $0.hasPrefix(family + "{") || $0.hasPrefix(family + " ") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int64($0) } }
        return values.isEmpty ? nil : values.reduce(0, +)
    }
}
