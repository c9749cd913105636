import Foundation
import TestBroker
import Testing

/// What shows nobody's reference, and gives nobody another's rights.
@Suite struct PersonalDataTests {
    /// Each file of deploy/ that starts programs, and how many of its places set what they start.
    @Test(arguments: [
        ("Dockerfile", 1), ("compose.yaml", 1), ("up", 1), ("demo", 1), ("systemd/plainscore-aggregator.service", 1),
        ("systemd/plainscore-consumer@.service", 1), ("systemd/plainscore-publisher.service", 1),
        ("kubernetes/aggregator.yaml", 1), ("kubernetes/consumers.yaml", 1), ("kubernetes/publisher.yaml", 1),
    ])
    func `a crash prints no backtrace, in which a person's reference may stand`(file: String, count: Int) throws {
        #expect(try text(file).matches(of: /SWIFT_BACKTRACE(=|: |, value: )enable=no/).count == count, "\(file)")
    }

    @Test func `no subscriber is given the groups of one whose name begins with its own`() throws {
        let printed = try Shell.expect(
            path("acls"), "--bootstrap", "b:1", "--prefix", "p-", "--operator", "User:ops", "--subscriber",
            "lending=User:bank", "--subscriber", "tenancy=User:other:flat.", "--producer", "payments=User:bank")
        let groups = printed.matches(of: /--group (\S+) --resource-pattern-type prefixed/).map { String($0.output.1) }
        #expect(groups == ["bank-", "flat."])
        #expect(printed.contains("--allow-principal User:bank --operation Read --group bank\n"))
        let prefixed = printed.split(separator: "\n").filter { $0.contains("prefixed") }
        for line in prefixed {
            #expect(line.contains(/[-._] --resource-pattern-type prefixed/), "\(line)")
        }
    }
}
