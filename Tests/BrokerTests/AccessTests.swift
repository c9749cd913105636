import Events
import Foundation
import Pipeline
import TestBroker
import TestTimeline
import Testing
import Wire

/// A role from which one right is taken, and of which it must speak then. Names are without prefix.
private struct Lack {
    let role: String
    let operation: String
    /// As kafka-acls names it: `--topic` or another, and its name.
    let resource: (kind: String, name: String)

    init(_ role: String, _ operation: String, _ kind: String, _ name: String) {
        self.role = role
        self.operation = operation
        resource = (kind, name)
    }
}

private let lacks = [
    Lack("payments-consumer", "Read", "--group", "payments-consumer"),
    Lack("payments-consumer", "Write", "--topic", "timeline"),
    // It may read them, so that only the broker's answer to the first tick says it.
    Lack("consents-consumer", "Write", "--topic", "consents"),
    Lack("consents-consumer", "Read", "--group", "control-consumer"),
    Lack("bills-consumer", "Read", "--topic", "control"),
    Lack("aggregator", "Read", "--topic", "timeline"),
    Lack("aggregator", "Write", "--topic", "scores"),
    Lack("publisher", "Read", "--topic", "scores"),
    Lack("publisher", "Write", "--topic", "score-changes.lending"),
    Lack("publisher", "Write", "--transactional-id", "publisher-"),
]

private let users =
    Deployment.roles.map { "plainscore-\($0)" } + lacks.enumerated().map { "lack\($0)-\($1.role)" }
    + ["operator", "registry", "bank", "lender", "importer"]

/// The rights that `deploy/acls` gives, on a broker that asks who one is: they are enough, and without any one of them a
/// role says which it lacks and ends.
@Suite(.serialized, .realBroker, BrokerTrait(settings: Login.brokerSettings(users)))
struct AccessTests {
    private let files: TemporaryFolder
    private let prefix = Deployment.newPrefix()
    private let logins: [String: String]

    init() throws {
        let files = try TemporaryFolder()
        self.files = files
        logins = try Dictionary(
            uniqueKeysWithValues: users.map { ($0, try Login.file(of: $0, in: files.path($0))) })
    }

    @Test func `each role does its work with the rights that deploy/acls gives, and none with one less`() throws {
        let rights = try AccessRights(files, prefix: prefix)
        var commands = try rights.commands([
            "--operator", "User:operator", "--producer", "consents=User:registry", "--producer", "payments=User:bank",
            "--producer", "bills=User:bank", "--producer", "accounts=User:bank", "--producer", "rentals=User:bank",
            "--subscriber", "lending=User:lender",
        ])
        for (index, lack) in lacks.enumerated() {
            let own = commands.filter { $0.contains("User:plainscore-\(lack.role)") }
                .map { $0.map { $0.replacing("User:plainscore-", with: "User:lack\(index)-") } }
            let left = own.compactMap { $0.without(lack, prefix: prefix) }
            #expect(left != own, "\(lack): there is no such right")
            commands += left
        }
        try rights.run(commands)

        let deployment = try Deployment(history: false, prefix: prefix, operatorConfig: logins["operator"]!)
        for role in Deployment.roles { try deployment.start(role, ["--kafka-config", logins["plainscore-\(role)"]!]) }
        try expectOneChange(deployment)
        try expectWork(deployment)
        #expect(deployment.stopAll() == Array(repeating: 0, count: 7))
        try expectRefusals(deployment)
    }

    @Test func `a wrong password is named at once, by a command and by a role`() throws {
        let config = try Login.file(of: "bank", in: files.path("typo"))
        try String(contentsOfFile: config, encoding: .utf8).replacing("sasl.password=bank", with: "sasl.password=bnak")
            .write(toFile: config, atomically: false, encoding: .utf8)
        let servers = try #require(Broker.current).servers
        let start = Date()
        let said = try Program.run(["lag", "--kafka-config", config], bootstrap: servers)
        #expect(said.exitCode == 10 && said.errors.contains("sasl.password"), "\(said.errors)")
        let model = repository.appendingPathComponent("deploy/models/uci-max.pmml").path
        let role = Process()
        role.executableURL = try Program.folder().appendingPathComponent("publisher")
        role.arguments = ["--bootstrap", servers, "--model", model, "--kafka-config", config]
        role.standardError = FileHandle.nullDevice
        try role.run()
        role.waitUntilExit()
        #expect(role.terminationStatus == 10)
        // A broker that is away is waited for 15 s, by each of them.
        #expect(Date().timeIntervalSince(start) < 15)
    }

    @Test func `an import that may not see how far the consumers are says which right it needs`() throws {
        let rights = try AccessRights(files, prefix: prefix)
        let importer = "User:importer"
        // All but the groups: topics to read and write.
        let commands = try rights.commands([
            "--operator", importer, "--producer", "consents=\(importer)", "--producer", "payments=\(importer)",
            "--producer", "accounts=\(importer)",
        ]).filter { $0.contains(importer) && !$0.contains("--group") }
        try rights.run(commands + rights.commands(["--operator", "User:operator"]))
        _ = try Deployment(prefix: prefix, operatorConfig: logins["operator"]!)
        let sample = try Program.run(["sample", "uci", "--clients", "3"])
        let refused = try command("importer", ["produce", "-"], input: sample.output)
        #expect(refused.exitCode == 10, "\(refused.errors)")
        #expect(refused.errors.contains("this needs the right Describe on that group"), "\(refused.errors)")
        #expect(refused.errors.contains("-consumer has come"), "\(refused.errors)")
    }

