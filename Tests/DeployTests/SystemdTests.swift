import Foundation
import Telemetry
import TestBroker
import Testing

/// The units of `deploy/systemd`.
@Suite struct SystemdTests {
    private static let consumers = ["payments", "bills", "accounts", "rentals", "consents"]
    /// Unit by role, as it is once installed.
    private let units: [String: String]

    init() throws {
        let consumer = try text("systemd/plainscore-consumer@.service")
        var units = [
            "aggregator": try text("systemd/plainscore-aggregator.service"),
            "publisher": try text("systemd/plainscore-publisher.service"),
        ]
        for name in Self.consumers { units["\(name)-consumer"] = consumer.replacing("%i", with: name) }
        self.units = units
    }

    @Test(.enabled(if: Shell.has("systemd-analyze"), "no systemd-analyze (Debian: systemd): no unit was checked"))
    func `systemd-analyze finds no fault, and rates each as well confined`() throws {
        try verify(units)
        try rate(units)
        // The checks can fail.
        let aggregator = try #require(units["aggregator"])
        for (old, new) in [("NoNewPrivileges", "NoNewPrivilege"), ("/bin/aggregator", "/bin/agregator")] {
            let bad = try spoilt(aggregator, old, new)
            #expect(throws: (any Error).self, "\(new)") { try verify(["aggregator": bad]) }
        }
        let open = aggregator.split(separator: "\n").filter { !$0.contains("Restrict") && !$0.contains("Protect") }
        #expect(throws: Shell.Failure.self) { try rate(["aggregator": open.joined(separator: "\n")]) }
    }

    @Test func `each unit starts its role with options that it takes, and variables that the example names`() throws {
        let example = try text("systemd/plainscore.env.example")
        let variables = Set(example.matches(of: /(?m)^(PLAINSCORE_\w+)=/).map { String($0.output.1) })
        var used: Set<String> = ["PLAINSCORE_BOOTSTRAP"]  // the roles read it themselves
        let roles = try roles()
        #expect(Set(units.keys) == roles)
        for (role, unit) in units {
            let start = try #require(
                unit.replacing("\\\n", with: " ").split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
            let words = start.dropFirst("ExecStart=".count).split(separator: " ").map(String.init)
            #expect(words.first == "/opt/plainscore/bin/\(role)")
            let line = ProgramLine(program: role, words: Array(words.dropFirst()))
            try line.check(role)
            line.checkComplete(role)
            used.formUnion(unit.matches(of: /\$\{(\w+)\}/).map { String($0.output.1) })
        }
        #expect(used == variables)
        // Seven addresses, since seven may run on one machine.
        #expect(Set(example.matches(of: /127\.0\.0\.1:\d+/).map { String($0.output) }).count == 7)
    }

    @Test func `what a restart cannot mend is not started again`() throws {
        let lasting = ExitCode.allCases.filter { $0 != .success && !$0.isWorthRestart }.map { Int($0.rawValue) }
        for (role, unit) in units {
            #expect(unit.contains("\nRestart=on-failure\n"), "\(role)")
            let named = try #require(unit.firstMatch(of: /\nRestartPreventExitStatus=([\d ]+)\n/)).output.1
            #expect(named.split(separator: " ").compactMap { Int($0) } == lasting, "\(role)")
        }
    }

    private struct Fault: Error, CustomStringConvertible { let description: String }

    /// An unknown setting is only said, so that nothing may be said.
    private func verify(_ units: [String: String]) throws {
        let files = try TemporaryFolder()
        let said = try Shell.expect(["systemd-analyze", "verify", "--man=no"] + install(units, in: files))
        if !said.isEmpty { throw Fault(description: said) }
    }

    private func rate(_ units: [String: String]) throws {
        let files = try TemporaryFolder()
        for path in try install(units, in: files) {
            // Tenths: 0 is locked in, 100 is exposed.
            try Shell.expect("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path)
        }
    }

    /// As they would be once the executables were in place; their paths.
    private func install(_ units: [String: String], in files: TemporaryFolder) throws -> [String] {
        let programs = try Program.folder().path
        return try units.sorted { $0.key < $1.key }.map { role, unit in
            let path = files.path("plainscore-\(role).service")
            try unit.replacing("/opt/plainscore/bin", with: programs)
                .write(toFile: path, atomically: false, encoding: .utf8)
            return path
        }
    }
}
