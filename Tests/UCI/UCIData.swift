import Events
import Foundation

/// The UCI credit card clients as events, and the scores that an independent program gave them.
///
/// Read from the folder that `PLAINSCORE_UCI` names, else from `shared/data/uci` beside the checkout.
public struct UCIData: Sendable {
    public struct Client: Sendable {
        public let id: Int
        public let limit: Int64
        /// April … September.
        public let status: [Int64]
        public let bill: [Int64]
        public let paid: [Int64]
    }

    public struct Expected: Sendable {
        /// After April … September.
        public let scores: [Int32]
        public let reasonsMax: [String]
        public let reasonsMean: [String]
    }

    public let clients: [Client]
    public let expected: [Int: Expected]

    public static let folder: URL = {
        if let named = ProcessInfo.processInfo.environment["PLAINSCORE_UCI"] { return URL(fileURLWithPath: named) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../shared/data/uci").standardizedFileURL
    }()

    /// `PLAINSCORE_UCI_CLIENTS`: how many clients to draw where a test would draw few. So all of them, once the tests are
    /// built and with a Kafka, in 4 minutes:
    ///
    ///     PLAINSCORE_UCI_CLIENTS=30000 .build/release/plainscorePackageTests.xctest --testing-library swift-testing \
    ///         --no-parallel --filter ReplayModelTests
    public static let clientCount = ProcessInfo.processInfo.environment["PLAINSCORE_UCI_CLIENTS"].flatMap { Int($0) }

    public static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("expected.csv.gz").path)
    }

    public init() throws {
        let csv = try String(contentsOf: Self.folder.appendingPathComponent("UCI_Credit_Card.csv"), encoding: .utf8)
        clients = try Self.rows(csv).map { row in
            func column(_ name: String) throws -> Int64 { Int64(try Self.number(row[name])) }
            let months = [6, 5, 4, 3, 2, 1]
            return Client(
                id: Int(try column("ID")), limit: try column("LIMIT_BAL"),
                status: try months.map { try column($0 == 1 ? "PAY_0" : "PAY_\($0)") },
                bill: try months.map { try column("BILL_AMT\($0)") },
                paid: try months.map { try column("PAY_AMT\($0)") })
        }
        expected = Dictionary(
            uniqueKeysWithValues: try Self.rows(try Self.unzipped("expected.csv.gz")).map { row in
                (
                    Int(try Self.number(row["ID"])),
                    Expected(
                        scores: try (1...6).map { Int32(try Self.number(row["score_m\($0)"])) },
                        reasonsMax: Self.codes(row["reasons_max_m6"]), reasonsMean: Self.codes(row["reasons_mean_m6"]))
                )
            })
    }

    private static func rows(_ csv: String) -> [[String: Substring]] {
        let lines = csv.split(whereSeparator: \.isNewline)
        let header = lines[0].split(separator: ",").map { $0.filter { $0 != "\"" } }
        return lines.dropFirst().map { line in
            Dictionary(
                uniqueKeysWithValues: zip(header, line.split(separator: ",", omittingEmptySubsequences: false)))
        }
    }

    private struct Malformed: Error {}

    private static func number(_ text: Substring?) throws -> Double {
        guard let text, let number = Double(text) else { throw Malformed() }
        return number
    }

    private static func codes(_ text: Substring?) -> [String] { (text ?? "").split(separator: "|").map(String.init) }

    private static func unzipped(_ name: String) throws -> String {
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", folder.appendingPathComponent(name).path]
        let pipe = Pipe()
        gzip.standardOutput = pipe
        try gzip.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        gzip.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}

extension UCIData.Client {
    /// A key of this client's own; the tests' stand-in for the keyed hash.
    public var key: PersonKey {
        var bits = UInt64(id) &* 0x9E37_79B9_7F4A_7C15
        bits ^= bits >> 32
        return PersonKey(high: bits &* 0xBF58_476D_1CE4_E5B9, low: bits &* 0x94D0_49BB_1331_11EB)
    }

    public static func monthStart(_ month: Int) -> Int64 {
        Int64(CalendarDate(year: 2005, month: 3 + month, day: 1)!.days) * Timestamp.dayMilliseconds
    }

    public func consent() throws -> Event {
        let start = Self.monthStart(1)
        return try event(
            "c", at: start, money: false,
            .consent(
                Consent(
                    grant: Identifier("grant-\(id)")!, purpose: .lending,
                    subscriberReference: Identifier("client-\(id)")!,
                    action: .granted, expiresAt: start + 365 * Timestamp.dayMilliseconds)))
    }

    /// Month 1 is April 2005: a repayment where the amount is positive, then the statement.
    public func events(month: Int) throws -> [Event] {
        var events: [Event] = []
        if paid[month - 1] > 0 {
            let date = CalendarDate(year: 2005, month: 3 + month, day: 5 + id % 20)!
            let amount = paid[month - 1] * 100
            events.append(
                try event(
                    "r\(month)", at: Int64(date.days) * Timestamp.dayMilliseconds, money: true,
                    .repayment(
                        Repayment(
                            obligation: Identifier("card")!, kind: .card, dueDate: date, amountDueMinor: amount,
                            amountPaidMinor: amount, paidDate: date, status: .paid))))
        }
        let end = CalendarDate(days: Int32(Self.monthStart(month + 1) / Timestamp.dayMilliseconds) - 1)!
        events.append(
            try event(
                "s\(month)", at: Int64(end.days) * Timestamp.dayMilliseconds, money: true,
                .statement(
                    Statement(
                        account: Identifier("card")!, periodEnd: end, creditLimitMinor: limit * 100,
                        balanceMinor: bill[month - 1] * 100, minimumDueMinor: 0,
                        daysPastDue: Int32(max(0, status[month - 1]) * 30)))))
        return events
    }

    private func event(_ suffix: String, at time: Int64, money: Bool, _ body: Event.Body) throws -> Event {
        try Event(
            id: Identifier("uci-\(id)-\(suffix)")!, producer: Identifier("bank")!, occurredAt: time,
            currency: money ? Currency("TWD") : nil, body: body)
    }
}
