import Foundation
import TestBroker
import Testing

/// What Prometheus and Grafana are told; that the metrics which they ask for are served, `AlertTests` shows.
@Suite struct MonitoringTests {
    private static let noPromtool: Comment = "no promtool (Debian: prometheus): its check was not run"

    @Test(.enabled(if: Shell.has("promtool"), noPromtool))
    func `promtool takes the configuration with its rules`() throws {
        let said = try Shell.expect("promtool", "check", "config", path("prometheus.yaml"))
        let alerts = try text("alerts.yaml").matches(of: /- alert: \w/).count
        #expect(alerts > 0 && said.contains("\(alerts) rules found"), "\(said)")
        // The check can fail, in either file.
        for (file, old, new) in [
            ("prometheus.yaml", "scrape_interval", "scrape_intervall"), ("alerts.yaml", "for: 1m", "for: long"),
        ] {
            let files = try TemporaryFolder()
            for name in ["prometheus.yaml", "alerts.yaml"] {
                let text = try text(name)
                try (name == file ? spoilt(text, old, new) : text)
                    .write(toFile: files.path(name), atomically: false, encoding: .utf8)
            }
            #expect(throws: Shell.Failure.self, "\(new)") {
                try Shell.expect("promtool", "check", "config", files.path("prometheus.yaml"))
            }
        }
    }

    @Test func `each role is asked`() throws {
        let targets = try text("prometheus.yaml").matches(of: /- ([a-z-]+):9464/).map { String($0.output.1) }
        let roles = try roles()
        #expect(targets.count == 7 && Set(targets) == roles)
    }

    @Test(.enabled(if: Shell.has("promtool"), noPromtool))
    func `each expression of the dashboard is one that Prometheus takes`() throws {
        let expressions = try dashboard().panels.flatMap { $0.targets ?? [] }.map(\.expr)
        #expect(expressions.count > 30)
        try check(expressions)
        #expect(throws: Shell.Failure.self) { try check(["sum by role (plainscore_lag_records)"]) }
    }

    @Test func `the dashboard's panels have numbers of their own, and none lies on another`() throws {
        let panels = try dashboard().panels
        #expect(Set(panels.map(\.id)).count == panels.count)
        var taken: [[Int]: String] = [:]
        for panel in panels {
            #expect(panel.gridPos.x + panel.gridPos.w <= 24, "\(panel.title)")
            for x in panel.gridPos.x..<panel.gridPos.x + panel.gridPos.w {
                for y in panel.gridPos.y..<panel.gridPos.y + panel.gridPos.h {
                    #expect(taken.updateValue(panel.title, forKey: [x, y]) == nil, "\(panel.title)")
                }
            }
        }
        let uid = try #require(try text("grafana/datasource.yaml").firstMatch(of: /uid: (\w+)/)).output.1
        for panel in panels where panel.targets != nil {
            #expect(panel.datasource?.uid == String(uid), "\(panel.title)")
        }
    }

    private func dashboard() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(text("grafana/dashboard.json").utf8))
    }

    /// As the expressions of rules, for promtool reads no dashboards; JSON's strings are YAML's.
    private func check(_ expressions: [String]) throws {
        var rules = "groups:\n  - name: dashboard\n    rules:\n"
        for (number, expression) in expressions.enumerated() {
            let whole = expression.replacing("$__rate_interval", with: "1m")
            let quoted = String(decoding: try JSONEncoder().encode(whole), as: UTF8.self)
            rules += "      - {record: 'panel_\(number)', expr: \(quoted)}\n"
        }
        let files = try TemporaryFolder()
        try rules.write(toFile: files.path("rules.yaml"), atomically: false, encoding: .utf8)
        try Shell.expect("promtool", "check", "rules", files.path("rules.yaml"))
    }
}

/// Of a Grafana dashboard what is looked at here.
private struct Dashboard: Decodable {
    struct Panel: Decodable {
        struct Grid: Decodable { let x, y, w, h: Int }
        struct Source: Decodable { let uid: String }
        struct Target: Decodable { let expr: String }
        let id: Int
        let title: String
        let gridPos: Grid
        let datasource: Source?
        let targets: [Target]?
    }
    let panels: [Panel]
}
