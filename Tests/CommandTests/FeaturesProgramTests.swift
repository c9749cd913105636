import Foundation
import TestBroker
import Testing

/// `plainscore features` on the command line.
struct FeaturesProgramTests {
    @Test func `all features by event type, at most 100 columns wide`() throws {
        let result = try Program.run(["features"])
        #expect(result.exitCode == 0 && result.errors.isEmpty)
        #expect(result.lines.allSatisfy { $0.count <= 100 })
        let heads = result.lines.filter { $0.first?.isUppercase == true }.map { $0.prefix { $0 != " " } }
        #expect(heads.suffix(6) == ["REPAYMENT", "BILL", "STATEMENT", "CASHFLOW", "RENTAL", "PERSON"])
        let index = try #require(result.lines.firstIndex { $0 == "  statement[…].balance_to_limit_bp.latest" })
        #expect(
            result.lines[index + 2].contains("basis points, -100000000000000000 to 100000000000000000; none: missing"))
    }

    @Test func `one feature is explained`() throws {
        let lines = try Program.run(["features", "cashflow[income,balance<0].amount.per30d.90d"]).lines
        #expect(lines.first == "cashflow[income,balance<0].amount.per30d.90d")
        for part in [
            "⌊sum × 30 ÷ max(person.tenure_days, 30)⌋", "income: the kind", "balance<0: balance after the flow",
            "the last 90 days", "minor units", "0 where there is nothing to measure",
            "occurred_at, currency, amount, kind, balance_after",
        ] { #expect(lines.contains { $0.contains(part) }, "\(part)") }
    }

    @Test(arguments: [
        ("statement.limit.lastest", "after 'limit' comes one of", "did you mean 'statement.limit.latest'"),
        ("repayment[crd].count.30d", "no condition 'crd' on this event", "'repayment[card].count.30d'"),
        ("statement[days_past_due>=60].cuont.365d", "no measure", "'statement[days_past_due>=60].count.365d'"),
        ("statement.count.31d", "one window of 30d, 90d, 180d, 365d, 730d", "'statement.count.30d'"),
        ("horoscope", "not with one of repayment, bill", "`plainscore features` prints them all"),
    ])
    func `a name that is none says what is wrong, and which were meant`(
        _ name: String, _ problem: String, _ hint: String
    )
        throws
    {
        let result = try Program.run(["features", name])
        #expect(result.exitCode == 1 && result.output.isEmpty)
        #expect(
            result.errors.contains("'\(name)' is not a feature of the catalogue") && result.errors.contains(problem))
        #expect(result.errors.contains(hint), "\(result.errors)")
    }

    @Test func `--json is one document`() throws {
        let all = try Self.json(["features", "--json"])
        let entries = try #require(all["entries"] as? [[String: Any]])
        #expect(entries.compactMap { $0["event"] as? String }.count == 6)
        let patterns = try #require(entries[2]["features"] as? [[String: Any]])
        let mean = try #require(patterns.first { $0["pattern"] as? String == "statement[…].balance.mean.W" })
        let examples = try #require(mean["examples"] as? [[String: Any]])
        #expect(examples.compactMap { $0["days"] as? Int } == [30, 90, 180, 365, 730])
        #expect(mean["canBeMissing"] as? Bool == true && mean["unit"] as? String == "minor units")
        let one = try Self.json(["features", "statement[unpaid].count.365d", "--json"])
        #expect(one["max"] as? Int == 73_000 && (one["conditions"] as? [[String: Any]])?.count == 1)
    }

    private static func json(_ words: [String]) throws -> [String: Any] {
        let result = try Program.run(words)
        #expect(result.exitCode == 0 && result.lines.count == 1)
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    }
}
