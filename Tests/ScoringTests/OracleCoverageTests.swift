import Events
import Oracle
import TestTimeline
import Testing

/// What the seeds draw: a rule that no timeline touches would be held by nothing.
@Suite struct OracleCoverageTests {
    @Test func `the timelines bring every outcome, every kind of change of every cause, and steps that spill over`()
        throws
    {
        var outcomes: [BruteForce.Outcome: Int] = [:]
        var changes: [String: Int] = [:]
        var spilled = 0
        var dayFell = 0
        var years: [Int64] = []
        for seed in 0..<80 as Range<UInt64> {
            let log = try RandomTimeline.doubtful(seed: seed, events: 500)
            var oracle = BruteForce(properties: log.timeline.properties, card: try log.card(seed: seed))
            var firstClock: Int64?
            for record in log.timeline.records {
                let record = try TimelineRecord(record)
                let before = oracle.people
                for change in oracle.take(record) {
                    changes["\(change.cause) \(change.kind)", default: 0] += 1
                }
                firstClock = firstClock ?? oracle.clock
                if let clock = oracle.clock, oracle.people.values.contains(where: { $0.due <= clock }) { spilled += 1 }
                if oracle.people.values.contains(where: { $0.standingDay < before[$0.key]?.standingDay ?? 0 }) {
                    dayFell += 1
                }
            }
            outcomes.merge(oracle.outcomes, uniquingKeysWith: +)
            years.append((oracle.clock! - firstClock!) / day(365))
        }
        for outcome in BruteForce.Outcome.allCases { #expect(outcomes[outcome, default: 0] >= 20, "\(outcome)") }
        let kinds = [
            "consent came", "consent end", "expiry end", "event came", "event moved", "event ceased", "rollOff moved",
            "rollOff ceased", "correction moved", "correction ceased",
        ]
        for kind in kinds { #expect(changes[kind, default: 0] >= 3, "\(kind) in \(changes)") }
        #expect(Set(changes.keys).isSuperset(of: kinds))
        #expect(spilled > 500 && dayFell > 20, "\(spilled) \(dayFell) \(outcomes) \(changes)")
        #expect(years.contains { $0 >= 3 }, "\(years)")
    }

    @Test func `the cards draw every word, field, aggregate, comparison, measure and window of the grammar`() throws {
        var random = SeededRandom(seed: 1)
        let names = (0..<20_000).map { _ in RandomFeature.name(using: &random) }
        for window in RandomFeature.windows { #expect(names.contains { $0.hasSuffix(".\(window)") }, "\(window)") }
        for measure in RandomFeature.ofPerson.map({ "person.\($0)." }) + ["person.tenure_days"] {
            #expect(names.contains { $0.hasPrefix(measure) }, "\(measure)")
        }
        for subject in RandomFeature.subjects {
            let of = names.filter { $0.hasPrefix(subject.name) }
            let fields = subject.money.map(\.name) + subject.counts.map(\.name)
            var wanted = RandomFeature.measures.map { ".\($0)." } + [".days_since"]
            wanted += (subject.measures + subject.unfiltered).map { ".\($0)." }
            wanted += fields.flatMap { field in
                (RandomFeature.aggregates + ["latest"]).map { ".\(field).\($0)" }
                    + RandomFeature.comparisons.map { "\(field)\($0)" }
            }
            wanted += subject.money.flatMap { money in RandomFeature.aggregatesOfMoney.map { ".\(money.name).\($0)." } }
            for part in wanted { #expect(of.contains { $0.contains(part) }, "\(subject.name): \(part)") }
            for word in subject.exclusive.joined() + subject.others {
                let isDrawn = of.contains { name in
                    name.split { "[],".contains($0) }.dropFirst().contains { $0 == word }
                }
                #expect(isDrawn, "\(subject.name)[\(word)]")
            }
        }
        // Each of the table's words and fields is some event's, so the lists above are whole.
        let words = Set(RandomFeature.subjects.flatMap { $0.exclusive.joined() + $0.others })
        #expect(words == Set(PlainEvent.Word.allCases.map(\.rawValue)).union(["unpaid"]))
        let fields = Set(RandomFeature.subjects.flatMap { ($0.money + $0.counts).map(\.name) })
        #expect(fields == Set(PlainEvent.Field.allCases.map(\.rawValue)))
    }
}

extension PlainChange {
    fileprivate var kind: String {
        isEnd ? "end" : score == nil ? "ceased" : previousScore == nil ? "came" : "moved"
    }
}