    /// One event, one change; each step as whoever takes it.
    private func expectOneChange(_ deployment: Deployment) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let make = EventMaker()
        try produce("registry", [try make.granted("c", at: now, until: now + day(30))])
        try produce("bank", [try make.statement("s", at: now)])
        try #require(
            try Condition(seconds: 30).holds { try deployment.published().joined().count == 1 },
            "\(deployment.ended())")
        let watched = try command("lender", ["watch", "--purpose", "lending", "--until-idle", "0", "--json"])
        #expect(watched.exitCode == 0 && watched.lines.count == 1, "\(watched.errors)")
    }

    /// An event of each other type, one that a consumer refuses and one that the fold refuses; the operator accounts for all.
    private func expectWork(_ deployment: Deployment) throws {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let make = EventMaker()
        let conflict = try make.statement("s", at: now, balance: 1)
        try produce(
            "bank", [try make.repayment("r", at: now), conflict] + otherEvents(at: now), and: "nonsense")
        try deployment.plainscore("lag", "--until-zero")
        let letters = try deployment.plainscore("dead-letters", "show", "--json").split(separator: "\n")
        #expect(letters.count == 2, "\(letters)")
        try deployment.plainscore("verify", "--secret", deployment.secret)
        try deployment.plainscore("status")
        // The consents consumer carries a switch, and the publisher looks up what it is to say.
        try deployment.plainscore(
            "model", "switch", repository.appendingPathComponent("deploy/models/uci-mean.pmml").path)
        let isCarried = Condition(seconds: 20).holds {
            deployment.journalText("consents-consumer").contains("modelsCarried")
        }
        #expect(isCarried)
        let before = try deployment.published().joined().count
        try produce("bank", [try make.statement("s2", at: now + 1, daysPastDue: 60)])
        let isPublished = try Condition(seconds: 20).holds { try deployment.published().joined().count > before }
        #expect(isPublished && deployment.ended().isEmpty, "\(deployment.ended())")
    }

    private func expectRefusals(_ deployment: Deployment) throws {
        for (index, lack) in lacks.enumerated() {
            let login = logins["lack\(index)-\(lack.role)"]!
            try deployment.start(lack.role, instance: index + 2, ["--kafka-config", login])
        }
        #expect(Condition(seconds: 30).holds { deployment.ended().count == lacks.count })
        let ended = Dictionary(uniqueKeysWithValues: deployment.ended().map { ($0.role, $0.exitCode) })
        for (index, lack) in lacks.enumerated() {
            #expect(ended["\(lack.role) \(index + 2)"] == 10, "\(lack)")
            let said = deployment.journalText(lack.role, instance: index + 2).split(separator: "\n").last ?? ""
            #expect(said.contains(prefix + lack.resource.name) && said.contains("deploy/acls"), "\(lack): \(said)")
        }
        // Others: what is not theirs.
        let line = try json(EventMaker().withdrawn("w", at: Int64(Date().timeIntervalSince1970 * 1000)))
        let foreign = [
            try command("bank", ["produce", "-"], input: line),
            try command("lender", ["watch", "--purpose", "tenancy"]),
            try command("lender", ["outcomes", "--model", deployment.model]),
        ]
        for result in foreign {
            #expect(result.exitCode == 10 && result.errors.contains("deploy/acls"), "\(result.errors)")
        }
    }

    // MARK: - As somebody

    private func produce(
        _ user: String, _ events: [Event], and more: String? = nil
    ) throws {
        let lines = try events.map(json) + (more.map { [$0] } ?? [])
        let sent = try command(
            user, ["produce", "-"] + (more == nil ? [] : ["--allow-bad"]), input: lines.joined(separator: "\n"))
        try #require(sent.exitCode == 0, "\(user): \(sent.errors)")
    }

    private func command(_ user: String, _ words: [String], input: String = "") throws -> Program.Result {
        try Program.run(
            words + ["--prefix", prefix, "--kafka-config", logins[user]!], input: input,
            bootstrap: try #require(Broker.current).servers)
    }

    private func json(_ event: Event) throws -> String {
        String(decoding: EventEncoder.json(person: try #require(Identifier("ann")), event: event), as: UTF8.self)
    }

    private func otherEvents(at time: Int64) throws -> [Event] {
        let date = try #require(CalendarDate(days: Int32(time / Timestamp.dayMilliseconds)))
        let bodies: [Event.Body] = [
            .bill(
                Bill(
                    kind: .energy, dueDate: date, amountDueMinor: 100, amountPaidMinor: 100, paidDate: date,
                    status: .paid)),
            .rental(
                Rental(
                    kind: .vehicle, dueBackDate: date, returnedDate: date, depositHeldMinor: 100, depositKeptMinor: 0)),
        ]
        return try bodies.enumerated().map { index, body in
            try Event(
                id: #require(Identifier("o\(index)")), producer: #require(Identifier("bank")), occurredAt: time,
                currency: Currency("TWD"), body: body)
        }
    }
}

extension [String] {
    /// A kafka-acls command without one right; nil where it gives no other.
    fileprivate func without(_ lack: Lack, prefix: String) -> [String]? {
        guard let operation = firstIndex(of: "--operation"), self[operation + 1] == lack.operation else { return self }
        var words = self
        for index in words.indices.dropLast()
        where words[index] == lack.resource.kind && words[index + 1] == prefix + lack.resource.name {
            words.removeSubrange(index...index + 1)
            let kinds: Set = ["--topic", "--group", "--transactional-id", "--cluster"]
            return words.contains { kinds.contains($0) } ? words : nil
        }
        return words
    }
}
