import Events
import Foundation
import Scoring
import Testing

/// The catalogue against itself and against its text, `schemas/features.md`.
@Suite struct FeatureCatalogueTests {
    @Test func `a pattern says unit, range and what is read; its features are in the list of names`() throws {
        let repayment = try #require(FeatureCatalogue.entries.first)
        let pattern = try #require(repayment.patterns.first { $0.name == "repayment[…].days_late.mean.W" })
        #expect(pattern.features.map(\.name).first == "repayment.days_late.mean.30d")
        #expect(pattern.unit == .days && pattern.features[0].range == 0...84_005 && pattern.canBeMissing)
        #expect(pattern.reads == ["due_date", "paid_date", "status"])
        #expect(Feature.names.contains("repayment[card,paid,late].days_late.mean.30d"))
    }

    @Test func `each name of the list is read as itself, once, with a unit and a range`() throws {
        var units: Set<Feature.Unit> = []
        for name in Feature.names {
            let feature = try Feature(name)
            #expect(feature.name == name)
            #expect(feature.range.lowerBound < feature.range.upperBound)
            units.insert(feature.unit)
        }
        #expect(Set(Feature.names).count == Feature.names.count && Feature.names.count > 10_000)
        #expect(units == [.minorUnits, .basisPoints, .days, .months, .events, .obligations])
    }

    @Test(arguments: FeatureCatalogue.entries.map(\.event))
    func `the patterns of an entry are those of the names that begin so`(_ event: String) throws {
        let entry = try #require(FeatureCatalogue.entries.first { $0.event == event })
        let names = Feature.names.filter { $0.hasPrefix("\(event).") || $0.hasPrefix("\(event)[") }
        var met: Set<String> = []
        for name in names {
            let feature = try Feature(name)
            let pattern = feature.pattern
            let like = pattern.features.first { $0.window == feature.window }
            #expect(pattern.name.hasPrefix(event) && like?.range == feature.range && pattern.unit == feature.unit)
            #expect(pattern.canBeMissing == feature.canBeMissing)
            met.insert(pattern.name)
        }
        #expect(met == Set(entry.patterns.map(\.name)))
    }

