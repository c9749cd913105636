import Foundation
import TestBroker
import Testing

/// Alerts, what provokes them, and what the operator does then.
@Suite struct AlertTests {
    private let rules: String
    private let operating: String
    private let names: Set<Substring>

    init() throws {
        let deploy = repository.appendingPathComponent("deploy")
        rules = try String(contentsOf: deploy.appendingPathComponent("alerts.yaml"), encoding: .utf8)
        operating = try String(contentsOf: deploy.appendingPathComponent("OPERATING.md"), encoding: .utf8)
        names = Set(rules.matches(of: /- alert: (\w+)/).map(\.output.1))
    }

    @Test func `each alert has its section in OPERATING, and no other has one`() {
        #expect(names.count > 10)
        #expect(Set(operating.matches(of: /### (\w+)/).map(\.output.1)) == names)
    }

    @Test(.enabled(if: Shell.has("promtool"), "no promtool (Debian: prometheus): no alert was provoked"))
    func `each alert is provoked once, and fires`() throws {
        let tests = repository.appendingPathComponent("deploy/alerts.test.yaml").path
        let text = try String(contentsOfFile: tests, encoding: .utf8)
        let fired = text.matches(of: /alertname: (\w+)\n.*\n +exp_alerts:\n +- exp_labels:/).map(\.output.1)
        #expect(Set(fired) == names)
        try Shell.expect("promtool", "test", "rules", tests)
        // The check can fail: another threshold, and one of them is not provoked any more.
        let files = try TemporaryFolder()
        try rules.replacing("> 60", with: "> 6000").write(
            toFile: files.path("alerts.yaml"), atomically: false, encoding: .utf8)
        try text.write(toFile: files.path("alerts.test.yaml"), atomically: false, encoding: .utf8)
        #expect(throws: Shell.Failure.self) {
            try Shell.expect("promtool", "test", "rules", files.path("alerts.test.yaml"))
        }
    }

    @Test func `what alerts ask for is what the roles serve`() async throws {
        let broker = try EmbeddedBroker()
        let deployment = try Deployment(on: broker)
        for role in Deployment.roles { try deployment.start(role, ["--http", "0"]) }
        let asked = Set(rules.matches(of: /\b(?:plainscore|process)_[a-z_]+/).map { String($0.output) })
        #expect(asked.count > 12)
        // A role tells of its partitions and its snapshots as soon as it has some.
        let end = Date(timeIntervalSinceNow: 30)
        var missing = asked
        while !missing.isEmpty, Date() < end {
            for role in Deployment.roles {
                let text = try await Metrics(deployment, role).text
                missing = missing.filter { name in !text.contains("\n\(name){") && !text.contains("\n\(name) ") }
            }
        }
        #expect(missing.isEmpty)
        deployment.stopAll()
    }
}