    @Test func `one feature says its conditions, its window and all that it reads`() throws {
        let feature = try Feature("statement[unpaid,balance>=100].count.365d")
        #expect(feature.conditions.map(\.word) == ["unpaid", "balance>=100"])
        #expect(feature.window == 365)
        #expect(
            feature.reads == [
                "occurred_at", "currency", "period_end", "repayment.paid_date", "repayment.amount_paid",
                "repayment.status", "balance",
            ])
        #expect(try Feature("person.tenure_days").window == nil)
    }

    @Test func `the names like an unknown one keep its comparison`() {
        let like = Feature.names(like: "statement[balance>=100].cuont.365d")
        #expect(like.contains("statement[balance>=100].count.365d"))
        #expect(!like.contains("statement[balance>=100].paid_to_due_bp.365d"))
    }

    @Test func `what is read stands in the events' schema`() throws {
        let schema = try Self.text("plainscore/v1/event.proto")
        for entry in FeatureCatalogue.entries {
            let reads =
                entry.conditions.flatMap(\.reads) + entry.fields.flatMap(\.reads) + entry.patterns.flatMap(\.reads)
            for read in reads {
                let parts = read.split(separator: ".")
                let message = parts.count == 2 ? String(parts[0]) : entry.event
                let fields = try #require(Self.fields(of: message, in: schema), "\(message)")
                #expect(fields.contains(String(parts.last!)), "\(entry.event) reads \(read)")
            }
        }
        let common = try #require(Self.fields(of: "event", in: schema))
        #expect(common.isSuperset(of: FeatureCatalogue.alwaysRead))
    }

    // MARK: - schemas/features.md

    @Test func `the words of the text are the words of the tables`() throws {
        var text: Set<String> = []
        for row in try Self.table("| event | words |") where row[0] != "all" {
            for event in row[0].split(separator: ", ") {
                for word in Self.quoted(row[1]) { text.insert("\(event) \(word)") }
            }
        }
        let tables = FeatureCatalogue.entries.flatMap { entry in entry.conditions.map { "\(entry.event) \($0.word)" } }
        #expect(text == Set(tables))
    }

    @Test func `the fields of the text are the fields of the tables, with their units`() throws {
        var text: Set<String> = []
        for row in try Self.table("| event | field |") {
            for event in row[0].split(separator: ", ") {
                for field in Self.quoted(row[1]) { text.insert("\(event) \(field) \(row[2])") }
            }
        }
        let tables = FeatureCatalogue.entries.flatMap { entry in
            entry.fields.map { "\(entry.event) \($0.name) \($0.unit.rawValue)" }
        }
        #expect(text == Set(tables))
    }

    @Test func `the aggregates and measures of the text are those of the tables, of the same events`() throws {
        let aggregates = try Self.table("| aggregate | of |")
        let money = aggregates.filter { $0[1] == "minor units" }.flatMap { Self.quoted($0[0]) }
        let any = aggregates.filter { $0[1] == "any field" }.flatMap { Self.quoted($0[0]) }
        var text: Set<String> = []
        for entry in FeatureCatalogue.entries {
            for field in entry.fields {
                for aggregate in any + (field.unit == .minorUnits ? money : []) {
                    text.insert("\(entry.event)[…].\(field.name).\(aggregate)")
                }
            }
        }
        let events = FeatureCatalogue.entries.filter { $0.type != nil }.map(\.event)
        for row in try Self.table("| measure | of |") {
            let measure = Self.quoted(row[0])[0]
            if measure.hasPrefix("person.") {
                text.insert(measure)
                continue
            }
            let filter = row[1].contains("no filter") ? "" : "[…]"
            let of = row[1].split(separator: ", ").filter { !$0.contains("filter") }.map(String.init)
            for event in of == ["any event"] ? events : of { text.insert("\(event)\(filter).\(measure)") }
            let isNeeded = row[1].contains("with a filter")
            for pattern in FeatureCatalogue.entries.flatMap(\.patterns) where pattern.name.hasSuffix("].\(measure)") {
                #expect(isNeeded == (pattern.filter == .needed), "\(pattern.name)")
            }
        }
        #expect(text == Set(FeatureCatalogue.entries.flatMap { $0.patterns.map(\.name) }))
    }

    @Test func `what is 0 and what is missing where there is nothing to measure is as the text lists it`() throws {
        let text = try Self.text("features.md")
        let rule = try #require(text.range(of: "**Nothing to measure**"))
        let lists = text[rule.upperBound...].prefix { $0 != "#" }.split(separator: ";", maxSplits: 1)
        let zero = Set(Self.quoted(String(lists[0])))
        let missing = Set(Self.quoted(String(lists[1])))
        for pattern in FeatureCatalogue.entries.flatMap(\.patterns) {
            let measure = String(pattern.name.split(separator: ".").dropFirst().last { $0 != "W" }!)
            let isRatio = measure.hasSuffix("_bp") && pattern.reads.count > 1
            #expect((zero.contains(measure)) == !pattern.canBeMissing, "\(pattern.name)")
            #expect((missing.contains(measure) || isRatio) == pattern.canBeMissing, "\(pattern.name)")
        }
    }

    @Test func `the windows of the text are the windows`() throws {
        let text = try Self.text("features.md")
        let rule = try #require(text.split(separator: "\n").first { $0.hasPrefix("window ") })
        let windows = rule.split(separator: "\"").filter { $0.hasSuffix("d") }
        #expect(windows.map(String.init) == Feature.windows.map { "\($0)d" })
    }

    // MARK: - Reading

    private static func text(_ name: String) throws -> String {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../schemas/\(name)").standardizedFileURL
        return try String(contentsOf: url, encoding: .utf8)
    }

    /// The rows of the table whose head begins so.
    private static func table(_ head: String) throws -> [[String]] {
        let lines = try text("features.md").split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix(head) })
        return lines[(start + 2)...].prefix { $0.hasPrefix("|") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What stands between backticks.
    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
            String($0.element)
        }
    }

    /// Names of a message's fields; nil where there is no such message.
    private static func fields(of message: String, in schema: String) -> Set<String>? {
        var fields: Set<String>?
        for line in schema.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.starts(with: ["message"]), line.hasPrefix("message") {
                if fields != nil { return fields }
                if words[1].lowercased() == message { fields = [] }
            } else if words.first == "optional", words.count > 2 {
                fields?.insert(String(words[2]))
            }
        }
        return fields
    }
}
